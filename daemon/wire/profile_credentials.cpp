#include "wire/profile_credentials.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "wire/local_credentials.hpp"
#include "wire/role_arn.hpp"
#include "wire/shell_words.hpp"
#include "wire/single_sign_on.hpp"
#include "wire/static_keys.hpp"

namespace trainwatch::wire {
namespace {

failure denied(std::string detail) {
    failure why;
    why.kind = error_class::denied;
    why.detail = std::move(detail);
    return why;
}

std::string place_of(const std::string& profile) {
    return "profile \"" + profile + "\": ";
}

result<domain::assumed_role> role_in(const aws_profile& profile, const std::string& where) {
    domain::assumed_role role;
    role.role_arn = property_of(profile, "role_arn");
    role.session_name = property_of(profile, "role_session_name");
    role.external_id = property_of(profile, "external_id");
    if (!role.session_name.empty()) {
        if (auto problem = session_name_problem(role.session_name); !problem.empty()) {
            return denied(where + "role_session_name: " + problem);
        }
    }
    if (!role.external_id.empty()) {
        if (auto problem = external_id_problem(role.external_id); !problem.empty()) {
            return denied(where + "external_id: " + problem);
        }
    }
    const auto text = property_of(profile, "duration_seconds");
    if (text.empty()) return role;
    int seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    const bool right = error == std::errc{} && stop == end &&
        seconds >= limits::role_seconds_least && seconds <= limits::role_seconds_most;
    if (!right) {
        return denied(
            where + "duration_seconds = " + text + ": want " +
            std::to_string(limits::role_seconds_least) + " to " +
            std::to_string(limits::role_seconds_most)
        );
    }
    role.duration = std::chrono::seconds(seconds);
    return role;
}

// Follows a profile to where its keys are.
class profile_walk {
public:
    explicit profile_walk(const aws_config& config) : config_(config) {}

    result<std::optional<profile_credentials>> from(const std::string& first) {
        std::string name = first;
        while (true) {
            const auto at = config_.profiles.find(name);
            if (at == config_.profiles.end()) return denied(absent(name));
            if (std::find(visited_.begin(), visited_.end(), name) != visited_.end()) {
                return denied(place_of(first) + "source_profile leads back to \"" + name + "\"");
            }
            const auto& profile = at->second;
            const bool is_source = !visited_.empty();
            visited_.push_back(name);
            // A source that has keys ends the walk, whatever role stands beside them.
            if (is_source) {
                if (auto keys = profile_keys(profile, place_of(name));
                    keys.has_error() || keys.value()) {
                    return with_keys(std::move(keys), name);
                }
            }
            if (!is_chained(profile)) return base_in(profile, name);
            if (auto wrong = add_role(profile, name)) return *wrong;
            const auto source = property_of(profile, "source_profile");
            if (source.empty()) return named_source(profile, name);
            // Its own keys first, then the role.
            if (source == name) return own_keys(profile, name);
            name = source;
        }
    }

private:
    std::string absent(const std::string& name) const {
        if (visited_.empty()) {
            return "there is no profile \"" + name + "\" in " + file_names(config_) + cure();
        }
        return place_of(visited_.back()) + "source_profile = " + name +
            ", and there is no such profile in " + file_names(config_);
    }

    std::string cure() const {
        return config_.hidden_files_cure.empty() ? "" : "; " + config_.hidden_files_cure;
    }

    // A role for which another source has the keys. A token is a source by itself.
    static bool is_chained(const aws_profile& profile) {
        return !property_of(profile, "role_arn").empty() &&
            property_of(profile, "web_identity_token_file").empty();
    }

    std::optional<failure> add_role(const aws_profile& profile, const std::string& name) {
        const auto where = place_of(name);
        const bool has_profile = !property_of(profile, "source_profile").empty();
        const bool has_source = !property_of(profile, "credential_source").empty();
        if (has_profile == has_source) {
            return denied(
                where +
                (has_profile ? "has both source_profile and credential_source: take one away"
                             : "role_arn needs source_profile or credential_source, or "
                               "web_identity_token_file")
            );
        }
        if (!property_of(profile, "mfa_serial").empty()) {
            return denied(
                where +
                "mfa_serial asks a person for a code, and nobody is there: use a role "
                "that does not demand one"
            );
        }
        auto role = role_in(profile, where);
        if (role.has_error()) return role.error();
        roles_.insert(roles_.begin(), std::move(role.value()));
        return {};
    }

