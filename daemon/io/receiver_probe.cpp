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

result<void> judge(const wire::http_response& response) {
    if (response.status == 200) return {};
    return failure{
        .kind = error_class::rejected,
        .detail = "HTTP " + std::to_string(response.status) + " for /api/v2/status",
        .cure = "check the address and its path: what answers there is no Alertmanager"};
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
        const auto client = create_http_client(where, std::move(with), time);
        wire::http_request request = status_request(where);
        const mono_time until = time.now().mono + within;
        const auto answer = co_await client->exchange(std::move(request), until);
        client->close();
        if (!answer) co_return answer.error();
        co_return judge(answer->response);
    }
    const peer to = peer_at(where, with.proxy);
    const auto stream = co_await connect(to, with.tls, within);
    if (!stream) co_return stream.error();
    (*stream)->close();
    co_return result<void>();
}

}  // namespace trainwatch::io
