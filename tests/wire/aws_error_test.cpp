#include "wire/aws_error.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/wire/vector_files.hpp"
#include "wire/sagemaker.hpp"

namespace trainwatch::wire::aws_error_test {
namespace {

namespace fs = std::filesystem;

http_response response_in(const boost::json::value& document) {
    http_response response;
    response.status = static_cast<int>(document.at("http_status").as_int64());
    for (const auto& [name, value] : document.at("headers").as_object()) {
        response.headers.emplace_back(name, text_of(value));
    }
    const auto* body = document.as_object().if_contains("body");
    response.body =
        body != nullptr ? boost::json::serialize(*body) : text_of(document, "body_text");
    return response;
}

std::optional<milliseconds> retry_after_in(const boost::json::value& expected) {
    const auto* found = expected.as_object().if_contains("retry_after_ms");
    if (found == nullptr) return {};
    return milliseconds(found->as_int64());
}

TEST(error_answer, every_vector_means_what_it_says) {
    int seen = 0;
    for (const auto& entry : fs::directory_iterator(TRAINWATCH_TESTS_DIR "/vectors/errors")) {
        SCOPED_TRACE(entry.path().filename());
        const auto document = read_json(entry.path());
        const auto& expected = document.at("expected");
        const auto read = decode_aws_error(response_in(document));
        EXPECT_EQ(to_string(read.kind), text_of(expected, "class"));
        EXPECT_EQ(read.detail, text_of(expected, "detail"));
        EXPECT_EQ(read.request_id, text_of(expected, "request_id"));
        EXPECT_EQ(read.retry_after, retry_after_in(expected));
        ++seen;
    }
    EXPECT_EQ(seen, 25);
}

failure error_with(int status, const std::string& code, const std::string& message = "") {
    http_response response{.status = status};
    response.body =
        boost::json::serialize(boost::json::object{{"__type", code}, {"message", message}});
    return decode_aws_error(response);
}

TEST(error_answer, of_a_refused_signature_does_not_repeat_the_session_token) {
    const auto read = error_with(
        400,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key.\n\nThe Canonical String for this request should have been\n'POST\n"
        "/\n\nhost:h\nx-amz-security-token:SECRET\n\nhost\nabc'\n\nThe String-to-Sign should have "
        "been\n'AWS4-HMAC-SHA256'\n"
    );
    EXPECT_EQ(read.kind, error_class::denied);
    EXPECT_EQ(
        read.detail,
        "InvalidSignatureException: The request signature we calculated does not match the "
        "signature you provided. Check your AWS Secret Access Key."
    );
}

TEST(error_answer, throttling_has_many_names) {
    for (const char* code :
         {"Throttling",
          "ThrottlingException",
          "ThrottledException",
          "RequestThrottled",
          "RequestThrottledException",
          "TooManyRequestsException",
          "RequestLimitExceeded",
          "ProvisionedThroughputExceededException",
          "BandwidthLimitExceeded",
          "LimitExceededException",
          "SlowDown",
          "PriorRequestNotComplete",
          "TransactionInProgressException",
          "EC2ThrottledException"}) {
        EXPECT_EQ(error_with(400, code).kind, error_class::throttled) << code;
        EXPECT_EQ(error_with(503, code).kind, error_class::throttled) << code;
    }
}

TEST(error_answer, credentials_that_do_not_do_are_denied) {
    for (const char* code :
         {"AccessDenied",
          "AccessDeniedException",
          "ExpiredToken",
          "ExpiredTokenException",
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "SignatureDoesNotMatch",
          "IncompleteSignature",
          "MissingAuthenticationToken",
          "RequestExpired",
          "RequestInTheFuture",
          "RequestTimeTooSkewed",
          "RegionDisabledException",
          "InvalidIdentityToken",
          "IDPRejectedClaim",
          "OptInRequired"}) {
        EXPECT_EQ(error_with(400, code).kind, error_class::denied) << code;
    }
}

TEST(error_answer, of_the_server_is_worth_another_try) {
    for (const int status : {500, 502, 503, 504, 599}) {
        EXPECT_EQ(error_with(status, "Whatever").kind, error_class::transient) << status;
    }
    EXPECT_EQ(error_with(400, "RequestTimeout").kind, error_class::transient);
    EXPECT_EQ(error_with(408, "Whatever").kind, error_class::transient);
    EXPECT_EQ(error_with(400, "ServiceUnavailable").kind, error_class::transient);
    EXPECT_EQ(error_with(400, "IDPCommunicationError").kind, error_class::transient);
}

TEST(error_answer, not_found_needs_both_the_code_and_the_text) {
    EXPECT_EQ(
        error_with(400, "ValidationException", "Requested resource not found.").kind,
        error_class::not_found
    );
    EXPECT_EQ(
        error_with(400, "ValidationException", "1 validation error detected").kind,
        error_class::rejected
    );
    EXPECT_EQ(
        error_with(400, "AccessDenied", "Requested resource not found.").kind, error_class::denied
    );
    EXPECT_EQ(error_with(404, "UnknownOperationException").kind, error_class::rejected);
}

TEST(error_answer, its_code_is_kept_bare) {
    EXPECT_EQ(error_with(400, "com.amazon.coral#Throttling:http://x/").remote_code, "Throttling");
    http_response response{.status = 403, .headers = {{"X-Amzn-ErrorType", "AccessDenied:http"}}};
    EXPECT_EQ(decode_aws_error(response).remote_code, "AccessDenied");
    EXPECT_EQ(decode_aws_error({.status = 503}).remote_code, "");
    for (const std::string& odd :
         {std::string(129, 'x'), std::string("a b"), std::string("a\nb")}) {
        EXPECT_EQ(error_with(400, odd).remote_code, "") << odd;
    }
}

TEST(error_answer, of_a_service_that_once_spoke_query_may_have_the_code_of_that_time) {
    http_response response{
        .status = 400,
        .headers = {{"x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"}}};
    const auto older = decode_aws_error(response);
    EXPECT_EQ(older.remote_code, "AWS.SimpleQueueService.NonExistentQueue");
    EXPECT_EQ(older.kind, error_class::not_found);

    response.body = R"({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no queue"})";
    const auto newer = decode_aws_error(response);
    EXPECT_EQ(newer.remote_code, "QueueDoesNotExist");
    EXPECT_EQ(newer.kind, error_class::not_found);
    EXPECT_EQ(newer.detail, "QueueDoesNotExist: no queue");
}

