#include "wire/credential_plan.hpp"

#include <optional>
#include <utility>

#include "wire/local_credentials.hpp"
#include "wire/profile_credentials.hpp"
#include "wire/role_arn.hpp"
#include "wire/static_keys.hpp"

namespace trainwatch::wire {
namespace {

using domain::credential_plan;

failure denied(std::string detail) {
    failure why;
    why.kind = error_class::denied;
    why.detail = std::move(detail);
    return why;
}

credential_plan plan_of(domain::credential_base base, std::string source) {
    credential_plan plan;
    plan.base = std::move(base);
    plan.source = std::move(source);
    return plan;
}

// Nothing when a link of the chain is not configured.
using link = result<std::optional<credential_plan>>;

link from_environment(const aws_config& config) {
    auto keys = environment_keys(config);
    if (keys.has_error()) return keys.error();
    if (!keys.value()) return std::optional<credential_plan>();
    return std::optional(plan_of(*std::move(keys.value()), "environment"));
}

link from_web_identity(const aws_config& config) {
    domain::web_identity identity;
    identity.token_file = variable_of(config, "AWS_WEB_IDENTITY_TOKEN_FILE");
    // A role alone is for whoever reads it: no token, no web identity.
    if (identity.token_file.empty()) return std::optional<credential_plan>();
    identity.role.role_arn = variable_of(config, "AWS_ROLE_ARN");
    identity.role.session_name = variable_of(config, "AWS_ROLE_SESSION_NAME");
    if (identity.role.role_arn.empty()) {
        return denied("AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not: set both");
    }
    if (!identity.role.session_name.empty()) {
        if (auto problem = session_name_problem(identity.role.session_name); !problem.empty()) {
            return denied("AWS_ROLE_SESSION_NAME: " + problem);
        }
    }
    return std::optional(plan_of(std::move(identity), "web identity"));
}

bool is_chosen(const aws_config& config, const credential_selection& selection) {
    return profile_in_force(config, selection.profile) != "default" || !selection.profile.empty();
}

link from_profile(const aws_config& config, const credential_selection& selection) {
    // What stands in a file that cannot be used might be what is meant.
    if (!config.problems.empty()) return denied(config.problems.front());
    const auto name = profile_in_force(config, selection.profile);
    // Nobody chose `default`: that there is none is no mistake.
    if (!is_chosen(config, selection) && !config.profiles.contains(name)) {
        return std::optional<credential_plan>();
    }
    auto found = credentials_of_profile(config, name);
    if (found.has_error()) return found.error();
    if (!found.value()) return std::optional<credential_plan>();
    auto& from = *found.value();
    auto plan = plan_of(std::move(from.base), std::move(from.source));
    plan.roles = std::move(from.roles);
    return std::optional(std::move(plan));
}

link from_container(const aws_config& config) {
    auto container = container_of(config);
    if (container.has_error()) return container.error();
    if (!container.value()) return std::optional<credential_plan>();
    return std::optional(plan_of(*std::move(container.value()), "container"));
}

result<credential_plan> from_instance(
    const aws_config& config, const credential_selection& selection
) {
    if (is_instance_metadata_off(config)) return denied(no_keys_text(config, selection));
    auto metadata = instance_metadata_of(config, profile_in_force(config, selection.profile));
    if (metadata.has_error()) return metadata.error();
    metadata->is_last_resort = true;
    metadata->nothing_found = no_keys_text(config, selection);
    return plan_of(std::move(metadata.value()), "instance metadata");
}

result<credential_plan> first_of_chain(
    const aws_config& config, const credential_selection& selection
) {
    // A named profile outranks the environment, also where it only says what else to use.
    if (selection.profile.empty()) {
        for (const auto& look : {from_environment, from_web_identity}) {
            auto found = look(config);
            if (found.has_error()) return found.error();
            if (found.value()) return *std::move(found.value());
        }
    }
    auto profile = from_profile(config, selection);
    if (profile.has_error()) return profile.error();
    if (profile.value()) return *std::move(profile.value());
    auto container = from_container(config);
    if (container.has_error()) return container.error();
    if (container.value()) return *std::move(container.value());
    return from_instance(config, selection);
}

bool needs_sts(const credential_plan& plan) {
    return !plan.roles.empty() || std::holds_alternative<domain::web_identity>(plan.base);
}

}  // namespace

std::string no_keys_text(const aws_config& config, const credential_selection& selection) {
    const auto name = profile_in_force(config, selection.profile);
    std::string text = "no AWS keys: ";
    if (config.profiles.contains(name)) text += "profile \"" + name + "\" holds none; ";
    text +=
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has keys or a "
        "role (" +
        selection.naming + (selection.naming.empty() ? "" : ", or ") +
        "AWS_PROFILE), or run where AWS gives keys (a role of EC2, ECS or EKS); looked into ";
    if (selection.profile.empty()) text += "the environment, ";
    text += file_names(config) + " and the container's variables";
    text += is_instance_metadata_off(config)
        ? "; the instance metadata service is off (AWS_EC2_METADATA_DISABLED)"
        : "; the instance metadata service has none";
    if (!config.hidden_files_cure.empty()) text += "; " + config.hidden_files_cure;
    return text;
}

result<credential_plan> plan_credentials(
    const aws_config& config, const credential_selection& selection
) {
    auto plan = first_of_chain(config, selection);
    if (plan.has_error()) return plan;
    if (!selection.role_arn.empty()) {
        domain::assumed_role own;
        own.role_arn = selection.role_arn;
        own.external_id = selection.external_id;
        plan->roles.push_back(std::move(own));
    }
    const auto profile = profile_in_force(config, selection.profile);
    const auto region = selection.region.empty() ? region_of(config, profile) : selection.region;
    const auto sts = resolve_endpoint(config, profile, aws_service::sts, region);
    if (sts.has_value()) {
        plan->sts.region = sts->signing_region;
        plan->sts.url = text_of(sts->where);
        return plan;
    }
    // Whoever needs no STS does not care.
    if (!needs_sts(*plan)) return plan;
    return denied(plan->source + ": " + sts.error().detail);
}

}  // namespace trainwatch::wire
