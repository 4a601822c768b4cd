// What the variables of the environment and AWS' two files say, as one value, and the questions
// that are asked of it: which profile, region, endpoint, switch. Pure: app/environment reads.
//
// Source: the settings reference of the AWS SDKs and Tools reference guide. A variable outranks a
// profile; a blank variable counts as unset.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "wire/aws_profile.hpp"
#include "wire/endpoints.hpp"

namespace trainwatch::wire {

// Those that are set and not blank, by name.
using aws_variables = std::map<std::string, std::string, std::less<>>;

struct aws_config {
    aws_variables variables{};
    std::string home{};  // empty: none
    // What EC2 tells of this machine, where it was asked: the last word, after all of the above.
    std::string instance_region{};
    std::string instance_trouble{};  // why it told nothing, with the cure
    // The files that were looked for; empty when there is no home to look into.
    std::string config_file{};
    std::string credentials_file{};
    aws_profiles profiles{};  // of both files
    aws_profiles sso_sessions{};
    aws_profiles services{};
    // Why a file could not be used, one line each, with its place. It matters only to who needs it.
    std::vector<std::string> problems{};
    // Of files that are not there but may be hidden from this service: what to do. Else empty.
    std::string hidden_files_cure{};

    bool operator==(const aws_config&) const = default;
};

// Empty when it is not set.
std::string variable_of(const aws_config& config, std::string_view name);
// `named` by the configuration or a flag, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else
// "default".
std::string profile_in_force(const aws_config& config, const std::string& named);
// Empty when there is no such profile or it has no such property.
std::string profile_value(
    const aws_config& config, const std::string& profile, std::string_view key
);
// The variable, else the profile's property; empty when neither is set.
std::string setting_of(
    const aws_config& config,
    const std::string& profile,
    std::string_view variable,
    std::string_view key
);
// AWS_REGION, AWS_DEFAULT_REGION, the profile's region, the instance's: as written, a FIPS pseudo
// region included.
std::string region_of(const aws_config& config, const std::string& profile);
// The two files by name, for messages: "/h/.aws/config and /h/.aws/credentials".
std::string file_names(const aws_config& config);

// Where endpoints of a service are configured outside the program: AWS_ENDPOINT_URL_<SERVICE>,
// AWS_ENDPOINT_URL, the services section of the profile, its endpoint_url. Empty: nowhere.
// `rejected` when the profile names a services section that there is not. `service` is an id such
// as "sagemaker".
result<std::string> configured_endpoint(
    const aws_config& config, const std::string& profile, std::string_view service
);
bool ignores_configured_endpoints(const aws_config& config, const std::string& profile);

// AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT or the profile's; a FIPS pseudo region in the
// environment or in the profile switches FIPS on too.
bool uses_fips(const aws_config& config, const std::string& profile);
bool uses_dualstack(const aws_config& config, const std::string& profile);

// The endpoint of a service in a region with everything above; `own` is the program's own option
// and outranks them.
result<service_endpoint> resolve_endpoint(
    const aws_config& config,
    const std::string& profile,
    aws_service service,
    std::string_view region,
    std::string_view own = {}
);

// AWS_MAX_ATTEMPTS and AWS_RETRY_MODE or the profile's. `rejected` with the place when one of them
// is no number or no mode.
struct retry_preference {
    std::optional<int> attempts_max{};  // nothing: the mode's own

    bool operator==(const retry_preference&) const = default;
};
result<retry_preference> retry_preference_of(const aws_config& config, const std::string& profile);

// What is understood but done otherwise than asked, one line each: retry modes, legacy STS.
std::vector<std::string> departures_of(const aws_config& config, const std::string& profile);

}  // namespace trainwatch::wire
