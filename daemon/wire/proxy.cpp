#include "wire/proxy.hpp"

namespace trainwatch::wire {

std::string proxy_server::name() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<proxy_server> proxy_for(const url& target, const proxy_rules& rules) {
    return target.tls ? rules.for_https : rules.for_http;
}

}  // namespace trainwatch::wire
