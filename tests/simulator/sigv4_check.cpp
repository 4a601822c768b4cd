#include "tests/simulator/sigv4_check.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <openssl/crypto.h>

#include "base/text.hpp"
#include "tests/simulator/authorization.hpp"

namespace trainwatch::simulator {
namespace {

constexpr auto window = std::chrono::minutes(5);

api_error invalid(std::string message) {
    return {.type = "InvalidSignatureException", .message = std::move(message)};
}

api_error unrecognized() {
    return {
        .type = "UnrecognizedClientException",
        .message = "The security token included in the request is invalid."};
}

api_error expired() {
    return {
        .type = "ExpiredTokenException",
        .message = "The security token included in the request is expired"};
}

// "20261124T091200Z"
std::optional<wall_time> parse_basic(std::string_view text) {
    if (text.size() != 16) return std::nullopt;
    std::string extended(text);
    for (const auto place : {13, 11})
        extended.insert(static_cast<std::size_t>(place), ":");
    for (const auto place : {6, 4})
        extended.insert(static_cast<std::size_t>(place), "-");
    return parse_iso8601(extended);
}

std::optional<wall_time> date_of(const wire::http_request& request) {
    const auto amazon = wire::find_header(request.headers, "X-Amz-Date");
    if (!amazon.empty()) return parse_basic(amazon);
    return parse_http_date(wire::find_header(request.headers, "Date"));
}

// A host that names a region wants that one in the scope; the first STS belongs to us-east-1.
bool is_of_another_region(
    std::string_view host, std::string_view service, std::string_view region
) {
    const std::string prefix = service == "sagemaker" ? "api.sagemaker." : "sts.";
    if (!host.starts_with(prefix)) return false;
    if (host == "sts.amazonaws.com") return region != "us-east-1";
    return !host.starts_with(prefix + std::string(region) + ".");
}

std::optional<api_error> check_scope(
    const authorization& given,
    wall_time date,
    const std::set<std::string>& regions,
    std::string_view host,
    std::string_view service
) {
    const auto stamp = iso8601_basic(date);
    std::string problems;
    if (given.date != stamp.substr(0, 8)) {
        problems +=
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
            "date from HTTP: '" +
            given.date + "' != '" + stamp.substr(0, 8) + "', from '" + stamp + "'. ";
    }
    const bool is_known = regions.contains(given.region) || host == "sts.amazonaws.com";
    if (!is_known || is_of_another_region(host, service, given.region)) {
        problems += "Credential should be scoped to a valid region, not '" + given.region + "'. ";
    }
    if (given.service != service) {
        problems +=
            "Credential should be scoped to correct service: '" + std::string(service) + "'. ";
    }
    if (given.terminator != "aws4_request") {
        problems += "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
            given.terminator + "'. ";
    }
    if (problems.empty()) return std::nullopt;
    problems.pop_back();
    return invalid(std::move(problems));
}

std::optional<api_error> check_time(wall_time date, wall_time now) {
    const auto text = [](wall_time value) { return iso8601_basic(value); };
    if (date < now - window) {
        return invalid(
            "Signature expired: " + text(date) + " is now earlier than " + text(now - window) +
            " (" + text(now) + " - 5 min.)"
        );
    }
    if (date > now + window) {
        return invalid(
            "Signature not yet current: " + text(date) + " is still later than " +
            text(now + window) + " (" + text(now) + " + 5 min.)"
        );
    }
    return std::nullopt;
}

bool is_signed(const authorization& given, std::string_view name) {
    return std::any_of(
        given.signed_headers.begin(),
        given.signed_headers.end(),
        [&](const std::string& one) { return equal_ignoring_case(one, name); }
    );
}

// The host and what speaks to AWS must be signed, or somebody on the way could change it.
std::optional<api_error> check_coverage(
    const authorization& given, const wire::http_request& request
) {
    if (!is_signed(given, "host")) {
        return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    for (const auto& [name, value] : request.headers) {
        if (!starts_with_ignoring_case(name, "x-amz-")) continue;
        // May travel unsigned, added after the signature.
        if (equal_ignoring_case(name, "x-amz-security-token")) continue;
        if (is_signed(given, name)) continue;
        return invalid("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");
    }
    return std::nullopt;
}

wire::http_request only_signed(const authorization& given, const wire::http_request& request) {
    wire::http_request part = request;
    std::erase_if(part.headers, [&](const auto& header) {
        return !is_signed(given, header.first);
    });
    return part;
}

bool same(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

sigv4_check::sigv4_check(key_ring& keys, std::set<std::string> regions)
    : keys_(keys), regions_(std::move(regions)) {}

api_result<caller> sigv4_check::verify(
    const wire::http_request& request, wall_time now, std::string_view service
) {
    const auto header = wire::find_header(request.headers, "Authorization");
    if (header.empty()) {
        return api_error{
            .type = "MissingAuthenticationTokenException",
            .message = "Missing Authentication Token"};
    }
    const auto date = date_of(request);
    const auto given = parse_authorization(header, date.has_value());
    if (!given) return given.error();
    const auto host = wire::find_header(request.headers, "Host");
    if (auto error = check_scope(*given, *date, regions_, host, service)) return *error;
    if (auto error = check_coverage(*given, request)) return *error;
    auto* known = keys_.find(given->access_key_id);
    if (known == nullptr || known->revoked) return unrecognized();
    const auto token = wire::find_header(request.headers, "X-Amz-Security-Token");
    if (token != known->keys.session_token) return unrecognized();
    if (keys_.is_expired(*known, now)) return expired();
    if (auto error = check_time(*date, now)) return *error;
    const wire::signing_scope scope{.region = given->region, .service = given->service};
    const auto canonical = wire::canonical_request(only_signed(*given, request));
    const auto to_sign = wire::string_to_sign(canonical, *date, scope);
    if (same(cache_.signature(to_sign, *date, known->keys, scope), given->signature)) {
        ++known->uses;
        return caller{.region = given->region, .key = known};
    }
    return invalid(
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details."
        "\n\nThe Canonical String for this request should have been\n'" +
        canonical + "'\n\nThe String-to-Sign should have been\n'" + to_sign + "'\n"
    );
}

}  // namespace trainwatch::simulator
