#include "wire/static_keys.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/time.hpp"

namespace trainwatch::wire {
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

result<domain::static_keys> complete(domain::aws_credentials keys, const std::string& where) {
    const bool no_id = keys.access_key_id.empty();
    if (no_id || keys.secret_access_key.empty()) {
        const std::string missing = no_id ? "access key id" : "secret access key";
        return denied(where + "half of a key pair, the " + missing + " is missing");
    }
    const bool printable = is_printable(keys.access_key_id) &&
        is_printable(keys.secret_access_key) && is_printable(keys.session_token);
    if (!printable) return denied(where + "a blank or control character in a key");
    return domain::static_keys{std::move(keys)};
}

}  // namespace

result<std::optional<domain::static_keys>> profile_keys(
    const aws_profile& profile, const std::string& where
) {
    domain::aws_credentials keys;
    keys.access_key_id = property_of(profile, "aws_access_key_id");
    keys.secret_access_key = property_of(profile, "aws_secret_access_key");
    keys.session_token = property_of(profile, "aws_session_token");
    keys.account_id = property_of(profile, "aws_account_id");
    if (keys.access_key_id.empty() && keys.secret_access_key.empty()) {
        return std::optional<domain::static_keys>();
    }
    auto made = complete(std::move(keys), where);
    if (made.has_error()) return made.error();
    return std::optional(std::move(made.value()));
}

result<std::optional<domain::static_keys>> environment_keys(const aws_config& config) {
    domain::aws_credentials keys;
    keys.access_key_id = variable_of(config, "AWS_ACCESS_KEY_ID");
    keys.secret_access_key = variable_of(config, "AWS_SECRET_ACCESS_KEY");
    if (keys.access_key_id.empty() && keys.secret_access_key.empty()) {
        return std::optional<domain::static_keys>();
    }
    keys.session_token = variable_of(config, "AWS_SESSION_TOKEN");
    // The older name of the same.
    if (keys.session_token.empty()) keys.session_token = variable_of(config, "AWS_SECURITY_TOKEN");
    keys.account_id = variable_of(config, "AWS_ACCOUNT_ID");
    if (const auto expires = variable_of(config, "AWS_CREDENTIAL_EXPIRATION"); !expires.empty()) {
        keys.expires = parse_iso8601(expires);
        if (!keys.expires) {
            return denied("AWS_CREDENTIAL_EXPIRATION: want a time, as in 2026-11-24T09:12:00Z");
        }
    }
    auto made = complete(std::move(keys), "environment: ");
    if (made.has_error()) return made.error();
    return std::optional(std::move(made.value()));
}

}  // namespace trainwatch::wire
