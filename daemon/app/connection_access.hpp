// What the configuration, the environment and the AWS files say together about one connection:
// how to reach its endpoints and with which keys. Nothing is asked for it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/environment.hpp"
#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "domain/settings.hpp"
#include "wire/proxy.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {

struct connection_access {
    domain::credential_plan credentials{};
    // Why something of this could not be decided, with place and cure: the trouble of this
    // connection alone. plan_again says the same until somebody mends it.
    std::optional<failure> trouble{};
    std::map<std::string, wire::url> sagemaker{};  // by region: all of the connection's
    std::string ca_bundle{};                       // empty: the system's
    wire::proxy_rules proxies{};
    // Once more from the present state of files and environment, for keys that AWS refused.
    std::function<result<domain::credential_plan>()> plan_again{};
    std::string user_agent{};
    // AWS_MAX_ATTEMPTS or the profile's, of a call for keys; nothing: the retry mode's own.
    wire::retry_preference retries{};
    // What is understood but done otherwise than asked, one line each, for the log.
    std::vector<std::string> notes{};
};

// `read` reads the AWS files again for plan_again and
// is kept for it.
connection_access resolve_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read = read_file
);

// The proxies of one receiver, by its proxy_url and the environment.
result<wire::proxy_rules> resolve_receiver_proxies(
    const domain::receiver_settings& receiver, const aws_files& files
);

// The same for a command: the connection is made up, and its profile that of --profile.
connection_access resolve_command_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read = read_file
);

}  // namespace trainwatch::app
