#include "wire/delivery_advice.hpp"

#include <string_view>

#include "base/limits.hpp"
#include "base/time.hpp"

namespace trainwatch::wire {
namespace {

using domain::receiver_kind;

bool says(const failure& why, std::string_view what) {
    return why.detail.find(what) != std::string::npos;
}

// What OpenSSL reads where a server that knows no TLS answers.
// Connected, and nothing came back within limits::delivery_deadline.
bool is_slow(const failure& why) {
    return why.detail.ends_with(" timed out");
}

bool is_no_tls(const failure& why) {
    return says(why, "wrong version number") || says(why, "packet length too long");
}

std::string of_address(const failure& why, receiver_kind kind) {
    if (why.detail.starts_with("HTTP 400")) return "it speaks TLS: give its address with https://";
    if (why.detail.starts_with("HTTP 3")) return "give the address that it leads to";
    return kind == receiver_kind::alertmanager
        ? "check the address and its path: the Alertmanager itself, with its route prefix, without "
          "/api/…"
        : "check the address and its path: nothing there takes alerts";
}

void hide(std::string& text, const std::string& what) {
    // "/" alone would stand in any text.
    if (what.size() < 2) return;
    const std::string_view instead = "/…";
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
        at = text.replace(at, what.size(), instead).find(instead, at) + instead.size();
}

}  // namespace

std::string without_address(std::string text, const url& where) {
    hide(text, where.target());
    hide(text, where.path);
    hide(text, where.query);
    return text;
}

std::string advise_on_delivery(const failure& why, receiver_kind kind) {
    if (!why.cure.empty()) return why.cure;
    const bool is_answer = why.detail.starts_with("HTTP ");
    switch (why.kind) {
        case error_class::transient:
            if (is_answer) return "see what it logs, or a load balancer in front of it";
            if (is_slow(why)) {
                return "it took the connection and did not answer within " +
                    format_duration(limits::delivery_deadline) +
                    ": it should answer first and work afterwards";
            }
            return is_no_tls(why) ? "it speaks no TLS there: give its address with http://"
                                  : "check its address, and that it runs";
        case error_class::throttled:
            return "it wants to be told less often: try again later";
        case error_class::denied:
            return why.detail.starts_with("HTTP 407")
                ? "the proxy asks for a login: give it in proxy_url"
                : "it asks for a login or refuses this one: see what guards it";
        case error_class::not_found:
            return of_address(why, kind);
        case error_class::rejected:
        case error_class::malformed:
            return kind == receiver_kind::alertmanager
                ? "check the address and its path, and see what it logs"
                : "check the address; what it has to take is in config/README.md";
        case error_class::internal:
            break;
    }
    return {};
}

}  // namespace trainwatch::wire
