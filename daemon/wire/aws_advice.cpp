#include "wire/aws_advice.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.hpp"
#include "wire/json_writer.hpp"

namespace trainwatch::wire {
namespace {

using policy = access_denial::policy;

bool says(std::string_view text, std::string_view words) {
    return text.find(words) != std::string_view::npos;
}

template <std::size_t Size>
bool is_one_of(std::string_view word, const std::array<std::string_view, Size>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// AWS' code for it: the failure's own, else the word before the colon.
std::string_view code_of(const failure& why) {
    if (!why.remote_code.empty()) return why.remote_code;
    const std::string_view detail = why.detail;
    const auto end = detail.find(": ");
    const auto word = detail.substr(0, end);
    return word.find(' ') == std::string_view::npos ? word : std::string_view{};
}

// What stands after `before`, up to the next space; without punctuation that ends a sentence.
std::string word_after(std::string_view text, std::string_view before) {
    const auto at = text.find(before);
    if (at == std::string_view::npos) return {};
    auto word = text.substr(at + before.size());
    word = word.substr(0, word.find(' '));
    while (!word.empty() && (word.back() == '.' || word.back() == ',' || word.back() == ';'))
        word.remove_suffix(1);
    return std::string(word);
}

policy policy_named(std::string_view text) {
    if (says(text, "identity-based policy")) return policy::identity;
    if (says(text, "service control policy") || says(text, "resource control policy")) {
        return policy::organization;
    }
    if (says(text, "permissions boundary")) return policy::boundary;
    if (says(text, "VPC endpoint policy")) return policy::endpoint;
    if (says(text, "session policy")) return policy::session;
    if (says(text, "resource-based policy")) return policy::resource;
    return policy::unnamed;
}

std::string_view name_of(policy which) {
    switch (which) {
        case policy::identity:
            return "an identity policy";
        case policy::resource:
            return "the resource's policy";
        case policy::organization:
            return "a control policy of the organization";
        case policy::boundary:
            return "the permissions boundary";
        case policy::endpoint:
            return "the policy of the VPC endpoint";
        case policy::session:
            return "the session policy";
        case policy::unnamed:
            break;
    }
    return "a policy";
}

// "the role watch" of arn:aws:sts::111122223333:assumed-role/watch/session, "the user ann".
std::string principal_of(const std::string& arn) {
    const auto kind_at = arn.rfind(':');
    if (arn.empty() || kind_at == std::string::npos) return "these keys";
    const auto path = std::string_view(arn).substr(kind_at + 1);
    const auto first = path.find('/');
    if (first == std::string_view::npos) return arn;
    const auto kind = path.substr(0, first);
    auto name = path.substr(first + 1);
    if (kind == "assumed-role") {
        return "the role " + std::string(name.substr(0, name.find('/')));
    }
    if (kind == "user") return "the user " + std::string(name.substr(name.rfind('/') + 1));
    return arn;
}

bool is_list_of_jobs(std::string_view action) {
    return action == "sagemaker:ListTrainingJobs";
}

// What has to be allowed: all jobs of the account rather than the one that was asked for. A list
// knows no resource, whatever AWS' sentence names: with another than "*" it stays denied.
std::string widened(std::string_view action, const std::string& resource) {
    if (resource.empty() || is_list_of_jobs(action)) return "*";
    constexpr std::string_view kind = ":training-job/";
    const auto at = resource.find(kind);
    return at == std::string::npos ? resource : resource.substr(0, at + kind.size()) + "*";
}

std::string cure_of_denial(access_denial denial, const advice_context& asked) {
    if (denial.action.empty()) denial.action = asked.action;
    const auto who = principal_of(denial.who);
    if (denial.action.empty()) return "allow the call for these keys, or use others";
    if (denial.is_explicit) {
        return "a Deny in " + std::string(name_of(denial.decided_by)) + " forbids " +
            denial.action + " to " + who +
            ", and no Allow helps against it: whoever keeps that policy has to except it";
    }
    switch (denial.decided_by) {
        case policy::organization:
        case policy::boundary:
        case policy::endpoint:
        case policy::session:
            return std::string(name_of(denial.decided_by)) + " of " + who +
                " has to allow it as well: " + missing_statement(denial);
        case policy::identity:
        case policy::resource:
        case policy::unnamed:
            break;
    }
    std::string cure = "allow " + denial.action + " to " + who;
    if (!denial.resource.empty() || is_list_of_jobs(denial.action)) {
        cure += ": " + missing_statement(denial);
    }
    if (denial.action == "sts:AssumeRole") {
        cure += ", and let the trust policy of the role name " +
            (denial.who.empty() ? std::string("these keys") : denial.who) +
            " (with the external id, if it asks for one)";
    }
    if (denial.action == "sts:AssumeRoleWithWebIdentity") {
        cure = "let the trust policy of the role name the token's issuer, subject and audience";
    }
    return cure;
}

// Old enough for AWS to enable them in every account; all younger ones have to be switched on.
bool is_opt_in(std::string_view region) {
    static constexpr std::array<std::string_view, 17> always_on{
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "sa-east-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-southeast-1",
        "ap-southeast-2"};
    const bool other_partition = region.starts_with("cn-") || region.starts_with("us-gov-") ||
        region.starts_with("us-iso") || region.starts_with("eusc-");
    return !region.empty() && !other_partition && !is_one_of(region, always_on);
}

std::string cure_of_clock(const std::optional<milliseconds>& offset) {
    if (!offset) return "check this machine's clock";
    const auto far = std::chrono::round<seconds>(std::chrono::abs(*offset));
    if (far.count() == 0) return "check this machine's clock";
    return "set this machine's clock: it is " + format_duration(far) +
        (*offset > milliseconds(0) ? " behind AWS'" : " ahead of AWS'");
}

std::string cure_of_region(const advice_context& asked) {
    std::string cure = "the region ";
    if (!asked.region.empty()) cure += std::string(asked.region) + " ";
    cure += "is not that of the endpoint";
    if (!asked.host.empty()) cure += " " + std::string(asked.host);
    return cure + ": check the region and the endpoint's URL";
}

std::string cure_of_region_that_is_off(const advice_context& asked) {
    return "enable the region " + std::string(asked.region) +
        " for the account (account:EnableRegion), or watch another";
}

std::string cure_of_keys(const advice_context& asked) {
    std::string cure =
        "AWS does not know this access key: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN or the "
        "profile's, and that the key is active";
    if (is_opt_in(asked.region)) {
        cure += "; or the account has not enabled the region " + std::string(asked.region);
    }
    return cure;
}

constexpr std::string_view cure_of_proxy =
    "check the proxy's address, user and password (HTTPS_PROXY), or except the host (NO_PROXY)";
constexpr std::string_view cure_of_trust =
    "if that issuer is yours, name its PEM file in AWS_CA_BUNDLE or ca_bundle";

// By AWS' codes; empty where the code says nothing.
std::string cure_of_code(
    std::string_view code, const std::string& detail, const advice_context& asked
) {
    static constexpr std::array<std::string_view, 3> expired{
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
    static constexpr std::array<std::string_view, 4> unknown{
        "UnrecognizedClientException",
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidAccessKeyId"};
    static constexpr std::array<std::string_view, 3> signature{
        "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidSignature"};
    static constexpr std::array<std::string_view, 2> too_late{
        "RequestTimeTooSkewed", "RequestExpired"};
    static constexpr std::array<std::string_view, 5> permission{
        "AccessDeniedException",
        "AccessDenied",
        "NotAuthorized",
        "UnauthorizedOperation",
        "UnauthorizedException"};
    const bool about_time = says(detail, "Signature expired") || says(detail, "not yet current");
    if (about_time || is_one_of(code, too_late)) return cure_of_clock(asked.clock_offset);
    if (says(detail, "scoped to a valid region") || says(detail, "scoped to correct service")) {
        return cure_of_region(asked);
    }
    if (is_one_of(code, expired)) {
        return "these keys have expired: sign in again; where a role or this machine gives them, "
               "the log says why they were not renewed (no_credentials)";
    }
    if (is_one_of(code, signature)) {
        return "the secret does not belong to the access key: check AWS_SECRET_ACCESS_KEY or the "
               "profile's aws_secret_access_key, whole and without spaces";
    }
    if (is_one_of(code, unknown)) return cure_of_keys(asked);
    if (code == "InvalidToken") return "check AWS_SESSION_TOKEN: it belongs to other keys";
    if (code == "OptInRequired" || code == "RegionDisabledException") {
        return cure_of_region_that_is_off(asked);
    }
    if (is_one_of(code, permission)) {
        return cure_of_denial(read_access_denial(detail).value_or(access_denial{}), asked);
    }
    if (code.starts_with("IncompleteSignature") || code.starts_with("MissingAuthentication")) {
        return "something between here and AWS changes the request: check the proxy and the "
               "endpoint's URL";
    }
    return {};
}

std::string cure_of_transport(const failure& why, const advice_context& asked) {
    const std::string_view said = why.detail;
    if (says(said, "407") || says(said, "proxy")) return std::string(cure_of_proxy);
    if (says(said, "certificate of")) {
        if (says(said, "not trusted")) return std::string(cure_of_trust);
        return says(said, "another host") ? "check the endpoint's URL, and the proxy" : "";
    }
    if (says(said, "looking up")) {
        return asked.region.empty() ? "check the host's name and this machine's name service"
                                    : "check the region " + std::string(asked.region) +
                ", the endpoint's URL and this machine's name service";
    }
    if (says(said, "connecting to") || says(said, "timed out")) {
        return "check the network, the firewall, HTTPS_PROXY and the endpoint's URL";
    }
    return {};
}

}  // namespace

std::optional<access_denial> read_access_denial(std::string_view message) {
    constexpr std::string_view phrase = "ot authorized to perform: ";
    constexpr std::string_view user = "User: ";
    const auto at = message.find(phrase);
    if (at == std::string_view::npos) return std::nullopt;
    access_denial denial;
    denial.who = word_after(message.substr(0, at), user);
    denial.action = word_after(message, phrase);
    const auto rest = message.substr(at);
    denial.resource = word_after(rest, "on resource: ");
    const auto denied_at = rest.find("explicit deny");
    const auto missing_at = rest.find("because no ");
    denial.is_explicit = denied_at != std::string_view::npos;
    const auto reason_at = std::min(denied_at, missing_at);
    if (reason_at != std::string_view::npos) {
        denial.decided_by = policy_named(rest.substr(reason_at));
    }
    return denial;
}

std::string missing_statement(const access_denial& denial) {
    json_writer out;
    out.begin_object();
    out.member("Effect", "Allow");
    out.member("Action", denial.action);
    out.member("Resource", widened(denial.action, denial.resource));
    out.end_object();
    return out.take();
}

std::string advise(const failure& why, const advice_context& asked) {
    if (auto cure = cure_of_code(code_of(why), why.detail, asked); !cure.empty()) return cure;
    auto cure = cure_of_transport(why, asked);
    if (!cure.empty()) return cure;
    switch (why.kind) {
        case error_class::throttled:
            return "others use the same quota: lower the budget, or ask AWS for more";
        case error_class::malformed:
            return "this is no answer of AWS': check the endpoint's URL and the proxy (a login "
                   "page?)";
        case error_class::denied:
            return "check the keys, the proxy and the endpoint's URL";
        case error_class::rejected:
            return is_list_of_jobs(asked.action) ? "check the endpoint's URL"
                                                 : "check the job's name and the endpoint's URL";
        case error_class::transient:
        case error_class::not_found:
        case error_class::internal:
            break;
    }
    return {};
}

}  // namespace trainwatch::wire
