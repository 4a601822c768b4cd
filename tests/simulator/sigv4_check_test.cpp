#include "tests/simulator/sigv4_check.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/simulator/authorization.hpp"

namespace trainwatch::simulator::sigv4_check_test {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::StartsWith;

const wall_time now = *parse_iso8601("2026-11-24T09:12:00Z");
const wire::aws_credentials keys{.access_key_id = "AKID", .secret_access_key = "secret"};

wire::http_request unsigned_request() {
    return {
        .method = "POST",
        .target = "/",
        .headers =
            {{"Host", "127.0.0.1:8080"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "SageMaker.DescribeTrainingJob"}},
        .body = R"({"TrainingJobName":"a"})"};
}

wire::http_request signed_request(
    wall_time at = now,
    const wire::aws_credentials& by = keys,
    const wire::signing_scope& scope = {.region = "eu-west-1", .service = "sagemaker"}
) {
    auto request = unsigned_request();
    wire::signing_key_cache cache;
    wire::sign(request, at, by, scope, cache);
    return request;
}

void replace(wire::http_request& request, std::string_view name, const std::string& value) {
    for (auto& header : request.headers) {
        if (equal_ignoring_case(header.first, name)) header.second = value;
    }
}

key_ring ring_of(const wire::aws_credentials& known) {
    key_ring ring;
    ring.add(known, {});
    return ring;
}

api_error refusal(const wire::http_request& request, const wire::aws_credentials& known = keys) {
    auto ring = ring_of(known);
    sigv4_check check(ring, {"eu-west-1", "us-east-1"});
    const auto got = check.verify(request, now);
    EXPECT_FALSE(got.has_value());
    return got ? api_error{} : got.error();
}

TEST(SignatureCheck, a_good_signature_tells_the_region) {
    auto ring = ring_of(keys);
    sigv4_check check(ring, {"eu-west-1", "us-east-1"});
    const auto got = check.verify(signed_request(), now);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->region, "eu-west-1");
}

TEST(SignatureCheck, what_is_not_signed_may_change) {
    auto request = signed_request();
    request.headers.emplace_back("User-Agent", "proxy");
    auto ring = ring_of(keys);
    sigv4_check check(ring, {"eu-west-1"});
    EXPECT_TRUE(check.verify(request, now).has_value());
}

TEST(SignatureCheck, whatever_is_signed_may_not_change) {
    auto body = signed_request();
    body.body += " ";
    auto header = signed_request();
    replace(header, "X-Amz-Target", "SageMaker.ListTrainingJobs");
    auto host = signed_request();
    replace(host, "Host", "127.0.0.1:8081");
    auto gone = signed_request();
    std::erase_if(gone.headers, [](const auto& entry) { return entry.first == "Content-Type"; });
    for (const auto& request : {body, header, host, gone}) {
        const auto error = refusal(request);
        EXPECT_EQ(error.type, "InvalidSignatureException");
        EXPECT_EQ(error.status, 400);
        EXPECT_THAT(
            error.message,
            StartsWith("The request signature we calculated does not match the signature you")
        );
        EXPECT_THAT(error.message, HasSubstr("The String-to-Sign should have been"));
    }
}

TEST(SignatureCheck, another_secret_does_not_match) {
    auto other = keys;
    other.secret_access_key = "other";
    EXPECT_EQ(refusal(signed_request(now, other)).type, "InvalidSignatureException");
}

TEST(SignatureCheck, an_unknown_key_or_token_is_an_unrecognized_client) {
    auto other = keys;
    other.access_key_id = "AKIX";
    auto with_token = keys;
    with_token.session_token = "token";
    auto with_other_token = keys;
    with_other_token.session_token = "expired";
    const api_error expected{
        .status = 400,
        .type = "UnrecognizedClientException",
        .message = "The security token included in the request is invalid."};
    EXPECT_EQ(refusal(signed_request(now, other)), expected);
    EXPECT_EQ(refusal(signed_request(now, with_token)), expected);
    EXPECT_EQ(refusal(signed_request(now, keys), with_token), expected);
    EXPECT_EQ(refusal(signed_request(now, with_other_token), with_token), expected);
    auto ring = ring_of(with_token);
    sigv4_check check(ring, {"eu-west-1"});
    EXPECT_TRUE(check.verify(signed_request(now, with_token), now).has_value());
}

