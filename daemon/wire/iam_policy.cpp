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

std::string common_prefix(const std::set<std::string>& names) {
    if (names.empty()) return {};
    // In a sorted set the first and the last differ the soonest.
    const auto& first = *names.begin();
    const auto& last = *names.rbegin();
    const auto stop = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
    return {first.begin(), stop};
}

struct statement {
    std::string sid{};
    std::string action{};
    std::vector<std::string> resources{};
};

std::string quoted(const std::string& text) {
    return json::serialize(json::string(text));
}

// One resource a line, so that a diff of two policies can be read.
std::string written(const statement& what) {
    std::string text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n";
    text += "      \"Sid\": " + quoted(what.sid) + ",\n";
    text += "      \"Effect\": \"Allow\",\n";
    text += "      \"Action\": " + quoted(what.action) + ",\n";
    text += "      \"Resource\": [\n";
    for (std::size_t i = 0; i < what.resources.size(); ++i) {
        text += "        " + quoted(what.resources[i]);
        text += i + 1 < what.resources.size() ? ",\n" : "\n";
    }
    return text + "      ]\n    }\n  ]\n}\n";
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
        made.document = written(describe([](const auto& names) { return spellings(names); }));
        if (request_.account_id.empty()) {
            made.notes.push_back(
                std::string("the account is not known before AWS is asked: replace ") +
                example_account
            );
        }
        if (size_of(made.document) <= limits::iam_policy_chars_max) return made;
        made.document = written(describe([](const auto& names) { return prefixes(names); }));
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

    template <class NamesOf>
    statement describe(NamesOf names_of) const {
        statement made{"DescribeWatchedJobs", "sagemaker:DescribeTrainingJob", {}};
        for (const auto& [region, names] : request_.jobs) {
            const auto prefix = "arn:" + std::string(partition_of(region)) +
                ":sagemaker:" + region + ":" + account_ + ":training-job/";
            for (const auto& name : names_of(names))
                made.resources.push_back(prefix + name);
        }
        return made;
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
        if (lane.connection == connection) request.jobs[lane.region].insert(target.name);
    }
    return request;
}

std::vector<iam_policy> iam_policies(const policy_request& request) {
    std::vector<iam_policy> policies;
    if (request.jobs.empty()) return policies;
    const auto connection = "connection " + request.connection;
    std::string who = "its keys";
    for (const auto& role : request.roles) {
        iam_policy taking;
        taking.heading = connection + ": for " + who + ", to take on " + role;
        taking.document = written({"TakeOnTheRole", "sts:AssumeRole", {role}});
        taking.notes.push_back("the trust policy of that role has to name " + who + " as well");
        policies.push_back(std::move(taking));
        who = role;
    }
    policies.push_back(job_policy(request).build());
    policies.back().heading = connection + ": for " + who;
    return policies;
}

}  // namespace trainwatch::wire
