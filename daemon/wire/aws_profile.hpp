// The AWS shared config and credentials files: text -> profiles, by the cross-SDK grammar.
//
// Source: "Shared config and credentials files" of the AWS SDKs and Tools reference guide. Static
// keys and the region are read from a profile for now.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace trainwatch::wire {

// Keys in lower case, values as written.
using aws_profile = std::map<std::string, std::string>;
using aws_profiles = std::map<std::string, aws_profile>;

struct aws_profile_error {
    int line = 0;
    std::string message{};

    bool operator==(const aws_profile_error&) const = default;
};

enum class aws_file_kind { config, credentials };

std::variant<aws_profiles, aws_profile_error> parse_aws_profiles(
    std::string_view text, aws_file_kind kind
);

// Per property; the credentials file wins.
aws_profiles merge_aws_profiles(const aws_profiles& config, const aws_profiles& credentials);

}  // namespace trainwatch::wire
