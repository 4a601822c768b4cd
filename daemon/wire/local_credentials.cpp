#include "wire/local_credentials.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

failure denied(std::string detail) {
    failure why;
    why.kind = error_class::denied;
    why.detail = std::move(detail);
    return why;
}

// 127.0.0.0/8, in the four numbers that every resolver reads alike.
bool is_loopback_v4(std::string_view host) {
    int parts = 0;
    while (true) {
        const auto dot = std::min(host.find('.'), host.size());
        const auto part = host.substr(0, dot);
        int number = 0;
        const char* const end = part.data() + part.size();
        const auto [stop, error] = std::from_chars(part.data(), end, number);
        const bool right = error == std::errc{} && stop == end && part.size() <= 3 && number >= 0 &&
            number <= 255 && part.front() != '-';
        if (!right || (parts == 0 && part != "127")) return false;
        ++parts;
        if (dot == host.size()) return parts == 4;
        host.remove_prefix(dot + 1);
    }
}

bool is_of_this_machine(std::string_view host) {
    return host == "localhost" || host == "::1" || host == "169.254.170.2" ||
        host == "169.254.170.23" || host == "fd00:ec2::23" || is_loopback_v4(host);
}

result<std::string> container_url(const aws_config& config) {
    const auto relative = variable_of(config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!relative.empty()) {
        const auto url = "http://169.254.170.2" + relative;
        if (relative.front() == '/' && parse_url(url).has_value()) return url;
        return denied("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: want a path, as in /v2/credentials");
    }
    const std::string name = "AWS_CONTAINER_CREDENTIALS_FULL_URI: ";
    auto url = variable_of(config, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const auto parsed = parse_url(url);
    if (parsed.has_error()) return denied(name + parsed.error().detail);
    if (parsed->tls || is_of_this_machine(parsed->host)) return url;
    return denied(
        name + "http://" + parsed->host_header() +
        " is neither this machine (127.0.0.1, localhost, 169.254.170.2, 169.254.170.23, "
        "fd00:ec2::23) nor https: the token would go anywhere"
    );
}

bool is_header_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

// A variable or the profile's property, and which of the two it is.
struct placed_setting {
    std::string text{};
    std::string place{};
};

placed_setting placed(
    const aws_config& config,
    const std::string& profile,
    const std::string& variable,
    const std::string& key
) {
    auto text = variable_of(config, variable);
    if (!text.empty()) return {std::move(text), variable};
    return {profile_value(config, profile, key), "profile \"" + profile + "\": " + key};
}

result<std::string> metadata_url(const aws_config& config, const std::string& profile) {
    auto endpoint = placed(
        config, profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"
    );
    if (!endpoint.text.empty()) {
        const auto parsed = parse_url(endpoint.text);
        if (parsed.has_error()) return denied(endpoint.place + ": " + parsed.error().detail);
        while (endpoint.text.ends_with('/'))
            endpoint.text.pop_back();
        return endpoint.text;
    }
    const auto mode = placed(
        config,
        profile,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ec2_metadata_service_endpoint_mode"
    );
    if (mode.text.empty() || equal_ignoring_case(mode.text, "ipv4")) {
        return std::string("http://169.254.169.254");
    }
    if (equal_ignoring_case(mode.text, "ipv6")) return std::string("http://[fd00:ec2::254]");
    return denied(mode.place + ": \"" + mode.text + "\": want IPv4 or IPv6");
}

// A number up to `most`; nothing when it is another thing.
std::optional<double> number_of(const std::string& text, double most) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
    if (number <= 0 || number > most) return std::nullopt;
    return number;
}

}  // namespace

result<std::optional<domain::container_endpoint>> container_of(const aws_config& config) {
    const bool is_configured =
        !variable_of(config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
        !variable_of(config, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
    if (!is_configured) return std::optional<domain::container_endpoint>();
    auto url = container_url(config);
    if (url.has_error()) return url.error();
    domain::container_endpoint container;
    container.url = std::move(url.value());
    container.token_file = variable_of(config, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (container.token_file.empty()) {
        container.token = variable_of(config, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    }
    if (!is_header_text(container.token)) {
        return denied("AWS_CONTAINER_AUTHORIZATION_TOKEN: a line break or control character in it");
    }
    return std::optional(std::move(container));
}

bool is_instance_metadata_off(const aws_config& config) {
    return equal_ignoring_case(variable_of(config, "AWS_EC2_METADATA_DISABLED"), "true");
}

result<domain::instance_metadata> instance_metadata_of(
    const aws_config& config, const std::string& profile
) {
    domain::instance_metadata metadata;
    auto url = metadata_url(config, profile);
    if (url.has_error()) return url.error();
    metadata.url = std::move(url.value());
    metadata.instance_profile =
        setting_of(config, profile, "AWS_EC2_INSTANCE_PROFILE_NAME", "ec2_instance_profile_name");
    const auto timeout =
        placed(config, profile, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
    if (!timeout.text.empty()) {
        const auto seconds =
            number_of(timeout.text, limits::metadata_timeout_most.count() / 1000.0);
        if (!seconds) {
            return denied(timeout.place + ": \"" + timeout.text + "\": want seconds, up to 60");
        }
        metadata.timeout = milliseconds(std::max(1L, std::lround(*seconds * 1000)));
    }
    const auto attempts = placed(
        config, profile, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"
    );
    if (!attempts.text.empty()) {
        const auto count = number_of(attempts.text, limits::metadata_attempts_most);
        if (!count || *count != std::floor(*count)) {
            return denied(attempts.place + ": \"" + attempts.text + "\": want a number, 1 to 20");
        }
        metadata.attempts = static_cast<int>(*count);
    }
    return metadata;
}

}  // namespace trainwatch::wire