    std::optional<profile_credentials> made(domain::credential_base base, std::string source) {
        return profile_credentials{std::move(base), std::move(roles_), std::move(source)};
    }

    result<std::optional<profile_credentials>> with_keys(
        result<std::optional<domain::static_keys>> keys, const std::string& name
    ) {
        if (keys.has_error()) return keys.error();
        return made(*std::move(keys.value()), "profile " + name);
    }

    result<std::optional<profile_credentials>> own_keys(
        const aws_profile& profile, const std::string& name
    ) {
        auto keys = profile_keys(profile, place_of(name));
        if (keys.has_value() && !keys.value()) {
            return denied(
                place_of(name) + "source_profile names the profile itself, which holds no keys"
            );
        }
        return with_keys(std::move(keys), name);
    }

    result<std::optional<profile_credentials>> named_source(
        const aws_profile& profile, const std::string& name
    ) {
        static constexpr std::array<std::string_view, 3> known{
            "Environment", "EcsContainer", "Ec2InstanceMetadata"};
        const auto source = property_of(profile, "credential_source");
        const auto where = place_of(name) + "credential_source = " + source;
        if (source == known[0]) {
            auto keys = environment_keys(config_);
            if (keys.has_error()) return keys.error();
            if (!keys.value()) return denied(where + ", and AWS_ACCESS_KEY_ID is not set");
            return made(*std::move(keys.value()), "environment");
        }
        if (source == known[1]) {
            auto container = container_of(config_);
            if (container.has_error()) return container.error();
            if (!container.value()) {
                return denied(where + ", and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
            }
            return made(*std::move(container.value()), "container");
        }
        if (source == known[2]) {
            if (is_instance_metadata_off(config_)) {
                return denied(where + ", and AWS_EC2_METADATA_DISABLED is true");
            }
            auto metadata = instance_metadata_of(config_, visited_.front());
            if (metadata.has_error()) return metadata.error();
            return made(std::move(metadata.value()), "instance metadata");
        }
        return denied(where + ": want Environment, EcsContainer or Ec2InstanceMetadata");
    }

    result<std::optional<profile_credentials>> web_identity_in(
        const aws_profile& profile, const std::string& name
    ) {
        const auto where = place_of(name);
        auto role = role_in(profile, where);
        if (role.has_error()) return role.error();
        if (role->role_arn.empty()) {
            return denied(where + "web_identity_token_file needs a role_arn beside it");
        }
        domain::web_identity identity;
        identity.token_file = property_of(profile, "web_identity_token_file");
        identity.role = std::move(role.value());
        return made(std::move(identity), "profile " + name);
    }

    result<std::optional<profile_credentials>> process_in(
        const aws_profile& profile, const std::string& name
    ) {
        const auto where = place_of(name) + "credential_process: ";
        auto words = split_command(property_of(profile, "credential_process"));
        if (words.has_error()) return denied(where + words.error().detail);
        if (words->empty() || words->front().empty()) return denied(where + "no program");
        domain::credential_process process;
        process.arguments = std::move(words.value());
        process.account_id = property_of(profile, "aws_account_id");
        return made(std::move(process), "profile " + name);
    }

    result<std::optional<profile_credentials>> base_in(
        const aws_profile& profile, const std::string& name
    ) {
        const auto has = [&](std::string_view key) { return !property_of(profile, key).empty(); };
        if (has("web_identity_token_file")) return web_identity_in(profile, name);
        auto keys = profile_keys(profile, place_of(name));
        if (keys.has_error() || keys.value()) return with_keys(std::move(keys), name);
        if (has_single_sign_on(profile)) {
            auto sign_on = single_sign_on_of(config_, name);
            if (sign_on.has_error()) return sign_on.error();
            return made(std::move(sign_on.value()), "profile " + name);
        }
        if (has("login_session")) {
            return denied(
                place_of(name) +
                "login_session is a person's console sign-in, which ends within "
                "hours: use a role, credential_process or keys"
            );
        }
        if (has("credential_process")) return process_in(profile, name);
        if (visited_.size() == 1) return std::optional<profile_credentials>();
        return denied(
            place_of(visited_[visited_.size() - 2]) + "source_profile = " + name +
            ", which says nothing about keys"
        );
    }

    const aws_config& config_;
    std::vector<std::string> visited_{};
    std::vector<domain::assumed_role> roles_{};
};

}  // namespace

result<std::optional<profile_credentials>> credentials_of_profile(
    const aws_config& config, const std::string& profile
) {
    return profile_walk(config).from(profile);
}

}  // namespace trainwatch::wire
