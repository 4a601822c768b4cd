#include "wire/single_sign_on.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

failure denied(std::string detail) {
    failure why;
    why.kind = error_class::denied;
    why.detail = std::move(detail);
    return why;
}

// The name under which the AWS command line keeps a token.
std::string sha1_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
    return hex(std::span(digest).first(size));
}

// Where the sign-on itself is described: a session of its own, or the profile.
struct sign_on {
    std::string start_url{};
    std::string region{};
    std::string token_name{};
};

result<sign_on> session_of(
    const aws_config& config, const std::string& name, const std::string& where
) {
    const auto section = profile_value(config, name, "sso_session");
    const auto at = config.sso_sessions.find(section);
    if (at == config.sso_sessions.end()) {
        return denied(
            where + "sso_session = " + section + ", and there is no section [sso-session " +
            section + "] in " + config.config_file
        );
    }
    sign_on made{
        property_of(at->second, "sso_start_url"), property_of(at->second, "sso_region"), section};
    for (const auto& [key, said] :
         {std::pair(std::string("sso_start_url"), made.start_url),
          std::pair(std::string("sso_region"), made.region)}) {
        if (said.empty()) return denied("[sso-session " + section + "]: " + key + " is missing");
        const auto own = profile_value(config, name, key);
        if (own.empty() || own == said) continue;
        return denied(
            where + key + " differs from the one of [sso-session " + section +
            "]: leave it out of the profile"
        );
    }
    return made;
}

result<sign_on> own_of(
    const aws_config& config, const std::string& name, const std::string& where
) {
    sign_on made;
    made.start_url = profile_value(config, name, "sso_start_url");
    made.region = profile_value(config, name, "sso_region");
    made.token_name = made.start_url;
    if (made.start_url.empty()) return denied(where + "sso_start_url is missing");
    if (made.region.empty()) return denied(where + "sso_region is missing");
    return made;
}

}  // namespace

bool has_single_sign_on(const aws_profile& profile) {
    static constexpr std::array<std::string_view, 4> keys{
        "sso_session", "sso_start_url", "sso_account_id", "sso_role_name"};
    return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
        return !property_of(profile, key).empty();
    });
}

result<domain::single_sign_on> single_sign_on_of(
    const aws_config& config, const std::string& profile
) {
    const std::string where = "profile \"" + profile + "\": ";
    domain::single_sign_on made;
    made.account_id = profile_value(config, profile, "sso_account_id");
    made.role_name = profile_value(config, profile, "sso_role_name");
    if (made.account_id.empty()) return denied(where + "sso_account_id is missing");
    if (made.role_name.empty()) return denied(where + "sso_role_name is missing");
    const bool has_session = !profile_value(config, profile, "sso_session").empty();
    const auto from =
        has_session ? session_of(config, profile, where) : own_of(config, profile, where);
    if (from.has_error()) return from.error();
    if (config.home.empty()) {
        return denied(where + "no HOME, so there is no ~/.aws/sso/cache with a token to look into");
    }
    made.token_file = (config.home == "/" ? "" : config.home) + "/.aws/sso/cache/" +
        sha1_hex(from->token_name) + ".json";
    const auto portal = configured_endpoint(config, profile, service_id(aws_service::sso));
    if (portal.has_error()) return denied(where + portal.error().detail);
    const auto endpoint =
        endpoint_of(aws_service::sso, {.region = from->region, .custom = portal.value()});
    if (endpoint.has_error()) return denied(where + "sso_region: " + endpoint.error().detail);
    made.url = text_of(endpoint->where);
    made.login = profile == "default" ? "aws sso login" : "aws sso login --profile " + profile;
    return made;
}

}  // namespace trainwatch::wire
