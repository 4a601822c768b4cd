// What the environment lends: AWS' variables and the files they point to, read once at start.
//
// Source: the AWS SDKs and Tools reference guide. This version knows static keys only, from the
// environment or from a profile. Variables and files are read through functions, so that tests
// need neither.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "domain/settings.hpp"
#include "wire/aws_profile.hpp"
#include "wire/settings_yaml.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::app {

// Blank variables are unset ones; every member is empty then.
struct environment {
    std::string region{};        // AWS_REGION, else AWS_DEFAULT_REGION
    std::string endpoint_url{};  // AWS_ENDPOINT_URL_SAGEMAKER, else AWS_ENDPOINT_URL
    std::string profile{};       // AWS_PROFILE
    std::string ca_bundle{};     // AWS_CA_BUNDLE
    // JOURNAL_STREAM, systemd's: standard error goes to the journal, which adds time and level.
    std::string journal_stream{};
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    // Paths, `~` expanded; empty when there is no home to look into.
    std::string config_file{};       // AWS_CONFIG_FILE, else ~/.aws/config
    std::string credentials_file{};  // AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
    // AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: only the configuration file names endpoints.
    bool ignore_endpoint_urls = false;

    bool operator==(const environment&) const = default;
};

using environment_lookup = std::function<std::optional<std::string>(const char* name)>;
environment read_environment(const environment_lookup& lookup);
// A variable of this process (options_environment.cpp).
std::optional<std::string> look_up_variable(const char* name);
// This process' own (options_environment.cpp); the home directory is the user's where HOME is not
// set.
environment process_environment();

// `not_found` when there is no such file, which is normal for AWS' files.
using file_reader = std::function<result<std::string>(const std::string& path)>;
result<std::string> read_file(const std::string& path);

// The profiles of AWS' two files. A broken file matters only to who needs it: `problems` says
// what is wrong with it.
struct aws_files {
    wire::aws_profiles profiles{};
    std::vector<std::string> problems{};

    bool operator==(const aws_files&) const = default;
};
aws_files read_aws_files(const environment& env, const file_reader& read);

// For wire::parse_settings.
wire::settings_defaults lent_settings(const environment& env, const aws_files& files);

// The keys of one connection. A profile that the configuration names comes before the
// environment's keys; these come before a profile that AWS_PROFILE names or `default`. `denied`
// with the cure when there are none, when half of a pair is missing or when the profile wants
// what this version cannot do.
result<wire::aws_credentials> resolve_credentials(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
);
// The same for a command that names no connection but may name a profile (--profile).
result<wire::aws_credentials> resolve_command_credentials(
    const std::string& profile, const environment& env, const aws_files& files
);

}  // namespace trainwatch::app
