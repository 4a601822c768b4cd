// What receivers are trusted by: the system's certificates, or the PEM file that one names. Made
// once each; all receivers with the same file share the TLS sessions.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/failure.hpp"
#include "domain/settings.hpp"
#include "io/http_client.hpp"

namespace trainwatch::app {

class receiver_trust {
public:
    // `ca_file`: empty for the system's. Failure: internal, naming it.
    result<std::shared_ptr<io::tls_client_context>> of(const std::string& ca_file);

private:
    std::map<std::string, std::shared_ptr<io::tls_client_context>> made_{};
};

// What the configuration says of the receiver; it has one of that name.
const domain::receiver_access& receiver_access_of(
    const domain::settings& config, const std::string& receiver
);

}  // namespace trainwatch::app