TEST(SignatureCheck, a_clock_may_differ_by_five_minutes) {
    auto ring = ring_of(keys);
    sigv4_check check(ring, {"eu-west-1"});
    EXPECT_TRUE(check.verify(signed_request(now - minutes(5)), now).has_value());
    EXPECT_TRUE(check.verify(signed_request(now + minutes(5)), now).has_value());
    const auto late = refusal(signed_request(now - minutes(15)));
    EXPECT_EQ(late.type, "InvalidSignatureException");
    EXPECT_EQ(
        late.message,
        "Signature expired: 20261124T085700Z is now earlier than 20261124T090700Z "
        "(20261124T091200Z - 5 min.)"
    );
    EXPECT_EQ(
        refusal(signed_request(now + minutes(15))).message,
        "Signature not yet current: 20261124T092700Z is still later than 20261124T091700Z "
        "(20261124T091200Z + 5 min.)"
    );
}

TEST(SignatureCheck, the_scope_is_checked_part_by_part) {
    const auto with = [](std::string region, std::string service) {
        return refusal(signed_request(now, keys, {std::move(region), std::move(service)}));
    };
    EXPECT_EQ(
        with("ap-south-1", "sagemaker").message,
        "Credential should be scoped to a valid region, not 'ap-south-1'."
    );
    EXPECT_EQ(
        with("eu-west-1", "s3").message,
        "Credential should be scoped to correct service: 'sagemaker'."
    );
    auto other_day = signed_request();
    replace(other_day, "X-Amz-Date", "20261125T091200Z");
    EXPECT_THAT(refusal(other_day).message, StartsWith("Date in Credential scope does not match"));
}

TEST(SignatureCheck, a_regional_host_wants_its_own_region) {
    auto request = unsigned_request();
    replace(request, "Host", "api.sagemaker.us-east-1.amazonaws.com");
    wire::signing_key_cache cache;
    wire::sign(request, now, keys, {.region = "eu-west-1", .service = "sagemaker"}, cache);
    EXPECT_THAT(refusal(request).message, HasSubstr("valid region, not 'eu-west-1'"));
}

TEST(SignatureCheck, without_a_signature_there_is_no_answer) {
    EXPECT_EQ(refusal(unsigned_request()).type, "MissingAuthenticationTokenException");
    for (const auto* header :
         {"Bearer abc",
          "AWS4-HMAC-SHA256",
          "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
          "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x",
          "AWS4-HMAC-SHA256 Credential, SignedHeaders=host, Signature=x"}) {
        auto request = signed_request();
        replace(request, "Authorization", header);
        EXPECT_EQ(refusal(request).type, "IncompleteSignatureException") << header;
    }
    auto undated = signed_request();
    std::erase_if(undated.headers, [](const auto& entry) {
        return equal_ignoring_case(entry.first, "X-Amz-Date");
    });
    EXPECT_EQ(refusal(undated).type, "IncompleteSignatureException");
}

TEST(SignatureCheck, host_and_the_headers_of_aws_must_be_signed) {
    auto request = signed_request();
    request.headers.emplace_back("X-Amz-Extra", "1");
    EXPECT_THAT(refusal(request).message, HasSubstr("'X-Amz-Extra' must be a 'SignedHeader'"));
    auto hostless = signed_request();
    auto text = std::string(wire::find_header(hostless.headers, "Authorization"));
    text.replace(text.find("host;"), 5, "");
    replace(hostless, "Authorization", text);
    EXPECT_THAT(refusal(hostless).message, StartsWith("'Host'"));
}

// ---- requests that another signer signed
// ---------------------------------------------------------

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

wire::http_request parse_signed(const std::string& text) {
    wire::http_request request{.method = "POST"};
    const auto head = text.find("\n\n");
    request.body = text.substr(head + 2);
    std::istringstream lines(text.substr(0, head));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const auto colon = line.find(':');
        request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    return request;
}

TEST(SignatureCheck, requests_signed_by_botocore_pass) {
    const std::filesystem::path folder = TRAINWATCH_SHARED_DIR "/vectors/sigv4/own";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no vectors here: " << folder;
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("sagemaker-")) continue;
        SCOPED_TRACE(name);
        const auto context = boost::json::parse(text_of(entry.path() / "context.json"));
        const auto& given = context.at("credentials").as_object();
        wire::aws_credentials known;
        known.access_key_id = given.at("access_key_id").as_string();
        known.secret_access_key = given.at("secret_access_key").as_string();
        if (given.contains("token")) known.session_token = given.at("token").as_string();
        const auto at = *parse_iso8601(std::string(context.at("timestamp").as_string()));
        auto ring = ring_of(known);
        sigv4_check check(ring, {std::string(context.at("region").as_string())});
        const auto request = parse_signed(text_of(entry.path() / "header-signed-request.txt"));
        const auto got = check.verify(request, at);
        EXPECT_TRUE(got.has_value()) << (got ? "" : got.error().message);
        ++count;
    }
    EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace trainwatch::simulator::sigv4_check_test
