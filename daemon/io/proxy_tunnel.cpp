#include "io/proxy_tunnel.hpp"

#include <array>
#include <span>

#include <boost/asio/error.hpp>

#include "base/limits.hpp"
#include "wire/http_codec.hpp"
#include "wire/proxy_connect.hpp"

namespace trainwatch::io {

namespace {

failure not_http(failure error, const std::string& whose) {
    error.detail = whose + " does not answer CONNECT as a proxy does: " + error.detail;
    error.cure = "see that proxy_url or HTTPS_PROXY names a proxy that allows CONNECT";
    return error;
}

failure interrupted(failure error) {
    if (error.code == boost::asio::error::timed_out) {
        error.cure =
            "see that the proxy can look up and reach the other side, and how long it tries";
    }
    return error;
}

failure left(const std::string& whose, bool in_the_middle) {
    return {
        .kind = error_class::transient,
        .code = boost::asio::error::eof,
        .detail = whose + " closed the connection " +
            (in_the_middle ? "in the middle of its answer" : "without an answer") + " to CONNECT",
        .cure = "see that the proxy allows CONNECT to this port, and what its log says",
    };
}

}  // namespace

task<result<void>> open_tunnel(
    byte_stream& to_proxy, const std::string& authority, const wire::proxy_server& proxy
) {
    const std::string question = wire::encode_connect(authority, proxy);
    const auto written = co_await to_proxy.write(question);
    if (!written) co_return written.error();
    wire::response_decoder answer({.header_bytes = limits::proxy_header_bytes_max});
    answer.skip_body();
    std::array<char, 4096> bytes{};
    const std::span<char> buffer(bytes);
    const std::string whose = "proxy " + proxy.name();
    result<bool> complete = false;
    while (complete && !*complete) {
        const auto size = co_await to_proxy.read_some(buffer);
        if (!size) co_return interrupted(size.error());
        if (*size == 0) co_return left(whose, answer.started());
        complete = answer.feed({bytes.data(), *size});
    }
    if (!complete) co_return not_http(complete.error(), whose);
    const std::string beyond = answer.unconsumed();
    co_return wire::judge_connect_answer(answer.take(), beyond, authority, proxy);
}

}  // namespace trainwatch::io