TEST(error_answer, of_a_protocol_that_knows_its_request_id_in_the_body) {
    const aws_error error{.code = "AccessDenied", .message = "no", .request_id = "in-body"};
    EXPECT_EQ(classify_aws_error(error, {.status = 403}).request_id, "in-body");
    const http_response response{.status = 403, .headers = {{"x-amzn-RequestId", "in-header"}}};
    EXPECT_EQ(classify_aws_error(error, response).request_id, "in-header");
}

TEST(error_answer, that_is_no_service_of_aws_is_not_understood) {
    for (const int status : {204, 301, 302, 501, 505}) {
        EXPECT_EQ(decode_aws_error({.status = status}).kind, error_class::malformed) << status;
    }
}

TEST(error_answer, whatever_its_body_is_makes_one_bounded_line) {
    const std::string whole =
        R"({"__type": "com.amazonaws#AccessDenied:http", "message": "no\u000a\u00e9"})";
    constexpr std::string_view wrong("\0\"\\{}[]#:\n\x7F\xFF", 12);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char byte : wrong) {
            http_response response{.status = 403, .body = whole};
            response.body[at] = byte;
            const auto changed = decode_aws_error(response);
            EXPECT_EQ(changed.kind, error_class::denied) << response.body;
            EXPECT_EQ(changed.detail.find_first_of("\n\x7F"), std::string::npos);
            EXPECT_EQ(changed.detail, valid_utf8(changed.detail, 512));
            response.body.resize(at);
            EXPECT_EQ(decode_aws_error(response).detail, "HTTP 403");
        }
    }
}

TEST(error_answer, detail_is_bounded) {
    const auto read = error_with(400, "AccessDenied", std::string(100'000, 'x'));
    EXPECT_EQ(read.detail.size(), 1024U);
}

TEST(error_answer, a_retry_after_beyond_reason_is_ignored) {
    for (const char* text : {"-1", "99999999999999999999", "1e3", "5s", "", " "}) {
        http_response response{.status = 503, .headers = {{"Retry-After", text}}};
        EXPECT_EQ(decode_aws_error(response).retry_after, std::nullopt) << text;
    }
    http_response past{
        .status = 503,
        .headers = {
            {"Date", "Tue, 24 Nov 2026 09:00:00 GMT"},
            {"Retry-After", "Tue, 24 Nov 2026 08:00:00 GMT"}}};
    EXPECT_EQ(decode_aws_error(past).retry_after, std::nullopt);
}

TEST(answer, of_200_is_read_and_of_any_other_status_is_an_error) {
    http_response response{
        .status = 200,
        .headers = {{"x-amzn-RequestId", "r-1"}},
        .body = read_file(TRAINWATCH_TESTS_DIR "/vectors/describe/minimal.json")};
    const auto read = read_describe_training_job(response, "m");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, "m");

    const auto other = read_describe_training_job(response, "n");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().request_id, "r-1");

    response.status = 503;
    ASSERT_FALSE(read_describe_training_job(response, "m"));
    EXPECT_EQ(read_describe_training_job(response, "m").error().kind, error_class::transient);
}

}  // namespace
}  // namespace trainwatch::wire::aws_error_test
