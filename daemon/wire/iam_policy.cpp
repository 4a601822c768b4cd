#include "wire/iam_policy.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "base/limits.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

std::string_view partition_of(std::string_view region) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> partitions{{
        {"cn-", "aws-cn"},
        {"us-gov-", "aws-us-gov"},
        {"us-isob-", "aws-iso-b"},
        {"us-isof-", "aws-iso-f"},
        {"us-iso-", "aws-iso"},
        {"eu-isoe-", "aws-iso-e"},
        {"eusc-", "aws-eusc"},
    }};
    for (const auto& [prefix, partition] : partitions) {
        if (region.starts_with(prefix)) return partition;
    }
    return "aws";
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

// What all names begin with, and all that a pattern among them may match.
std::string common_prefix(const std::set<std::string>& names) {
    if (names.empty()) return {};
    // In a sorted set the first and the last differ the soonest.
    const auto& first = *names.begin();
    const auto& last = *names.rbegin();
    const auto stop = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
    const std::string prefix(first.begin(), stop);
    return prefix.substr(0, prefix.find_first_of("*?"));
}

// A glob with another character matches no job, and in a policy "${" would mean something else.
bool may_match_a_job(std::string_view pattern) {
    return std::all_of(pattern.begin(), pattern.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '*' || c == '?';
    });
}

// The names that a rule may need to ask about; "*" where it does not narrow by name. A tuning job's
// children have its name before theirs (core/claims).
std::set<std::string> patterns_of(const domain::job_filter& match) {
    std::set<std::string> patterns;
    for (const auto& pattern : match.name)
        if (may_match_a_job(pattern)) patterns.insert(pattern);
    if (!match.name.empty()) return patterns;
    for (const auto& pattern : match.tuning_job)
        if (may_match_a_job(pattern)) patterns.insert(pattern + "-*");
    if (!match.tuning_job.empty()) return patterns;
    return {"*"};
}

bool needs_tags(const domain::discovery_rule& rule, const domain::watch_plan& plan) {
    return !rule.match.tags.empty() || !rule.exclude.tags.empty() ||
        !plan.traits(rule.watch_list).labels_from_tags.empty();
}

struct statement {
    std::string sid{};
    std::string action{};
    std::vector<std::string> resources{};
    std::vector<std::string> regions{};  // only there; empty: anywhere
};

std::string quoted(const std::string& text) {
    return json::serialize(json::string(text));
}

// One item a line, so that a diff of two policies can be read.
std::string list_of(const std::vector<std::string>& items, const std::string& indent) {
    std::string text = "[\n";
    for (std::size_t i = 0; i < items.size(); ++i) {
        text += indent + "  " + quoted(items[i]);
        text += i + 1 < items.size() ? ",\n" : "\n";
    }
    return text + indent + "]";
}

std::string written(const statement& what) {
    std::string text = "    {\n";
    text += "      \"Sid\": " + quoted(what.sid) + ",\n";
    text += "      \"Effect\": \"Allow\",\n";
    text += "      \"Action\": " + quoted(what.action) + ",\n";
    text += "      \"Resource\": " + list_of(what.resources, "      ");
    if (!what.regions.empty()) {
        text += ",\n      \"Condition\": {\"StringEquals\": {\"aws:RequestedRegion\": ";
        text += list_of(what.regions, "      ") + "}}";
    }
    return text + "\n    }";
}

std::string written(const std::vector<statement>& statements) {
    std::string text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n";
    for (std::size_t i = 0; i < statements.size(); ++i) {
        text += written(statements[i]);
        text += i + 1 < statements.size() ? ",\n" : "\n";
    }
    return text + "  ]\n}\n";
}

// As IAM counts: without white space.
std::size_t size_of(const std::string& document) {
    return static_cast<std::size_t>(std::count_if(document.begin(), document.end(), [](char c) {
        return c != ' ' && c != '\n';
    }));
}

class job_policy {
public:
    explicit job_policy(const policy_request& request)
        : request_(request)
        , account_(request.account_id.empty() ? example_account : request.account_id) {}

