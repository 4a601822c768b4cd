#include "wire/endpoints.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

struct partition {
    // Regions are <prefix>-<word>-<number>; the prefixes are separated by blanks.
    std::string_view region_prefixes;
    std::string_view global_region;
    std::string_view dns_suffix;
    std::string_view dualstack_suffix;
    // Whether SageMaker's FIPS host is api-fips.sagemaker, as published, instead of the rule's.
    bool has_own_fips_host = false;
};

// AWS' own pseudo region and any region that no rule knows are in the first one: new regions work
// before this table has heard of them.
constexpr std::array partitions{
    partition{"us eu ap sa ca me af il mx", "aws-global", "amazonaws.com", "api.aws", true},
    partition{"cn", "aws-cn-global", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    partition{"us-gov", "aws-us-gov-global", "amazonaws.com", "api.aws", true},
    partition{"eusc-de", "", "amazonaws.eu", "api.amazonwebservices.eu"},
    partition{"us-iso", "aws-iso-global", "c2s.ic.gov", "api.aws.ic.gov"},
    partition{"us-isob", "aws-iso-b-global", "sc2s.sgov.gov", "api.aws.scloud"},
    partition{"eu-isoe", "aws-iso-e-global", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    partition{"us-isof", "aws-iso-f-global", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
};

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

// ^prefix-\w+-\d+$
bool has_form(std::string_view region, std::string_view prefix) {
    if (!region.starts_with(prefix)) return false;
    std::string_view rest = region.substr(prefix.size());
    if (rest.empty() || rest.front() != '-') return false;
    rest.remove_prefix(1);
    const auto dash = rest.find('-');
    if (dash == std::string_view::npos) return false;
    const auto word = rest.substr(0, dash);
    const auto number = rest.substr(dash + 1);
    return !word.empty() && std::all_of(word.begin(), word.end(), is_word) && !number.empty() &&
        std::all_of(number.begin(), number.end(), is_digit);
}

bool holds(const partition& candidate, std::string_view region) {
    if (region == candidate.global_region) return true;
    std::string_view prefixes = candidate.region_prefixes;
    while (!prefixes.empty()) {
        const auto end = std::min(prefixes.find(' '), prefixes.size());
        if (has_form(region, prefixes.substr(0, end))) return true;
        prefixes.remove_prefix(std::min(end + 1, prefixes.size()));
    }
    return false;
}

const partition& partition_of(std::string_view region) {
    for (const auto& candidate : partitions) {
        if (holds(candidate, region)) return candidate;
    }
    return partitions.front();
}

// A region goes into a host name and a signature: nothing but a DNS label may get there.
bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
        std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '-'; });
}

failure refused(std::string detail) {
    failure error;
    error.kind = error_class::rejected;
    error.detail = std::move(detail);
    return error;
}

std::string_view prefix_of(
    aws_service service, const endpoint_request& request, const partition& where
) {
    // us-gov's plain hosts of STS and SQS are FIPS ones.
    const bool is_plain_fips =
        where.region_prefixes == "us-gov" && request.fips && !request.dualstack;
    switch (service) {
        case aws_service::sagemaker:
            if (!request.fips) return "api.sagemaker.";
            return where.has_own_fips_host && !request.dualstack ? "api-fips.sagemaker."
                                                                 : "api.sagemaker-fips.";
        case aws_service::sts:
            return request.fips && !is_plain_fips ? "sts-fips." : "sts.";
        case aws_service::sqs:
            return request.fips && !is_plain_fips ? "sqs-fips." : "sqs.";
        case aws_service::sso:
            return "portal.sso.";
    }
    return {};
}

result<service_endpoint> custom_endpoint(
    const endpoint_request& request, const std::string& signing_region
) {
    const std::string custom(may_hold_secret(request.custom) ? "(not shown)" : request.custom);
    for (const auto& [is_on, name] :
         {std::pair(request.fips, "use_fips_endpoint"),
          std::pair(request.dualstack, "use_dualstack_endpoint")}) {
        if (!is_on) continue;
        return refused(
            "endpoint URL " + custom + " together with " + name +
            " (configuration, environment or profile): take one of the two away"
        );
    }
    auto where = parse_url(request.custom);
    if (where.has_error()) return refused("endpoint URL " + custom + ": " + where.error().detail);
    if (!where->query.empty()) {
        return refused("endpoint URL " + custom + ": an endpoint has no query (\"?…\")");
    }
    return service_endpoint{std::move(where.value()), signing_region};
}

}  // namespace

bool may_hold_secret(std::string_view endpoint_url) {
    return endpoint_url.find_first_of("@?#") != std::string_view::npos;
}

std::string_view service_id(aws_service service) {
    switch (service) {
        case aws_service::sagemaker:
            return "sagemaker";
        case aws_service::sts:
            return "sts";
        case aws_service::sqs:
            return "sqs";
        case aws_service::sso:
            return "sso";
    }
    return {};
}

plain_region without_fips(std::string_view region) {
    if (region.starts_with("fips-")) return {std::string(region.substr(5)), true};
    if (region.ends_with("-fips")) {
        return {std::string(region.substr(0, region.size() - 5)), true};
    }
    return {std::string(region), false};
}

result<service_endpoint> endpoint_of(aws_service service, const endpoint_request& request) {
    auto [region, is_fips_region] = without_fips(request.region);
    endpoint_request wanted = request;
    wanted.fips = request.fips || is_fips_region;
    if (!region.empty() && !is_label(region)) {
        return refused("region: want lower-case letters, digits and hyphens, as in eu-west-1");
    }
    if (!request.custom.empty()) return custom_endpoint(wanted, region);
    if (region.empty()) {
        return refused(
            "no region for " + std::string(service_id(service)) +
            ": set AWS_REGION, or region in the profile"
        );
    }
    const auto& where = partition_of(region);
    url endpoint;
    endpoint.tls = true;
    endpoint.port = 443;
    endpoint.path = "/";
    if (service == aws_service::sts && region == "aws-global" && !wanted.fips &&
        !wanted.dualstack) {
        endpoint.host = "sts.amazonaws.com";
        return service_endpoint{std::move(endpoint), "us-east-1"};
    }
    endpoint.host = std::string(prefix_of(service, wanted, where)) + region + ".";
    endpoint.host += wanted.dualstack ? where.dualstack_suffix : where.dns_suffix;
    return service_endpoint{std::move(endpoint), std::move(region)};
}

}  // namespace trainwatch::wire
