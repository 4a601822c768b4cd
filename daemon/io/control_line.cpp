#include "io/control_line.hpp"

#include <array>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <sys/un.h>

#include "io/as_value.hpp"

namespace trainwatch::io {

namespace {

constexpr std::size_t chunk_bytes = 4096;

failure timed_out(const std::string& doing) {
    return {
        .kind = error_class::transient,
        .code = boost::asio::error::timed_out,
        .detail = doing + " timed out"};
}

}  // namespace

const std::size_t control_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

boost::system::error_code system_code(int number) {
    return {number, boost::system::system_category()};
}

task<result<std::string>> read_line(local::socket& from, deadline& limit, std::size_t bytes_max) {
    std::string line;
    std::array<char, chunk_bytes> bytes;
    const auto into = boost::asio::buffer(bytes);
    for (;;) {
        const auto [code, size] = co_await from.async_read_some(into, as_value);
        if (limit.passed()) co_return timed_out("reading");
        if (code && code != boost::asio::error::eof) {
            co_return failure{
                .kind = error_class::transient, .code = code, .detail = code.message()};
        }
        const std::string_view got(bytes.data(), size);
        const auto end = got.find('\n');
        line += got.substr(0, end);
        if (line.size() > bytes_max) {
            co_return failure{
                .kind = error_class::rejected,
                .detail = "more than " + std::to_string(bytes_max) + " bytes on one line"};
        }
        if (end != std::string_view::npos || code) co_return line;
    }
}

task<result<void>> write_text(local::socket& to, deadline& limit, const std::string& text) {
    const auto from = boost::asio::buffer(text);
    const auto [code, size] = co_await boost::asio::async_write(to, from, as_value);
    if (limit.passed()) co_return timed_out("writing");
    if (code) co_return failure{error_class::transient, code, code.message()};
    co_return result<void>();
}

}  // namespace trainwatch::io
