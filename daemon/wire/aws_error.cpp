#include "wire/aws_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "base/time.hpp"

namespace trainwatch::wire {

namespace {

// Codes for "slow down", as the retry rules of the SDKs list them.
constexpr std::array<std::string_view, 14> throttling_codes{
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException"};

// Common errors of AWS services about who is asking; a wrong clock shows as one of them too.
constexpr std::array<std::string_view, 29> denied_codes{
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IDPRejectedClaim",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "InvalidSignature",
    "InvalidSignatureException",
    "InvalidToken",
    "KmsAccessDenied",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RegionDisabledException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnauthorizedException",
    "UnauthorizedOperation",
    "UnrecognizedClient",
    "UnrecognizedClientException"};

// IDPCommunicationError: STS could not ask the identity provider in time.
constexpr std::array<std::string_view, 9> transient_codes{
    "IDPCommunicationError",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException"};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& codes, std::string_view code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Codes and request ids go into logs and labels as they are: what is longer than any of AWS', or
// has other characters, is somebody else's and is dropped.
std::string identifier(std::string_view text) {
    constexpr std::size_t bytes_max = 128;
    constexpr std::string_view marks = "-._+/=:";
    const bool is_one =
        text.size() <= bytes_max && std::all_of(text.begin(), text.end(), [&](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                marks.find(c) != std::string_view::npos;
        });
    return is_one ? std::string(text) : std::string();
}

// "com.amazonaws.sagemaker#ResourceNotFound:http://…" -> "ResourceNotFound"
std::string_view bare_code(std::string_view text) {
    text = text.substr(0, text.find(':'));
    return trim(text.substr(text.rfind('#') + 1));
}

std::string member(const boost::json::object& body, std::string_view name) {
    const auto* found = body.if_contains(name);
    const auto* text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

aws_error read_json_error(const http_response& response) {
    aws_error error;
    boost::system::error_code broken;
    const auto body = boost::json::parse(
        boost::json::string_view(response.body.data(), response.body.size()), broken
    );
    if (!broken && body.is_object()) {
        const auto& object = body.get_object();
        error.code = std::string(bare_code(member(object, "__type")));
        error.message = member(object, "message");
        if (error.message.empty()) error.message = member(object, "Message");
    }
    if (error.code.empty()) {
        error.code = std::string(bare_code(find_header(response.headers, "x-amzn-ErrorType")));
    }
    // Services that spoke the query protocol before give the code of that time: "Code;Sender".
    if (error.code.empty()) {
        const auto older = find_header(response.headers, "x-amzn-query-error");
        error.code = std::string(trim(older.substr(0, older.find(';'))));
    }
    return error;
}

// A job that does not exist is a ValidationException with this text, not the modelled
// ResourceNotFound; a malformed name is a ValidationException with another text.
bool is_not_found(const aws_error& error) {
    constexpr std::array<std::string_view, 4> codes{
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException"};
    if (contains(codes, error.code)) return true;
    return error.code == "ValidationException" &&
        starts_with_ignoring_case(error.message, "Requested resource not found");
}

error_class classify(const aws_error& error, int status) {
    if (is_not_found(error)) return error_class::not_found;
    if (contains(throttling_codes, error.code)) return error_class::throttled;
    if (contains(denied_codes, error.code)) return error_class::denied;
    if (contains(transient_codes, error.code)) return error_class::transient;
    if (status == 429) return error_class::throttled;
    // Not implemented, or not this HTTP: no AWS service says so, and another try is no better.
    if (status == 501 || status == 505) return error_class::malformed;
    if (status >= 500 || status == 408) return error_class::transient;
    // Proxies say it without a code. A 404 of theirs says nothing about the job.
    if (status == 401 || status == 403 || status == 407) return error_class::denied;
    if (status >= 400) return error_class::rejected;
    return error_class::malformed;  // a redirect to a login page, a 204
}

// A refused signature comes back with the canonical request that AWS made, the session token in
// it. What precedes it is the sentence for people.
std::string_view without_echo(std::string_view message) {
    constexpr std::array<std::string_view, 3> echoes{
        "The Canonical String", "The String-to-Sign", "x-amz-security-token"};
    for (const auto echo : echoes)
        message = message.substr(0, message.find(echo));
    return trim(message);
}

// One line for people.
std::string describe(const aws_error& error, int status) {
    constexpr std::size_t detail_max = 1'024;
    std::string text = error.code.empty() ? "HTTP " + std::to_string(status) : error.code;
    if (!error.message.empty()) text.append(": ").append(without_echo(error.message));
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' '
    );
    return valid_utf8(text, detail_max);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    constexpr std::size_t digits_max = 9;
    text = trim(text);
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && stop == text.data() + text.size();
    if (!whole || number < 0 || text.size() > digits_max) return {};
    return number;
}

// x-amz-retry-after is in milliseconds, Retry-After in seconds or a date, which counts from the
// answer's own Date: our clock may differ.
std::optional<milliseconds> read_retry_after(const header_list& headers) {
    if (const auto number = whole_number(find_header(headers, "x-amz-retry-after"))) {
        return milliseconds(*number);
    }
    const auto text = find_header(headers, "Retry-After");
    if (const auto number = whole_number(text)) return seconds(*number);
    const auto until = parse_http_date(text);
    const auto now = parse_http_date(find_header(headers, "Date"));
    if (!until || !now || *until < *now) return {};
    return *until - *now;
}

}  // namespace

failure classify_aws_error(const aws_error& error, const http_response& response) {
    failure read;
    read.kind = classify(error, response.status);
    read.remote_code = error.code;
    read.detail = describe(error, response.status);
    read.remote_code = identifier(error.code);
    const auto in_header = find_header(response.headers, "x-amzn-RequestId");
    read.request_id = identifier(in_header.empty() ? error.request_id : in_header);
    read.retry_after = read_retry_after(response.headers);
    return read;
}

failure decode_aws_error(const http_response& response) {
    return classify_aws_error(read_json_error(response), response);
}

}  // namespace trainwatch::wire
