// What receivers are trusted by, and what is shown to them: the system's certificates, or what a
// tls_config says. Made once each; all receivers with the same share the TLS sessions.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/failure.hpp"
#include "domain/settings.hpp"
#include "domain/watch_plan.hpp"
#include "io/http_client.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {

class receiver_trust {
public:
    // Failure: internal, naming the file.
    result<std::shared_ptr<io::tls_client_context>> of(const domain::receiver_tls& tls);
    // What `former` made for it is used on.
    void keep(const domain::receiver_tls& tls, const receiver_trust& former);

private:
    std::map<domain::receiver_tls, std::shared_ptr<io::tls_client_context>> made_{};
};

// Where the configuration says that it is: by its name, where the address was looked up. Rules for
// proxies are about that.
wire::url named_url(const domain::endpoint& endpoint);
// Likewise, and by that name its certificate is verified unless server_name says otherwise.
domain::receiver_access access_towards(
    const domain::receiver_access& access, const domain::endpoint& endpoint
);

// What the configuration says of the receiver; it has one of that name.
const domain::receiver_access& receiver_access_of(
    const domain::settings& config, const std::string& receiver
);

}  // namespace trainwatch::app
