// What the environment lends: AWS' variables and the files they point to, read once at start.
//
// Source: the AWS SDKs and Tools reference guide. This only reads; what the values mean is decided
// by wire/aws_config and wire/credential_plan. Variables and files are read through functions, so
// that tests need neither.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "wire/aws_config.hpp"
#include "wire/settings_yaml.hpp"

namespace trainwatch::app {

struct environment {
    // AWS' and the proxies', as far as they are set and not blank.
    wire::aws_variables variables{};
    std::string home{};
    // JOURNAL_STREAM, systemd's: standard error goes to the journal, which adds time and level.
    std::string journal_stream{};
    // CREDENTIALS_DIRECTORY, systemd's: what LoadCredential= hands to the service.
    std::string credentials_directory{};
    // RUNTIME_DIRECTORY, systemd's: the first of its folders; the control socket is in it.
    std::string runtime_directory{};
    // Of uname(2), for the User-Agent.
    std::string os_release{};
    std::string machine{};
    std::string host_name{};  // of uname(2) too
    bool is_service = false;  // INVOCATION_ID: started by systemd

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

// What AWS' files say, and the variables beside them. AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE name them, else the credentials "aws-config" and "aws-credentials"
// of the unit, else they are in ~/.aws. A broken file matters only to who needs it: `problems`
// says what is wrong with it.
using aws_files = wire::aws_config;
aws_files read_aws_files(const environment& env, const file_reader& read);

// For wire::parse_settings.
wire::settings_defaults lent_settings(const aws_files& files);

}  // namespace trainwatch::app
