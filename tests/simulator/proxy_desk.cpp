#include "tests/simulator/proxy_desk.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <openssl/evp.h>

#include "base/text.hpp"
#include "wire/url.hpp"

namespace trainwatch::simulator {
namespace {

constexpr std::string_view established = "HTTP/1.1 200 Connection established\r\n";

std::string base64(const std::string& text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    auto* into = reinterpret_cast<unsigned char*>(out.data());
    const auto length = EVP_EncodeBlock(into, bytes, static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

wire::http_response page(int status, const std::string& title) {
    return {
        .status = status,
        .headers = {{"Content-Type", "text/html"}, {"Via", "1.1 sagemaker-sim"}},
        .body =
            "<html><head><title>" + title + "</title></head><body>" + title + "</body></html>\n"};
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view host) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches_glob(host, pattern);
    });
}

struct authority {
    std::string host{};
    std::uint16_t port = 0;
};

// "host:443", "[::1]:443"
std::optional<authority> parse_authority(const std::string& target) {
    const auto url = wire::parse_url("https://" + target);
    const auto colon = target.rfind(':');
    // A CONNECT names its port, always.
    if (!url || url->path != "/" || colon == std::string::npos) return std::nullopt;
    std::uint16_t port = 0;
    const auto* end = target.data() + target.size();
    const auto [stopped, code] = std::from_chars(target.data() + colon + 1, end, port);
    if (code != std::errc() || stopped != end) return std::nullopt;
    return authority{.host = url->host, .port = port};
}

// "http://host/path" -> the request as the host would be asked itself.
std::optional<wire::http_request> onward_request(const wire::http_request& request) {
    const auto url = wire::parse_url(request.target);
    if (!url || url->tls) return std::nullopt;
    auto onward = request;
    onward.target = url->target();
    std::erase_if(onward.headers, [](const auto& header) {
        return starts_with_ignoring_case(header.first, "Proxy-");
    });
    return onward;
}

}  // namespace

struct proxy_desk::visit {
    const wire::http_request& request;
    std::optional<authority> to{};
    bool tunnels = false;
};

proxy_desk::proxy_desk(cloud& world) : world_(world), names_(world.host_names()) {}

bool proxy_desk::knows(std::string_view host, std::uint16_t port) const {
    if (is_loopback(host)) return port == upstream_.tls_port || port == upstream_.port;
    return std::find(names_.begin(), names_.end(), host) != names_.end() ||
        any_matches(world_.plan().proxy.hosts, host);
}

wire::http_response proxy_desk::admit(const visit& of) const {
    const auto& plan = world_.plan().proxy;
    const auto given = wire::find_header(of.request.headers, "Proxy-Authorization");
    if (!plan.user.empty() && given != "Basic " + base64(plan.user + ":" + plan.password)) {
        auto refusal = page(407, "Proxy Authentication Required");
        refusal.headers.emplace_back(
            "Proxy-Authenticate", plan.scheme + " realm=\"sagemaker-sim\""
        );
        return refusal;
    }
    if (!of.to) return page(400, "Bad Request");
    if (any_matches(plan.forbidden, of.to->host)) return page(403, "Blocked by policy");
    if (!knows(of.to->host, of.to->port)) return page(502, "Cannot resolve " + of.to->host);
    return {};
}

tunnel_order proxy_desk::order(const visit& of, const chosen_fault& fault) const {
    const bool plain = of.to->port == upstream_.port || of.to->port == 80;
    tunnel_order made{
        .address = plain ? upstream_.address : upstream_.tls_address,
        .port = plain ? upstream_.port : upstream_.tls_port,
        .greeting = std::string(established) + "\r\n"};
    if (!fault.fault) return made;
    switch (fault.fault->kind) {
        case fault_kind::cut_tunnel:
            made.cut_after = fault.fault->bytes;
            break;
        case fault_kind::content_length:
            made.greeting = std::string(established) + "Content-Length: 5\r\n\r\n";
            break;
        case fault_kind::early_bytes:
            made.greeting += "hello";
            break;
        default:
            break;
    }
    return made;
}

exchange proxy_desk::answer(const wire::http_request& request, wall_time now) {
    visit of{.request = request, .tunnels = request.method == "CONNECT"};
    const auto onward = of.tunnels ? std::nullopt : onward_request(request);
    if (of.tunnels) {
        of.to = parse_authority(request.target);
    } else if (const auto url = wire::parse_url(request.target); url && onward) {
        of.to = authority{.host = url->host, .port = url->port};
    }
    request_record asked{
        .at = now,
        .service = "proxy",
        .operation = of.tunnels ? "CONNECT" : "forward",
        .job = of.to ? of.to->host : ""};
    std::optional<tunnel_order> tunnel;
    std::optional<exchange> inner;
    auto result = world_.shared().attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& fault) {
            auto response = admit(of);
            record.code = std::to_string(response.status);
            if (response.status != 200) return response;
            if (of.tunnels) {
                tunnel = order(of, fault);
                return response;
            }
            inner = world_.answer(*onward, now);
            return inner->response;
        },
        [](const api_error& error) {
            return page(error.status, error.message.empty() ? error.type : error.message);
        }
    );
    if (result.how == delivery::whole && tunnel) result.tunnel = std::move(tunnel);
    if (result.how == delivery::whole && inner) {
        result.how = inner->how;
        result.delay += inner->delay;
    }
    return result;
}

}  // namespace trainwatch::simulator
