#include "app/receiver_trust.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "wire/found_url.hpp"

namespace trainwatch::app {

result<std::shared_ptr<io::tls_client_context>> receiver_trust::of(const domain::receiver_tls& tls
) {
    const auto known = made_.find(tls);
    if (known != made_.end()) return known->second;
    io::tls_client_options options;
    options.ca_bundle = tls.ca_file;
    options.certificate_file = tls.cert_file;
    options.private_key_file = tls.key_file;
    options.server_name = tls.server_name;
    options.is_verified = !tls.insecure_skip_verify;
    options.needs_tls_1_3 = tls.min_version == "TLS13";
    options.avoids_tls_1_3 = tls.max_version == "TLS12";
    options.is_of_receiver = true;
    auto made = io::create_tls_client_context(std::move(options));
    if (made.has_value()) made_.emplace(tls, made.value());
    return made;
}

void receiver_trust::keep(const domain::receiver_tls& tls, const receiver_trust& former) {
    const auto known = former.made_.find(tls);
    if (known != former.made_.end()) made_.insert(*known);
}

wire::url named_url(const domain::endpoint& endpoint) {
    const auto& named = endpoint.found_by.empty() ? endpoint.url : endpoint.found_by;
    auto where = wire::parse_receiver_url(named);
    return where.has_value() ? std::move(*where) : wire::url{};
}

domain::receiver_access access_towards(
    const domain::receiver_access& access, const domain::endpoint& endpoint
) {
    auto towards = access;
    if (!endpoint.found_by.empty() && towards.tls.server_name.empty()) {
        towards.tls.server_name = named_url(endpoint).host;
    }
    return towards;
}

const domain::receiver_access& receiver_access_of(
    const domain::settings& config, const std::string& receiver
) {
    const auto& all = config.receivers;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
        return each.name == receiver;
    });
    CHECK(found != all.end());
    return found->access;
}

}  // namespace trainwatch::app
