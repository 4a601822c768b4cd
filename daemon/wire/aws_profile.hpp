// The AWS shared config and credentials files: text -> sections, by the cross-SDK grammar.
//
// Source: "Shared config and credentials files" of the AWS SDKs and Tools reference guide. Knows
// sections and properties; what a property means is aws_config's and credential_plan's.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace trainwatch::wire {

// Keys in lower case, values as written. A property with properties of its own has them as the
// lines of its value, after a line break ("\nendpoint_url = http://127.0.0.1:1").
using aws_profile = std::map<std::string, std::string>;
using aws_profiles = std::map<std::string, aws_profile>;

struct aws_file {
    aws_profiles profiles{};
    aws_profiles sso_sessions{};  // [sso-session x], of the config file only
    aws_profiles services{};      // [services x], likewise

    bool operator==(const aws_file&) const = default;
};

struct aws_profile_error {
    int line = 0;
    std::string message{};

    bool operator==(const aws_profile_error&) const = default;
};

enum class aws_file_kind { config, credentials };

std::variant<aws_file, aws_profile_error> parse_aws_file(std::string_view text, aws_file_kind kind);

// Per property; the credentials file wins.
aws_profiles merge_aws_profiles(const aws_profiles& config, const aws_profiles& credentials);

// Empty when it is absent or has no value.
std::string property_of(const aws_profile& profile, std::string_view key);
// The same of a property that has properties of its own.
std::string nested_property_of(
    const aws_profile& profile, std::string_view key, std::string_view nested
);

}  // namespace trainwatch::wire
