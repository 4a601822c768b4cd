#include "core/claims.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::core {
namespace {

// What a criterion says of a job. In the order of what is worth asking for: a describe comes before
// ListTags, because a job that is claimed is described anyway.
enum class finding { no, yes, needs_details, needs_tags };

using globs = std::vector<std::string>;

// A job without a tuning job is no child of "*".
bool any_matches(const globs& patterns, std::string_view text) {
    return !text.empty() &&
        std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
            return matches_glob(text, pattern);
        });
}

finding of(bool holds) {
    return holds ? finding::yes : finding::no;
}

// The job of another kind that started this one. Their names are not case sensitive, and AWS writes
// them into ARNs as it likes: the patterns are in lower case. No pattern: nobody asked.
finding of_owner(
    const globs& patterns, const claim_facts& job, const std::string domain::observation::*member
) {
    if (patterns.empty()) return finding::yes;
    if (job.details == nullptr) return finding::needs_details;
    return of(any_matches(patterns, lower(job.details->*member)));
}

class compiled_filter {
public:
    explicit compiled_filter(const domain::job_filter& filter) : filter_(filter) {
        for (auto* const each :
             {&filter_.tuning_job, &filter_.auto_ml_job, &filter_.labeling_job}) {
            std::transform(each->begin(), each->end(), each->begin(), lower);
        }
        for (const auto& pattern : filter_.tuning_job)
            children_.push_back(pattern + "-*");
        for (const auto& status : filter_.status)
            statuses_.push_back(domain::parse_primary(status).value);
        if (filter_.name_regex.empty()) return;
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(limits::pattern_memory_max);
        regex_ = std::make_unique<RE2>(filter_.name_regex, options);
    }

    // Whether every criterion holds. What costs nothing is looked at first: one that fails there
    // spares the call, and so does one that has become known.
    finding matches(const claim_facts& job) const {
        if (!name_may_match(job.name) || !status_matches(job.status)) return finding::no;
        finding all = finding::yes;
        for (const auto each :
             {of_owner(filter_.tuning_job, job, &domain::observation::tuning_job),
              of_owner(filter_.auto_ml_job, job, &domain::observation::auto_ml_job),
              of_owner(filter_.labeling_job, job, &domain::observation::labeling_job),
              of_experiment(job),
              of_instance_type(job),
              of_tags(job)}) {
            if (each == finding::no) return finding::no;
            if (all == finding::yes) all = each;
        }
        return all;
    }

private:
    bool name_may_match(std::string_view name) const {
        if (!filter_.name.empty() && !any_matches(filter_.name, name)) return false;
        // A tuning job's children are called <its name>-001-<a hash>.
        if (!children_.empty() && !any_matches(children_, lower(name))) return false;
        return !regex_ || RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *regex_);
    }

    bool status_matches(domain::primary_status status) const {
        return statuses_.empty() ||
            std::find(statuses_.begin(), statuses_.end(), status) != statuses_.end();
    }

    finding of_experiment(const claim_facts& job) const {
        if (filter_.experiment.empty()) return finding::yes;
        if (job.details == nullptr) return finding::needs_details;
        return of(any_matches(filter_.experiment, job.details->experiment));
    }

    finding of_instance_type(const claim_facts& job) const {
        if (filter_.instance_type.empty()) return finding::yes;
        if (job.details == nullptr) return finding::needs_details;
        const auto& groups = job.details->instances;
        return of(std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
            return any_matches(filter_.instance_type, group.instance_type);
        }));
    }

    finding of_tags(const claim_facts& job) const {
        if (filter_.tags.empty()) return finding::yes;
        if (job.tags == nullptr) return finding::needs_tags;
        return of(std::all_of(filter_.tags.begin(), filter_.tags.end(), [&](const auto& wanted) {
            const auto at = job.tags->find(wanted.first);
            return at != job.tags->end() && matches_glob(at->second, wanted.second);
        }));
    }

    domain::job_filter filter_;
    globs children_{};
    std::vector<domain::primary_status> statuses_{};
    std::unique_ptr<RE2> regex_{};
};

struct compiled_rule {
    explicit compiled_rule(const domain::discovery_rule& rule)
        : watch_list(rule.watch_list), match(rule.match) {
        if (!rule.exclude.empty()) exclude.emplace(rule.exclude);
    }

    finding matches(const claim_facts& job) const {
        const auto wanted = match.matches(job);
        if (wanted == finding::no || !exclude) return wanted;
        const auto unwanted = exclude->matches(job);
        if (unwanted == finding::yes) return finding::no;
        if (unwanted == finding::no) return wanted;
        // Both may be open: details come first.
        return wanted == finding::yes ? unwanted : std::min(wanted, unwanted);
    }

    std::string watch_list;
    compiled_filter match;
    std::optional<compiled_filter> exclude{};
};

}  // namespace

struct claims::compiled {
    std::vector<compiled_rule> rules{};
    std::vector<std::vector<std::size_t>> by_lane{};  // in the order of precedence
};

claims::claims(const domain::watch_plan& plan) : compiled_(std::make_unique<compiled>()) {
    compiled_->rules.reserve(plan.discovery.size());
    compiled_->by_lane.resize(plan.lanes.size());
    for (const auto& rule : plan.discovery) {
        for (const auto lane : rule.lanes)
            compiled_->by_lane[lane.value].push_back(compiled_->rules.size());
        compiled_->rules.emplace_back(rule);
    }
}

claims::~claims() = default;
claims::claims(claims&&) noexcept = default;
claims& claims::operator=(claims&&) noexcept = default;

claim claims::decide(const claim_facts& job) const {
    if (job.lane.value >= compiled_->by_lane.size()) return {};
    for (const auto index : compiled_->by_lane[job.lane.value]) {
        const auto& rule = compiled_->rules[index];
        switch (rule.matches(job)) {
            case finding::no:
                continue;
            case finding::yes:
                return {claim_answer::claimed, rule.watch_list};
            // A later list has to wait: this one may still turn out to be the first that matches.
            case finding::needs_details:
                return {claim_answer::needs_details, rule.watch_list};
            case finding::needs_tags:
                return {claim_answer::needs_tags, rule.watch_list};
        }
    }
    return {};
}

}  // namespace trainwatch::core
