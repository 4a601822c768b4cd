// What the configuration, the environment and the AWS files say together about one connection:
// how to reach its endpoints and with which keys. Nothing is asked for it.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "app/environment.hpp"
#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "domain/settings.hpp"
#include "wire/proxy.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {

struct connection_access {
    domain::credential_plan credentials{};
    std::map<std::string, wire::url> sagemaker{};  // by region: all of the connection's
    std::string ca_bundle{};                       // empty: the system's
    wire::proxy_rules proxies{};
    // Once more from the present state of files and environment, for keys that AWS refused.
    std::function<result<domain::credential_plan>()> plan_again{};
};

// `denied` or `rejected` with place and cure.
result<connection_access> resolve_access(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
);

// The same for a command: the connection is made up, and its profile that of --profile.
result<connection_access> resolve_command_access(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
);

}  // namespace trainwatch::app
