#include "wire/deflate.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

#include "base/check.hpp"

namespace trainwatch::wire {
namespace {

// zlib counts what it is given at once in an unsigned int.
uInt size_of(std::string_view bytes) {
    CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
    return static_cast<uInt>(bytes.size());
}

// zlib's interface predates const; it does not write to its input.
Bytef* start_of(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

// What has been inflated so far goes to `out`, piece by piece. True when the stream is whole.
bool inflate_into(z_stream& stream, std::string& out, std::size_t bytes_max) {
    std::array<char, 16384> piece;
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t made = piece.size() - stream.avail_out;
        if (made > bytes_max - out.size()) return false;
        out.append(piece.data(), made);
        // Nothing came out and nothing is left to read: the rest is missing.
        if (state == Z_OK && made == 0 && stream.avail_in == 0) return false;
    }
    return state == Z_STREAM_END && stream.avail_in == 0;
}

}  // namespace

std::string deflate_bytes(std::string_view plain) {
    uLongf size = compressBound(size_of(plain));
    std::string packed(size, '\0');
    const int state = compress2(
        reinterpret_cast<Bytef*>(packed.data()),
        &size,
        start_of(plain),
        size_of(plain),
        Z_DEFAULT_COMPRESSION
    );
    CHECK(state == Z_OK);  // anything else is a lack of memory
    packed.resize(size);
    packed.shrink_to_fit();
    return packed;
}

std::optional<std::string> inflate_bytes(std::string_view packed, std::size_t bytes_max) {
    z_stream stream{};
    stream.next_in = start_of(packed);
    stream.avail_in = size_of(packed);
    CHECK(inflateInit(&stream) == Z_OK);
    std::string plain;
    const bool whole = inflate_into(stream, plain, bytes_max);
    inflateEnd(&stream);
    if (!whole) return std::nullopt;
    return plain;
}

}  // namespace trainwatch::wire
