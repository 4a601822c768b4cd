#include "io/receiver_probe.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace trainwatch::io {

namespace {

wire::http_request status_request(const wire::url& where) {
    wire::http_request request;
    request.headers.emplace_back("Host", where.host_header());
    request.target = where.path;
    while (request.target.ends_with('/'))
        request.target.pop_back();
    request.target += "/api/v2/status";
    return request;
}

constexpr int http_ok = 200;
constexpr int http_forbidden = 403;
constexpr int http_server_errors = 500;

// `proxy`: the name of the one that passed a plain request on, and may have answered itself; empty
// when there was none. What went through a tunnel came from the receiver.
result<void> judge(const wire::http_response& response, const std::string& proxy) {
    if (response.status == http_ok) return {};
    failure why{
        .kind = error_class::rejected,
        .detail = "HTTP " + std::to_string(response.status) + " for /api/v2/status",
        .cure = "check the address and its path: what answers there is no Alertmanager"};
    const bool is_in_trouble = response.status >= http_server_errors;
    if (is_in_trouble) {
        why.kind = error_class::transient;
        why.cure = "see what the receiver logs, or a load balancer in front of it";
    }
    if (!proxy.empty()) why.detail += " through proxy " + proxy;
    if (!proxy.empty() && (is_in_trouble || response.status == http_forbidden)) {
        if (!is_in_trouble) why.kind = error_class::denied;
        why.cure =
            "see that the proxy can reach and allows that host, or list it in NO_PROXY if it can "
            "be "
            "reached directly";
    }
    return why;
}

peer peer_at(const wire::url& where, const std::optional<wire::proxy_server>& proxy) {
    peer to;
    to.host = where.host;
    to.port = where.port;
    to.tls = where.tls;
    to.proxy = proxy;
    return to;
}

}  // namespace

task<result<void>> probe_receiver(
    domain::receiver_kind kind,
    wire::url where,
    http_client_options with,
    const clock& time,
    nanoseconds within
) {
    if (kind == domain::receiver_kind::alertmanager) {
        const std::string asked_proxy = with.proxy && !where.tls ? with.proxy->name() : "";
        const auto client = create_http_client(where, std::move(with), time);
        wire::http_request request = status_request(where);
        const mono_time until = time.now().mono + within;
        const auto answer = co_await client->exchange(std::move(request), until);
        client->close();
        if (!answer) co_return answer.error();
        co_return judge(answer->response, asked_proxy);
    }
    const peer to = peer_at(where, with.proxy);
    const auto stream = co_await connect(to, with.tls, within);
    if (!stream) co_return stream.error();
    (*stream)->close();
    co_return result<void>();
}

}  // namespace trainwatch::io
