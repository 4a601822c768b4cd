#include "app/receiver_trust.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace trainwatch::app {

result<std::shared_ptr<io::tls_client_context>> receiver_trust::of(const std::string& ca_file) {
    const auto known = made_.find(ca_file);
    if (known != made_.end()) return known->second;
    auto made = io::create_tls_client_context(ca_file);
    if (made.has_value()) made_.emplace(ca_file, made.value());
    return made;
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
