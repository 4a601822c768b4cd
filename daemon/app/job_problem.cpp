#include "app/job_problem.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/limits.hpp"

namespace trainwatch::app {
namespace {

bool says(std::string_view detail, std::string_view word) {
    return detail.find(word) != std::string_view::npos;
}

template <std::size_t Size>
bool says_any(std::string_view detail, const std::array<std::string_view, Size>& words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return says(detail, word); });
}

std::string cure_of_refusal(std::string_view detail, const std::string& region) {
    static constexpr std::array<std::string_view, 2> expired{
        "ExpiredToken", "TokenRefreshRequired"};
    static constexpr std::array<std::string_view, 4> clock{
        "Signature expired", "not yet current", "RequestTimeTooSkewed", "RequestExpired"};
    static constexpr std::array<std::string_view, 3> permission{
        "AccessDenied", "NotAuthorized", "UnauthorizedOperation"};
    static constexpr std::array<std::string_view, 7> keys{
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "InvalidSignature",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidToken"};
    if (says(detail, "scoped to a valid region")) {
        return "the region " + region +
            " is wrong for this endpoint: check --region, AWS_REGION and --endpoint-url";
    }
    if (says_any(detail, expired)) {
        return "the keys are of a session that is over: sign in again, then export the new keys "
               "with their AWS_SESSION_TOKEN";
    }
    if (says_any(detail, clock)) return "check this machine's clock";
    if (says_any(detail, permission)) {
        return "allow sagemaker:DescribeTrainingJob for these keys, or use others (--profile)";
    }
    if (says_any(detail, keys)) {
        return "check the keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, "
               "or the profile's";
    }
    if (says(detail, "certificate of")) {
        return "if that issuer is yours, name its PEM file in AWS_CA_BUNDLE";
    }
    return "check the keys, the proxy and --endpoint-url";
}

std::string_view cure_of_silence(std::string_view detail) {
    if (says(detail, "certificate of")) {
        return "if that issuer is yours, name its PEM file in AWS_CA_BUNDLE";
    }
    if (says(detail, "looking up")) {
        return "check the region, --endpoint-url and this machine's name service";
    }
    if (says(detail, "connecting to") || says(detail, "timed out")) {
        return "check the network, the firewall and --endpoint-url";
    }
    return "try again, or check --endpoint-url";
}

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

std::string explain_trouble(
    error_class kind, const std::string& detail, const std::string& region
) {
    std::string cure;
    switch (kind) {
        case error_class::denied:
            cure = cure_of_refusal(detail, region);
            break;
        case error_class::throttled:
            cure = "others use the same quota: try again later";
            break;
        case error_class::rejected:
            cure = "check the job's name and --endpoint-url";
            break;
        case error_class::malformed:
            cure = "this is no answer of SageMaker's: check --endpoint-url";
            break;
        case error_class::transient:
        case error_class::internal:
        case error_class::not_found:
            cure = cure_of_silence(detail);
            break;
    }
    // The configuration's word for the cure below.
    constexpr std::string_view key = "; set ca_bundle";
    auto said = detail;
    if (said.ends_with(key)) said.resize(said.size() - key.size());
    while (said.ends_with('.') || said.ends_with(' '))
        said.pop_back();
    return (said.empty() ? std::string("no answer") : said) + ": " + cure;
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
            explain_trouble(*job.trouble, job.trouble_detail, wanted.region);
    }
    return {};
}

}  // namespace trainwatch::app
