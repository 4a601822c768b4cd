#include "wire/aws_config.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

failure refused(std::string detail) {
    failure why;
    why.kind = error_class::rejected;
    why.detail = std::move(detail);
    return why;
}

// SageMaker -> SAGEMAKER, as in AWS_ENDPOINT_URL_SAGEMAKER.
std::string upper(std::string_view text) {
    std::string made(text);
    for (char& c : made) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return made;
}

bool is_true(std::string_view text) {
    return equal_ignoring_case(text, "true");
}

// "AWS_MAX_ATTEMPTS", or the property with its profile: where a setting came from.
std::string place_of(
    const aws_config& config,
    const std::string& profile,
    std::string_view variable,
    std::string_view key
) {
    if (!variable_of(config, variable).empty()) return std::string(variable);
    return "profile \"" + profile + "\": " + std::string(key);
}

result<std::string> profile_endpoint(
    const aws_config& config, const std::string& profile, std::string_view service
) {
    const auto section = profile_value(config, profile, "services");
    if (!section.empty()) {
        const auto at = config.services.find(section);
        if (at == config.services.end()) {
            return refused(
                "profile \"" + profile + "\": services = " + section +
                ", and there is no section [services " + section + "] in " + config.config_file
            );
        }
        auto url = nested_property_of(at->second, service, "endpoint_url");
        if (!url.empty()) return url;
    }
    return profile_value(config, profile, "endpoint_url");
}

}  // namespace

std::string variable_of(const aws_config& config, std::string_view name) {
    const auto at = config.variables.find(name);
    return at == config.variables.end() ? std::string() : at->second;
}

std::string profile_in_force(const aws_config& config, const std::string& named) {
    if (!named.empty()) return named;
    for (const auto* const variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
        auto name = variable_of(config, variable);
        if (!name.empty()) return name;
    }
    return "default";
}

std::string profile_value(
    const aws_config& config, const std::string& profile, std::string_view key
) {
    const auto at = config.profiles.find(profile);
    return at == config.profiles.end() ? std::string() : property_of(at->second, key);
}

std::string setting_of(
    const aws_config& config,
    const std::string& profile,
    std::string_view variable,
    std::string_view key
) {
    auto value = variable_of(config, variable);
    return value.empty() ? profile_value(config, profile, key) : value;
}

std::string region_of(const aws_config& config, const std::string& profile) {
    auto region = variable_of(config, "AWS_REGION");
    if (region.empty()) region = setting_of(config, profile, "AWS_DEFAULT_REGION", "region");
    return region.empty() ? config.instance_region : region;
}

std::string file_names(const aws_config& config) {
    const auto& [first, second] = std::pair(config.config_file, config.credentials_file);
    if (first.empty() && second.empty()) return "no file (no HOME)";
    if (first.empty()) return second;
    return second.empty() ? first : first + " and " + second;
}

bool ignores_configured_endpoints(const aws_config& config, const std::string& profile) {
    return is_true(setting_of(
        config, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"
    ));
}

result<std::string> configured_endpoint(
    const aws_config& config, const std::string& profile, std::string_view service
) {
    if (ignores_configured_endpoints(config, profile)) return std::string();
    for (const auto& variable :
         {"AWS_ENDPOINT_URL_" + upper(service), std::string("AWS_ENDPOINT_URL")}) {
        auto url = variable_of(config, variable);
        if (!url.empty()) return url;
    }
    return profile_endpoint(config, profile, service);
}

bool uses_fips(const aws_config& config, const std::string& profile) {
    return without_fips(region_of(config, profile)).fips ||
        is_true(setting_of(config, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
}

bool uses_dualstack(const aws_config& config, const std::string& profile) {
    return is_true(
        setting_of(config, profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    );
}

result<service_endpoint> resolve_endpoint(
    const aws_config& config,
    const std::string& profile,
    aws_service service,
    std::string_view region,
    std::string_view own
) {
    std::string custom(own);
    if (custom.empty()) {
        auto configured = configured_endpoint(config, profile, service_id(service));
        if (configured.has_error()) return configured.error();
        custom = std::move(configured.value());
    }
    return endpoint_of(
        service, {region, uses_fips(config, profile), uses_dualstack(config, profile), custom}
    );
}

result<retry_preference> retry_preference_of(const aws_config& config, const std::string& profile) {
    retry_preference preference;
    const auto mode = lower(setting_of(config, profile, "AWS_RETRY_MODE", "retry_mode"));
    if (!mode.empty() && mode != "standard" && mode != "legacy" && mode != "adaptive") {
        return refused(
            place_of(config, profile, "AWS_RETRY_MODE", "retry_mode") + ": \"" + mode +
            "\" is no retry mode: want standard"
        );
    }
    const auto text = setting_of(config, profile, "AWS_MAX_ATTEMPTS", "max_attempts");
    if (text.empty()) return preference;
    int attempts = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, attempts);
    if (error != std::errc{} || stop != end || attempts < 1) {
        return refused(
            place_of(config, profile, "AWS_MAX_ATTEMPTS", "max_attempts") + ": \"" + text +
            "\": want a number of attempts, from 1"
        );
    }
    preference.attempts_max = attempts;
    return preference;
}

std::vector<std::string> departures_of(const aws_config& config, const std::string& profile) {
    std::vector<std::string> said;
    const auto mode = lower(setting_of(config, profile, "AWS_RETRY_MODE", "retry_mode"));
    const auto where = place_of(config, profile, "AWS_RETRY_MODE", "retry_mode");
    if (mode == "legacy") said.push_back(where + ": legacy is treated as standard");
    if (mode == "adaptive") {
        said.push_back(where + ": adaptive is treated as standard, the rate is always adapted");
    }
    const auto sts =
        setting_of(config, profile, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints");
    if (equal_ignoring_case(sts, "legacy")) {
        said.push_back(
            place_of(config, profile, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints") +
            ": legacy is treated as regional, the global endpoint of STS is not used"
        );
    }
    return said;
}

}  // namespace trainwatch::wire
