// An aws_config made of text, as app/environment makes it of variables and files.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "wire/aws_config.hpp"

namespace trainwatch::wire {

inline aws_file parsed_or_empty(
    std::string_view text, aws_file_kind kind, const std::string& path, aws_config& config
) {
    auto parsed = parse_aws_file(text, kind);
    if (auto* const file = std::get_if<aws_file>(&parsed)) return std::move(*file);
    const auto& error = std::get<aws_profile_error>(parsed);
    config.problems.push_back(path + ":" + std::to_string(error.line) + ": " + error.message);
    return {};
}

inline aws_config config_of(
    aws_variables variables, std::string_view config_text = {}, std::string_view credentials = {}
) {
    aws_config config;
    config.home = "/h";
    config.config_file = "/h/.aws/config";
    config.credentials_file = "/h/.aws/credentials";
    for (auto& [name, value] : variables) {
        const bool is_blank = value.find_first_not_of(" \t") == std::string::npos;
        if (!is_blank) config.variables[name] = value;
    }
    auto file = parsed_or_empty(config_text, aws_file_kind::config, config.config_file, config);
    const auto keys =
        parsed_or_empty(credentials, aws_file_kind::credentials, config.credentials_file, config);
    config.profiles = merge_aws_profiles(file.profiles, keys.profiles);
    config.sso_sessions = std::move(file.sso_sessions);
    config.services = std::move(file.services);
    return config;
}

}  // namespace trainwatch::wire
