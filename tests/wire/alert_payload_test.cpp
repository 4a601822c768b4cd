#include "wire/alert_payload.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/authorization.hpp"

namespace trainwatch::wire::alert_payload_test {
namespace {

using testing::HasSubstr;

constexpr wall_time start = from_unix_milliseconds(1'763'890'000'123);

domain::alert_message firing(const std::string& job) {
    domain::alert_message alert;
    alert.labels = {
        {"alertname", "TrainingJobFailed"},
        {"severity", "critical"},
        {"training_job", job},
        {"created", "2025-11-23T09:00:00.000Z"},
        {"account_id", "111122223333"},
        {"aws_region", "eu-west-1"},
        {"watch_list", "nightly"},
        {"failure_class", "algorithm"}};
    alert.annotations = {
        {"summary", "Training job " + job + " failed"},
        // FailureReason holds whatever a training script printed last.
        {"failure_reason", "AlgorithmError: \"x\"\n\tat C:\\tmp \x01\x1b[31m caf\xc3\xa9 \xff <b>"},
        {"empty", ""}};
    alert.starts_at = start;
    alert.ends_at = start + std::chrono::minutes(4);
    return alert;
}

domain::alert_message resolved(const std::string& job) {
    auto alert = firing(job);
    alert.state = domain::alert_state::resolved;
    alert.ends_at = start + std::chrono::hours(24);
    return alert;
}

std::string read_vector(const std::string& name) {
    std::ifstream in(std::string(TRAINWATCH_TESTS_DIR) + "/vectors/alerts/" + name);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::vector<domain::alert_message> both() {
    return {firing("resnet"), resolved("bert")};
}

std::string key_of(const std::vector<domain::alert_message>& alerts) {
    const auto request = encode_webhook_post("h", "/", alerts);
    return std::string(find_header(request.headers, "Idempotency-Key"));
}

TEST(AlertmanagerPost, leaves_an_end_to_alertmanager_that_nobody_knows) {
    auto alert = firing("resnet");
    alert.ends_at.reset();
    const auto request = encode_alertmanager_post("am-1:9093", "/", std::vector{alert});
    EXPECT_THAT(request.body, testing::HasSubstr("\"startsAt\""));
    EXPECT_THAT(request.body, testing::Not(testing::HasSubstr("endsAt")));
}

TEST(AlertmanagerPost, is_the_vector) {
    const auto request = encode_alertmanager_post("am-1:9093", "/", both());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/api/v2/alerts");
    EXPECT_EQ(find_header(request.headers, "host"), "am-1:9093");
    EXPECT_EQ(find_header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(request.body, read_vector("alertmanager.json"));
}

TEST(AlertmanagerPost, keeps_the_base_path_of_a_proxy) {
    EXPECT_EQ(encode_alertmanager_post("h", "/am", {}).target, "/am/api/v2/alerts");
    EXPECT_EQ(encode_alertmanager_post("h", "/am/", {}).target, "/am/api/v2/alerts");
    EXPECT_EQ(encode_alertmanager_post("h", "", {}).target, "/api/v2/alerts");
    EXPECT_EQ(encode_alertmanager_post("h", "", {}).body, "[]");
}

TEST(WebhookPost, is_the_vector) {
    const auto request = encode_webhook_post("example.com", "/hook?key=1", both());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/hook?key=1");
    EXPECT_EQ(request.body, read_vector("webhook.json"));
}

// A receiver verifies it with any tool: openssl dgst -sha256 -hmac SECRET.
TEST(WebhookPost, is_signed_where_there_is_a_secret) {
    // The example of GitHub's documentation.
    EXPECT_EQ(
        signature_of("Hello, World!", "It's a Secret to Everybody"),
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
    const domain::alert_message alert{{{"alertname", "a"}}, {}, {}, {}, {}};
    const auto request = encode_webhook_post("h", "/", std::span(&alert, 1), "secret");
    EXPECT_EQ(
        find_header(request.headers, "X-Trainwatchd-Signature-256"),
        signature_of(request.body, "secret")
    );
    const auto unsigned_one = encode_webhook_post("h", "/", std::span(&alert, 1));
    EXPECT_EQ(find_header(unsigned_one.headers, "X-Trainwatchd-Signature-256"), "");
}

TEST(WebhookPost, is_resolved_when_each_alert_is) {
    const std::vector<domain::alert_message> alerts{resolved("a"), resolved("b")};
    EXPECT_THAT(
        encode_webhook_post("h", "/", alerts).body,
        HasSubstr(R"("version":"1","status":"resolved")")
    );
}

TEST(IdempotencyKey, stays_while_only_the_end_moves) {
    auto later = both();
    for (auto& alert : later)
        *alert.ends_at += std::chrono::minutes(1);
    EXPECT_EQ(key_of(later), key_of(both()));
    // Nor does the order matter, or a text that AWS rewrote.
    std::reverse(later.begin(), later.end());
    later[0].annotations["failure_reason"] = "another";
    EXPECT_EQ(key_of(later), key_of(both()));
    EXPECT_THAT(key_of(later), testing::MatchesRegex("[0-9a-f]{64}"));
}

TEST(IdempotencyKey, changes_with_identity_state_and_number) {
    const auto key = key_of({firing("a")});
    EXPECT_NE(key_of({firing("b")}), key);
    EXPECT_NE(key_of({resolved("a")}), key);
    EXPECT_NE(key_of({firing("a"), firing("a")}), key);
    EXPECT_NE(key_of({}), key);
    auto again = firing("a");
    again.starts_at += std::chrono::hours(1);
    EXPECT_NE(key_of({again}), key);
}

// Each beat is news: a switch that drops what it has seen would believe that we are dead.
TEST(IdempotencyKey, of_each_heartbeat_is_its_own) {
    auto beat = firing("a");
    beat.labels = {{"alertname", "TrainwatchdHeartbeat"}};
    auto next = beat;
    *next.ends_at += std::chrono::minutes(1);
    EXPECT_NE(key_of({next}), key_of({beat}));
}

// Whatever bytes a label holds, what leaves is a JSON document that says them.
TEST(AlertDocument, of_every_byte_is_valid_json) {
    auto alert = firing("bytes");
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    alert.annotations["bytes"] = bytes;
    alert.labels["bytes"] = bytes;
    const std::vector<domain::alert_message> alerts{alert};
    for (const auto& body :
         {encode_alertmanager_post("h", "/", alerts).body,
          encode_webhook_post("h", "/", alerts).body}) {
        boost::json::error_code error;
        const auto parsed = boost::json::parse(body, error);
        ASSERT_FALSE(error) << error.message();
        EXPECT_EQ(boost::json::serialize(parsed), body);
    }
}

http_response answer(int status, header_list headers = {}, std::string body = {}) {
    return {status, std::move(headers), std::move(body)};
}

TEST(Receipt, is_any_2xx) {
    for (const int status : {200, 201, 202, 204}) {
        const auto receipt = read_receipt(answer(status));
        ASSERT_TRUE(receipt.has_value());
        EXPECT_EQ(receipt->status, status);
    }
}

TEST(Receipt, refused_has_the_class_of_its_status) {
    const std::vector<std::pair<int, error_class>> expected{
        {100, error_class::malformed},
        {301, error_class::not_found},
        {400, error_class::rejected},
        {401, error_class::denied},
        {403, error_class::denied},
        {404, error_class::not_found},
        {405, error_class::not_found},
        {407, error_class::denied},
        {408, error_class::transient},
        {410, error_class::not_found},
        {413, error_class::rejected},
        {415, error_class::malformed},
        {422, error_class::rejected},
        {429, error_class::throttled},
        {500, error_class::transient},
        {503, error_class::transient}};
    for (const auto& [status, kind] : expected) {
        const auto receipt = read_receipt(answer(status));
        ASSERT_TRUE(receipt.has_error()) << status;
        EXPECT_EQ(receipt.error().kind, kind) << status;
    }
}

// Told of one alert at a time, the other port would not take it either.
TEST(Receipt, refused_by_a_port_of_tls_is_about_the_address) {
    for (const char* const body :
         {"Client sent an HTTP request to an HTTPS server.\n",
          "<center>The plain HTTP request was sent to HTTPS port</center>"}) {
        EXPECT_EQ(read_receipt(answer(400, {}, body)).error().kind, error_class::not_found);
    }
}

std::optional<milliseconds> wait_after(const std::string& value, const std::string& date = {}) {
    return read_receipt(answer(429, {{"retry-after", value}, {"Date", date}})).error().retry_after;
}

TEST(Receipt, that_asks_to_wait_is_obeyed_within_reason) {
    EXPECT_EQ(wait_after("7"), milliseconds(7'000));
    EXPECT_EQ(wait_after(" 0 "), milliseconds(0));
    EXPECT_EQ(wait_after("99999999999"), milliseconds(300'000));
    EXPECT_EQ(
        wait_after("Tue, 24 Nov 2026 09:12:30 GMT", "Tue, 24 Nov 2026 09:12:00 GMT"),
        milliseconds(30'000)
    );
    for (const char* const nonsense : {"", "-1", "soon", "7s", "99999999999999999999999"}) {
        EXPECT_EQ(wait_after(nonsense), std::nullopt) << nonsense;
    }
    // Without a date of the same clock, a date says nothing.
    EXPECT_EQ(wait_after("Tue, 24 Nov 2026 09:12:30 GMT"), std::nullopt);
}

TEST(Receipt, detail_is_one_short_line) {
    const auto detail =
        read_receipt(answer(400, {}, "bad\nlabel \x1b[31m" + std::string(999, 'x'))).error().detail;
    EXPECT_THAT(detail, testing::StartsWith("HTTP 400: bad label  [31mxxx"));
    EXPECT_LT(detail.size(), 220U);
    EXPECT_EQ(read_receipt(answer(502)).error().detail, "HTTP 502");
    EXPECT_EQ(
        read_receipt(answer(302, {{"Location", "/login"}})).error().detail,
        "HTTP 302: redirection to /login is not followed"
    );
}

}  // namespace
}  // namespace trainwatch::wire::alert_payload_test
