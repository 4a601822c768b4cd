#include "wire/proxy_connect.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/authorization.hpp"
#include "wire/http_codec.hpp"

namespace trainwatch::wire {

namespace {

// One line of printable characters.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool blank = byte <= ' ' || byte == 0x7f;
        if (!blank) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return valid_utf8(trim(out), limits::proxy_answer_quoted_bytes);
}

// Proxies explain themselves in the body: as text, or as a page whose title says it.
std::string said_in_body(const http_response& answer, std::string_view body) {
    const std::string type = lower(find_header(answer.headers, "content-type"));
    if (type.find("html") == std::string::npos && !trim(body).starts_with('<')) {
        return one_line(body);
    }
    constexpr std::string_view open = "<title>";
    const std::string page = lower(body);
    const auto begin = page.find(open);
    const auto end = page.find("</title>", begin);
    if (end == std::string::npos) return {};
    return one_line(body.substr(begin + open.size(), end - begin - open.size()));
}

// "403, Access violation", though the page says "403 Access violation".
std::string status_and_reason(const http_response& answer, std::string_view body) {
    const std::string status = std::to_string(answer.status);
    const std::string said = said_in_body(answer, body);
    std::string_view reason = said;
    if (reason.starts_with(status)) reason.remove_prefix(status.size());
    reason = trim(reason);
    return reason.empty() ? status : status + ", " + std::string(reason);
}

// The schemes of one Proxy-Authenticate header, which may hold several challenges.
void add_schemes(std::string_view header, std::vector<std::string>& schemes) {
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= header.size(); ++i) {
        if (i < header.size() && header[i] == '"') quoted = !quoted;
        if (i < header.size() && (quoted || header[i] != ',')) continue;
        // A scheme stands alone or before a blank; what has a "=" first is a parameter.
        const std::string_view part = trim(header.substr(begin, i - begin));
        const std::string_view word = part.substr(0, part.find_first_of(" \t"));
        begin = i + 1;
        if (word.empty() || word.find('=') != std::string_view::npos) continue;
        schemes.push_back(one_line(word.substr(0, 32)));
    }
}

std::vector<std::string> offered_schemes(const header_list& headers) {
    std::vector<std::string> schemes;
    for (const auto& [name, value] : headers) {
        if (equal_ignoring_case(name, "proxy-authenticate")) add_schemes(value, schemes);
    }
    return schemes;
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

error_class class_of(int status) {
    if (status == 429) return error_class::throttled;
    // Not Implemented: a web server that was taken for a proxy.
    if (status == 501) return error_class::denied;
    return status == 408 || status / 100 == 5 ? error_class::transient : error_class::denied;
}

std::string cure_of(int status) {
    switch (status) {
        case 403:
            return "have the host allowed there, or list it in NO_PROXY if it can be reached "
                   "directly";
        case 408:
        case 429:
            return {};
        default:
            break;
    }
    if (class_of(status) == error_class::transient) {
        return "see that the proxy can look up and reach that host, or list it in NO_PROXY if it "
               "can be reached directly";
    }
    return "see that proxy_url or HTTPS_PROXY names a proxy that allows CONNECT";
}

}  // namespace

std::string authority_of(std::string_view host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string_view::npos;
    std::string out = is_v6 ? "[" + std::string(host) + "]" : std::string(host);
    return out + ":" + std::to_string(port);
}

std::string proxy_authorization(const proxy_server& proxy) {
    if (proxy.user.empty() && proxy.password.empty()) return {};
    return basic_authorization(proxy.user, proxy.password);
}

std::string encode_connect(std::string_view authority, const proxy_server& proxy) {
    http_request request{.method = "CONNECT", .target = std::string(authority)};
    request.headers.emplace_back("Host", authority);
    if (auto login = proxy_authorization(proxy); !login.empty()) {
        request.headers.emplace_back("Proxy-Authorization", std::move(login));
    }
    request.headers.emplace_back("User-Agent", "trainwatchd");
    request.headers.emplace_back("Proxy-Connection", "Keep-Alive");
    return serialize(request);
}

result<void> judge_connect_answer(
    const http_response& answer,
    std::string_view beyond,
    std::string_view authority,
    const proxy_server& proxy
) {
    const std::string whose = "proxy " + proxy.name();
    if (answer.status / 100 == 2) {
        if (beyond.empty()) return {};
        return failure{
            .kind = error_class::malformed,
            .detail = whose + " sent something behind its answer to CONNECT",
            .cure = "see that proxy_url or HTTPS_PROXY names a proxy that allows CONNECT",
        };
    }
    // Tinyproxy answers 407 to no login, and 401 to a wrong one.
    const bool refused_login = answer.status == 401 && !proxy_authorization(proxy).empty();
    if (answer.status == 407 || refused_login) return refused_by_proxy(answer, proxy);
    failure error{.kind = class_of(answer.status)};
    error.detail = whose + " opens no way to " + std::string(authority) + ": " +
        status_and_reason(answer, beyond);
    error.remote_code = std::to_string(answer.status);
    error.cure = cure_of(answer.status);
    return error;
}

failure refused_by_proxy(const http_response& answer, const proxy_server& proxy) {
    const auto schemes = offered_schemes(answer.headers);
    const bool basic = std::any_of(schemes.begin(), schemes.end(), [](const std::string& scheme) {
        return equal_ignoring_case(scheme, "basic");
    });
    const bool known = !proxy_authorization(proxy).empty();
    failure error{.kind = error_class::denied, .remote_code = std::to_string(answer.status)};
    error.detail = "proxy " + proxy.name() +
        (known ? " does not accept its user and password: " : " wants a user and password: ") +
        error.remote_code;
    if (!schemes.empty()) error.detail += ", it offers " + join(schemes);
    if (!basic && !schemes.empty()) {
        error.cure =
            "only Basic is spoken here: run a helper such as cntlm on this machine and name it as "
            "the proxy";
    } else if (known) {
        error.cure =
            "correct them in proxy_url or HTTPS_PROXY, with special characters written as %XX";
    } else {
        error.cure = "write them into proxy_url or HTTPS_PROXY: http://user:password@host:port";
    }
    return error;
}

}  // namespace trainwatch::wire
