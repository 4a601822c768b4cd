#include "wire/found_url.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::string_view by_name = "dns+";

failure no_such_lookup(std::string_view prefix) {
    return {
        .kind = error_class::rejected,
        .detail = "\"" + std::string(prefix) +
            "\" is not supported: want dns+http://NAME:PORT or dns+https://NAME:PORT, whose name "
            "leads to the addresses",
    };
}

}  // namespace

bool is_looked_up(std::string_view text) {
    return text.starts_with(by_name);
}

result<url> parse_receiver_url(std::string_view text) {
    for (const std::string_view other : {"dnssrv+", "dnssrvnoa+", "srv+"}) {
        if (text.starts_with(other)) return no_such_lookup(other);
    }
    if (is_looked_up(text)) text.remove_prefix(by_name.size());
    return parse_url(text);
}

std::string url_at(const url& of, const std::string& address) {
    url at = of;
    at.host = address;
    return text_of(at);
}

}  // namespace trainwatch::wire
