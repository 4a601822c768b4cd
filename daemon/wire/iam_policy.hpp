// The least that a configuration needs of IAM, as identity policies that can be pasted.
//
// Pure: who needs what is decided here from names, regions and role ARNs; nothing is asked of AWS.
// DescribeTrainingJob and ListTags have resource-level permission, so that of those nothing is
// allowed that is not watched: names as they are, globs as IAM's wildcards, which mean the same.
// ListTrainingJobs has none: who may list sees every job's name, and it is asked for only where the
// configuration needs it.
// Source: "Actions, resources, and condition keys for Amazon SageMaker" of the service
// authorization reference; the size by "IAM and AWS STS quotas".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/watch_plan.hpp"

namespace trainwatch::wire {

// Stands where nobody knows the account yet; AWS' own documentation uses it.
inline constexpr const char* example_account = "111122223333";

struct policy_request {
    std::string connection{};
    std::vector<std::string> roles{};  // ARNs, taken on one after the other; the last one asks
    std::string account_id{};          // of the jobs; empty: not known
    // What is described, by region: names, and with * and ? patterns of names.
    std::map<std::string, std::set<std::string>> jobs{};
    // Of these the tags are read as well.
    std::map<std::string, std::set<std::string>> tags{};
    std::set<std::string> lists{};  // the regions where jobs are listed

    bool operator==(const policy_request&) const = default;
};

struct iam_policy {
    std::string heading{};             // for whom, for people: "connection research: for its keys"
    std::string document{};            // JSON, several lines
    std::vector<std::string> notes{};  // what has to be known before it is pasted

    bool operator==(const iam_policy&) const = default;
};

// What the plan asks of one connection, without account and role.
policy_request policy_request_for(const std::string& connection, const domain::watch_plan& plan);

// For whoever asks about the jobs; before it, for each role on the way, for whoever takes it on.
std::vector<iam_policy> iam_policies(const policy_request& request);

}  // namespace trainwatch::wire
