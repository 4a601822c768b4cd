// Settings without a file: a few jobs named on the command line, and what the environment lends.
//
// The same rules and the same values as wire/settings_yaml makes of a file with one connection.
// Paths (certificates) are not opened here.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "domain/settings.hpp"
#include "wire/job_arn.hpp"
#include "wire/settings_yaml.hpp"

namespace trainwatch::wire {

// As written on the command line; what is empty was not given.
struct named_jobs {
    std::vector<std::string> jobs{};  // names and ARNs
    std::string region{};
    std::string profile{};
    std::string endpoint_url{};

    bool operator==(const named_jobs&) const = default;
};

// A job that was asked for. The ARN's account is what its answer has to say; empty for a name.
struct wanted_job {
    std::string name{};
    std::string region{};
    std::string account_id{};

    bool operator==(const wanted_job&) const = default;
};

struct job_settings {
    domain::settings settings{};       // one connection, "default", and a list for each region
    std::vector<wanted_job> wanted{};  // each once, in the order of domain::make_watch_plan

    bool operator==(const job_settings&) const = default;
};

// Or every mistake at once, one line each.
std::variant<job_settings, std::vector<std::string>> settings_for_jobs(
    const named_jobs& asked, const settings_defaults& defaults
);

}  // namespace trainwatch::wire