    iam_policy build() const {
        iam_policy made;
        made.document = written(statements(spellings));
        if (request_.account_id.empty() && !request_.jobs.empty()) {
            made.notes.push_back(
                std::string("the account is not known before AWS is asked: replace ") +
                example_account
            );
        }
        if (!request_.lists.empty()) {
            made.notes.emplace_back(
                "ListTrainingJobs cannot be narrowed to some jobs: it shows the names of all that "
                "are in the account and region"
            );
        }
        if (size_of(made.document) <= limits::iam_policy_chars_max) return made;
        made.document = written(statements(prefixes));
        made.notes.emplace_back(
            "the watched names do not fit into a policy of 6,144 characters: it allows all jobs "
            "that begin as they do"
        );
        return made;
    }

private:
    // SageMaker spells the names of some ARNs in lower case; policies tell cases apart.
    static std::set<std::string> spellings(const std::set<std::string>& names) {
        auto all = names;
        for (const auto& name : names)
            all.insert(lower_case(name));
        return all;
    }
    static std::set<std::string> prefixes(const std::set<std::string>& names) {
        const auto prefix = common_prefix(names);
        return {prefix + "*", lower_case(prefix) + "*"};
    }

    using jobs_by_region = std::map<std::string, std::set<std::string>>;
    using spelling = std::set<std::string> (*)(const std::set<std::string>&);

    std::vector<statement> statements(spelling names_of) const {
        std::vector<statement> all;
        if (!request_.jobs.empty()) {
            all.push_back(
                {"DescribeWatchedJobs",
                 "sagemaker:DescribeTrainingJob",
                 resources(request_.jobs, names_of),
                 {}}
            );
        }
        if (!request_.tags.empty()) {
            all.push_back(
                {"ReadTheirTags", "sagemaker:ListTags", resources(request_.tags, names_of), {}}
            );
        }
        if (!request_.lists.empty()) {
            all.push_back(
                {"ListJobs",
                 "sagemaker:ListTrainingJobs",
                 {"*"},
                 {request_.lists.begin(), request_.lists.end()}}
            );
        }
        return all;
    }

    std::vector<std::string> resources(const jobs_by_region& jobs, spelling names_of) const {
        std::vector<std::string> all;
        for (const auto& [region, names] : jobs) {
            const auto prefix = "arn:" + std::string(partition_of(region)) +
                ":sagemaker:" + region + ":" + account_ + ":training-job/";
            // Whatever else there is, this one says it.
            if (names.contains("*")) {
                all.push_back(prefix + "*");
                continue;
            }
            for (const auto& name : names_of(names))
                all.push_back(prefix + name);
        }
        return all;
    }

    const policy_request& request_;
    const std::string account_;
};

}  // namespace

policy_request policy_request_for(const std::string& connection, const domain::watch_plan& plan) {
    policy_request request;
    request.connection = connection;
    for (const auto& target : plan.targets) {
        const auto& lane = plan.lanes[target.lane.value];
        if (lane.connection != connection) continue;
        request.jobs[lane.region].insert(target.name);
        if (plan.traits(target.watch_list).labels_from_tags.empty()) continue;
        request.tags[lane.region].insert(target.name);
    }
    for (const auto& rule : plan.discovery) {
        const auto patterns = patterns_of(rule.match);
        if (patterns.empty()) continue;
        for (const auto& id : rule.lanes) {
            const auto& lane = plan.lanes[id.value];
            if (lane.connection != connection) continue;
            request.jobs[lane.region].insert(patterns.begin(), patterns.end());
            if (!needs_tags(rule, plan)) continue;
            request.tags[lane.region].insert(patterns.begin(), patterns.end());
        }
    }
    for (const auto& lane : plan.lanes) {
        if (lane.connection == connection && lane.lists) request.lists.insert(lane.region);
    }
    return request;
}

std::vector<iam_policy> iam_policies(const policy_request& request) {
    std::vector<iam_policy> policies;
    if (request.jobs.empty() && request.lists.empty()) return policies;
    const auto connection = "connection " + request.connection;
    std::string who = "its keys";
    for (const auto& role : request.roles) {
        iam_policy taking;
        taking.heading = connection + ": for " + who + ", to take on " + role;
        taking.document =
            written(std::vector<statement>{{"TakeOnTheRole", "sts:AssumeRole", {role}, {}}});
        taking.notes.push_back("the trust policy of that role has to name " + who + " as well");
        policies.push_back(std::move(taking));
        who = role;
    }
    policies.push_back(job_policy(request).build());
    policies.back().heading = connection + ": for " + who;
    return policies;
}

}  // namespace trainwatch::wire
