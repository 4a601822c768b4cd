#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/environment.hpp"

namespace trainwatch::app {
namespace {

failure denied(std::string detail) {
    failure why;
    why.kind = error_class::denied;
    why.detail = std::move(detail);
    return why;
}

// A line break in a key would end up in a header.
bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
    });
}

result<wire::aws_credentials> complete(
    std::string id, std::string secret, std::string token, const std::string& where
) {
    if (id.empty() || secret.empty()) {
        const std::string missing = id.empty() ? "access key id" : "secret access key";
        return denied(where + ": half of a key pair, the " + missing + " is missing");
    }
    if (!is_printable(id) || !is_printable(secret) || !is_printable(token)) {
        return denied(where + ": a blank or control character in a key");
    }
    return wire::aws_credentials{std::move(id), std::move(secret), std::move(token)};
}

bool has_keys(const environment& env) {
    return !env.access_key_id.empty() || !env.secret_access_key.empty();
}

std::string value(const wire::aws_profile& profile, const char* key) {
    const auto at = profile.find(key);
    return at == profile.end() ? std::string() : at->second;
}

// The first of these keys that the profile has.
template <std::size_t Size>
std::string_view first_present(
    const wire::aws_profile& profile, const std::array<std::string_view, Size>& keys
) {
    for (const auto key : keys) {
        if (profile.contains(std::string(key))) return key;
    }
    return {};
}

std::string file_names(const environment& env) {
    if (env.config_file.empty() && env.credentials_file.empty()) return "no file (no HOME)";
    if (env.config_file.empty()) return env.credentials_file;
    if (env.credentials_file.empty()) return env.config_file;
    return env.config_file + " and " + env.credentials_file;
}

result<wire::aws_credentials> keys_of(const wire::aws_profile& profile, const std::string& name) {
    // A role is meant to be assumed even where keys stand beside it.
    static constexpr std::array<std::string_view, 4> roles{
        "role_arn", "source_profile", "credential_source", "web_identity_token_file"};
    static constexpr std::array<std::string_view, 5> others{
        "sso_session", "sso_start_url", "sso_account_id", "credential_process", "login_session"};
    const std::string where = "profile \"" + name + "\"";
    const auto unsupported = [&](std::string_view key) {
        return denied(
            where + " uses " + std::string(key) +
            ": this version takes static keys only (aws_access_key_id, aws_secret_access_key)"
        );
    };
    if (const auto key = first_present(profile, roles); !key.empty()) return unsupported(key);
    auto id = value(profile, "aws_access_key_id");
    auto secret = value(profile, "aws_secret_access_key");
    if (id.empty() && secret.empty()) {
        if (const auto key = first_present(profile, others); !key.empty()) return unsupported(key);
        return denied(where + " holds no keys (aws_access_key_id, aws_secret_access_key)");
    }
    return complete(std::move(id), std::move(secret), value(profile, "aws_session_token"), where);
}

result<wire::aws_credentials> from_profile(
    const std::string& name, const environment& env, const aws_files& files
) {
    const auto at = files.profiles.find(name);
    if (at != files.profiles.end()) return keys_of(at->second, name);
    // It may stand in the file that could not be read.
    if (!files.problems.empty()) return denied(files.problems.front());
    return denied("there is no profile \"" + name + "\" in " + file_names(env));
}

// `naming`: how a profile is named by whoever asks.
result<wire::aws_credentials> find_keys(
    std::string profile, std::string_view naming, const environment& env, const aws_files& files
) {
    if (profile.empty() && has_keys(env)) {
        return complete(env.access_key_id, env.secret_access_key, env.session_token, "environment");
    }
    if (profile.empty()) profile = env.profile;
    const bool is_chosen = !profile.empty() && profile != "default";
    if (profile.empty()) profile = "default";
    // Nobody chose `default`: that there is none is no mistake by itself.
    const bool is_absent = !files.profiles.contains(profile) && files.problems.empty();
    if (!is_chosen && is_absent) {
        return denied(
            "no AWS keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with "
            "static keys (" +
            std::string(naming) + ", or AWS_PROFILE); looked into the environment, " +
            file_names(env) + ". Roles and instance metadata are not supported by this version"
        );
    }
    return from_profile(profile, env, files);
}

}  // namespace

result<wire::aws_credentials> resolve_credentials(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
) {
    auto keys = find_keys(connection.profile, "profile: in the configuration", env, files);
    if (keys.has_value()) return keys;
    failure why = keys.error();
    why.detail = "connection \"" + connection.name + "\": " + why.detail;
    return why;
}

result<wire::aws_credentials> resolve_command_credentials(
    const std::string& profile, const environment& env, const aws_files& files
) {
    return find_keys(profile, "--profile", env, files);
}

}  // namespace trainwatch::app
