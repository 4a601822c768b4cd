#include "app/policy_command.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <variant>

#include "app/connection_access.hpp"
#include "app/environment.hpp"
#include "app/instance_region.hpp"
#include "app/print_error.hpp"
#include "app/settings_file.hpp"
#include "domain/watch_plan.hpp"
#include "wire/credential_values.hpp"
#include "wire/iam_policy.hpp"

namespace trainwatch::app {
namespace {

// Of the keys that a source gives, where that follows from what is configured; else empty.
std::string account_of(const domain::credential_base& base) {
    if (const auto* keys = std::get_if<domain::static_keys>(&base)) return keys->keys.account_id;
    if (const auto* web = std::get_if<domain::web_identity>(&base)) {
        return wire::account_of_arn(web->role.role_arn);
    }
    if (const auto* sso = std::get_if<domain::single_sign_on>(&base)) return sso->account_id;
    if (const auto* program = std::get_if<domain::credential_process>(&base)) {
        return program->account_id;
    }
    return {};
}

// The roles on the way to the jobs, and their account.
void complete(
    wire::policy_request& request,
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files
) {
    const auto access = resolve_access(connection, env, files);
    const auto& plan = access.credentials;
    if (access.trouble) {
        print_error("# connection " + connection.name + ": " + access.trouble->detail);
        print_error("# the policies below may lack the roles on the way");
        if (!connection.role_arn.empty()) request.roles = {connection.role_arn};
    } else {
        for (const auto& role : plan.roles)
            request.roles.push_back(role.role_arn);
        request.account_id = account_of(plan.base);
    }
    if (!request.roles.empty()) request.account_id = wire::account_of_arn(request.roles.back());
}

bool print_policies(const wire::policy_request& request) {
    const auto policies = wire::iam_policies(request);
    for (const auto& policy : policies) {
        print_error("# " + policy.heading);
        for (const auto& note : policy.notes)
            print_error("# " + note);
        std::fputs(policy.document.c_str(), stdout);
    }
    return !policies.empty();
}

}  // namespace

int print_iam_policy(const options& chosen) {
    const auto env = process_environment();
    auto files = read_aws_files(env, read_file);
    const auto loaded =
        load_settings(chosen.config_file, files, machine_files(), ask_instance_region);
    if (const auto* mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            print_error(mistake);
        return 1;
    }
    const auto& [config, lists, warnings] = std::get<loaded_configuration>(loaded);
    // What is left out is not allowed either: whoever pastes the policy should know.
    for (const auto& file : lists) {
        for (const auto& mistake : file.mistakes)
            print_error(mistake);
    }
    const auto plan = domain::make_watch_plan(config);
    bool found = false;
    for (const auto& connection : config.connections) {
        if (!chosen.connection.empty() && chosen.connection != connection.name) continue;
        auto request = wire::policy_request_for(connection.name, plan);
        complete(request, connection, env, files);
        found = print_policies(request) || found;
    }
    if (!found) {
        const bool named = !chosen.connection.empty();
        print_error(
            named ? "no watch list uses a connection \"" + chosen.connection + "\""
                  : "no watch list uses a connection"
        );
    }
    return std::fflush(stdout) == 0 && found ? 0 : 1;
}

}  // namespace trainwatch::app
