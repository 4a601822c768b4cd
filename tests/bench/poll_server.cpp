// The server of the poll figures: answers each HTTP request with the same 4 KB document over TLS.
// It looks for nothing but the end of a request, so that the clients are what is measured.
//
//   poll_server CERTIFICATE KEY       prints its port, serves until its input closes
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include "io/byte_stream.hpp"
#include "tests/bench/sample.hpp"

using namespace trainwatch;
namespace asio = boost::asio;

namespace {

// Length of the first complete request in `bytes`; 0 while it is incomplete.
std::size_t request_length(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    std::size_t body = 0;
    constexpr std::string_view name = "Content-Length: ";
    if (const auto at = bytes.find(name); at < end) {
        const auto digits = bytes.substr(at + name.size(), 10);
        std::from_chars(digits.data(), digits.data() + digits.size(), body);
    }
    const std::size_t whole = end + 4 + body;
    return bytes.size() >= whole ? whole : 0;
}

io::task<void> serve(std::unique_ptr<io::byte_stream> stream, const std::string& answer) {
    std::string pending;
    std::array<char, 16384> buffer{};
    const std::span<char> into(buffer);
    while (true) {
        stream->expires_after(seconds(60));
        const auto got = co_await stream->read_some(into);
        if (got.has_error() || got.value() == 0) co_return;
        pending.append(buffer.data(), got.value());
        while (const auto length = request_length(pending)) {
            pending.erase(0, length);
            const auto sent = co_await stream->write(answer);
            if (sent.has_error()) co_return;
        }
    }
}

io::task<void> accept_all(io::listener& where, const std::string& answer) {
    while (true) {
        auto stream = co_await where.accept();
        if (stream.has_error()) co_return;
        asio::co_spawn(
            co_await asio::this_coro::executor,
            serve(std::move(stream.value()), answer),
            asio::detached
        );
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: poll_server CERTIFICATE KEY\n");
        return 2;
    }
    const std::string body = bench::sample_answer();
    const std::string answer =
        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: 00000000-1111-2222-3333-444444444444\r\n"
        "Content-Type: application/x-amz-json-1.1\r\nDate: Tue, 24 Nov 2026 09:12:00 GMT\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    asio::io_context context(1);
    auto where = io::listen(context.get_executor(), {"127.0.0.1", 0, argv[1], argv[2]});
    if (where.has_error()) {
        std::fprintf(stderr, "%s\n", where.error().detail.c_str());
        return 1;
    }
    std::printf("%u\n", where.value()->port());
    std::fflush(stdout);
    asio::posix::stream_descriptor input(context, dup(STDIN_FILENO));
    std::array<char, 64> ignored{};
    input.async_read_some(asio::buffer(ignored), [&](auto, auto) { context.stop(); });
    asio::co_spawn(context, accept_all(*where.value(), answer), asio::detached);
    context.run();
    return 0;
}
