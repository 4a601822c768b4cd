// Bytes through a non-blocking socket, one attempt at a time: plain or TLS. Never waits.
//
// socket_stream waits as an attempt asks and tries again. The descriptor belongs to the socket of
// that stream; a transport is not used once it is closed. Owned by its stream.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/failure.hpp"

namespace trainwatch::io {

struct attempt {
    enum class outcome { done, wait_readable, wait_writable, failed };

    outcome what = outcome::done;
    std::size_t size = 0;  // of done; a read of 0 bytes is the end of the stream
};

class transport {
public:
    virtual ~transport() = default;
    // Done at once where there is none.
    virtual attempt handshake() = 0;
    virtual attempt read(std::span<char> into) = 0;
    // May take a part only. After a wait the same bytes are offered again.
    virtual attempt write(std::string_view bytes) = 0;
    // Says goodbye where the protocol has a word for it; does not wait for an answer.
    virtual void goodbye() = 0;
    // Whether read() has something without the socket becoming readable.
    virtual bool buffered() const = 0;
    // Why the last attempt failed; `doing` ("reading from x:443") begins the detail.
    virtual failure why(std::string_view doing) const = 0;
};

std::unique_ptr<transport> create_plain_transport(int descriptor);

}  // namespace trainwatch::io
