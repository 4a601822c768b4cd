#include "wire/endpoints.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace trainwatch::wire {

namespace {

struct partition {
    // Regions are <prefix>-<word>-<number>; the prefixes are separated by blanks.
    std::string_view region_prefixes;
    std::string_view global_region;
    std::string_view dns_suffix;
};

// AWS' own pseudo region and any region that no rule knows are in the first one: new regions work
// before this table has heard of them.
constexpr std::array partitions{
    partition{"us eu ap sa ca me af il mx", "aws-global", "amazonaws.com"},
    partition{"cn", "aws-cn-global", "amazonaws.com.cn"},
    partition{"us-gov", "aws-us-gov-global", "amazonaws.com"},
    partition{"eusc-de", "", "amazonaws.eu"},
    partition{"us-iso", "aws-iso-global", "c2s.ic.gov"},
    partition{"us-isob", "aws-iso-b-global", "sc2s.sgov.gov"},
    partition{"eu-isoe", "aws-iso-e-global", "cloud.adc-e.uk"},
    partition{"us-isof", "aws-iso-f-global", "csp.hci.ic.gov"},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
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

}  // namespace

result<url> sagemaker_endpoint(std::string_view region) {
    if (!is_label(region)) {
        failure error;
        error.kind = error_class::rejected;
        error.detail = "region: want lower-case letters, digits and hyphens, as in eu-west-1";
        return error;
    }
    url endpoint;
    endpoint.tls = true;
    endpoint.port = 443;
    endpoint.host = "api.sagemaker." + std::string(region) + ".";
    endpoint.host += partition_of(region).dns_suffix;
    endpoint.path = "/";
    return endpoint;
}

}  // namespace trainwatch::wire
