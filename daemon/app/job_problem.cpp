#include "app/job_problem.hpp"

#include <algorithm>
#include <string_view>

#include "base/limits.hpp"

namespace trainwatch::app {
namespace {

std::string named(const wire::wanted_job& wanted) {
    return "\"" + wanted.name + "\" in " + wanted.region;
}

std::string unknown_job(const wire::wanted_job& wanted) {
    std::string text = "AWS knows no training job " + named(wanted) + " for these keys: ";
    if (wanted.account_id.empty()) {
        return text + "check the name, the region (--region) and the account (--profile)";
    }
    return text + "the ARN is of account " + wanted.account_id +
        ": check that the keys are too (--profile); it may also spell the name in lower case, or "
        "the job was deleted";
}

std::string foreign_account(const wire::wanted_job& wanted, const std::string& account) {
    return named(wanted) + ": the ARN is of account " + wanted.account_id +
        ", but these keys are of account " + account +
        ", which has a job of this name too: use keys of the ARN's account (--profile)";
}

bool is_hopeless(const domain::job_view& job, const search& tried) {
    switch (*job.trouble) {
        case error_class::denied:
        case error_class::rejected:
            return true;
        case error_class::throttled:
            return !job.last && tried.since_start >= limits::throttled_patience;
        case error_class::transient:
        case error_class::malformed:
        case error_class::internal:
        case error_class::not_found:
            break;
    }
    return !job.last && tried.first_pass_complete;
}

}  // namespace

std::string explain_trouble(error_class kind, std::string_view detail, std::string_view cure) {
    std::string said(detail);
    // The configuration's word for what the cure says.
    constexpr std::string_view key = "; set ca_bundle";
    if (said.ends_with(key)) said.resize(said.size() - key.size());
    while (said.ends_with('.') || said.ends_with(' '))
        said.pop_back();
    if (said.empty()) said = "no answer";
    if (!cure.empty()) return said + ": " + std::string(cure);
    const bool is_denied = kind == error_class::denied;
    return said + (is_denied ? ": check the keys, the role and its policies" : ": try again");
}

std::string explain_unknown(const std::vector<wire::wanted_job>& jobs) {
    constexpr std::size_t shown_max = 20;
    if (jobs.size() == 1) return unknown_job(jobs.front());
    std::string text = "AWS knows none of these training jobs for these keys: ";
    for (std::size_t i = 0; i < std::min(jobs.size(), shown_max); ++i)
        text += (i > 0 ? ", " : "") + named(jobs[i]);
    if (jobs.size() > shown_max) {
        text += " and " + std::to_string(jobs.size() - shown_max) + " more";
    }
    return text + ": check the names, the region (--region) and the account (--profile)";
}

std::string problem_of(
    const wire::wanted_job& wanted, const domain::job_view& job, const search& tried
) {
    if (job.last && !wanted.account_id.empty() && job.last->account_id != wanted.account_id) {
        return foreign_account(wanted, job.last->account_id);
    }
    if (job.ending) return {};
    if (job.missing) {
        if (job.last && tried.is_gone) {
            return named(wanted) + " was deleted before its end was seen";
        }
        if (!job.last && tried.since_start >= tried.unknown_patience) return unknown_job(wanted);
    }
    if (job.trouble && is_hopeless(job, tried)) {
        return named(wanted) + ": " +
            explain_trouble(*job.trouble, job.trouble_detail, job.trouble_cure);
    }
    return {};
}

}  // namespace trainwatch::app
