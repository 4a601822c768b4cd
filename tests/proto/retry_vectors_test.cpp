// The published and the measured tables of the standard retry mode, against answers as they come
// from the wire.
#include <filesystem>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "proto/clock_offset.hpp"
#include "proto/retry.hpp"
#include "tests/wire/vector_files.hpp"
#include "wire/aws_error.hpp"

namespace trainwatch::proto::retry_vectors_test {
namespace {

namespace json = boost::json;
using wire::read_json;
using wire::text_of;

const std::string folder = TRAINWATCH_SHARED_DIR "/vectors/retry/";

class RetryVectors : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(folder)) {
            GTEST_SKIP() << "no shared vectors beside the sources";
        }
    }
};

double number(const json::value& value) {
    return value.to_number<double>();
}

template <class Value>
Value number_or(const json::value& object, std::string_view name, Value otherwise) {
    const auto* found = object.as_object().if_contains(name);
    return found != nullptr ? found->to_number<Value>() : otherwise;
}

failure answered(int status, std::string_view code, const std::string& retry_after = "") {
    wire::http_response response{.status = status};
    if (!code.empty()) response.body = json::serialize(json::object{{"__type", code}});
    if (!retry_after.empty()) response.headers.emplace_back("x-amz-retry-after", retry_after);
    return wire::decode_aws_error(response);
}

std::string outcome_of(const retry_decision& decided) {
    if (decided.delay) return "retry_request";
    switch (decided.why) {
        case retry_refusal::not_retryable:
            return "fail_request";
        case retry_refusal::attempts_used:
            return "max_attempts_exceeded";
        case retry_refusal::quota_used:
            return "retry_quota_exceeded";
    }
    return "";
}

double in_milliseconds(nanoseconds delay) {
    return std::chrono::duration<double, std::milli>(delay).count();
}

// One case of the published table: the steps of one client, whose calls end with each success.
class published_case {
public:
    explicit published_case(const json::value& given)
        : constants_(constants_of(given)), quota_(number_or(given, "initial_tokens", 500)) {
        const auto* jitter = given.as_object().if_contains("jitter");
        drawn_ = jitter != nullptr ? 0.37 : 1;  // "any"
        const auto* polls = given.as_object().if_contains("long_polling");
        is_long_poll_ = polls != nullptr && polls->as_bool();
    }

    void step(const json::value& step) {
        const auto& response = step.at("response");
        const auto& expected = step.at("expected");
        const int status = static_cast<int>(response.at("status").as_int64());
        if (status == 200) {
            call_.succeeded();
            std::destroy_at(&call_);
            std::construct_at(&call_, constants_, quota_, random_);
            EXPECT_EQ(text_of(expected, "outcome"), "success");
        } else {
            decide(
                answered(
                    status, text_of(response, "error_code"), text_of(response, "x_amz_retry_after")
                ),
                expected
            );
        }
        EXPECT_EQ(quota_.left(), number_or(expected, "retry_quota", quota_.left()));
    }

private:
    static retry_constants constants_of(const json::value& given) {
        auto constants = standard_2026;
        constants.attempts_max = number_or(given, "max_attempts", constants.attempts_max);
        constants.base = milliseconds(number_or(given, "base_delay_ms", constants.base.count()));
        constants.delay_max =
            milliseconds(number_or(given, "max_backoff_ms", constants.delay_max.count()));
        return constants;
    }

    void decide(const failure& why, const json::value& expected) {
        const auto decided = call_.failed(why, {}, drawn_);
        EXPECT_EQ(outcome_of(decided), text_of(expected, "outcome"));
        const auto wait = decided.delay ? decided.delay
            : is_long_poll_             ? decided.rest
                                        : std::optional<nanoseconds>();
        const double expected_wait = number_or(expected, "delay_ms", -1.0);
        EXPECT_EQ(wait ? in_milliseconds(*wait) : -1.0, expected_wait);
    }

    retry_constants constants_;
    retry_quota quota_;
    random_source random_{1};
    retry_attempts call_{constants_, quota_, random_};
    double drawn_ = 1;
    bool is_long_poll_ = false;
};

// Its number is unsettled (the SDKs wait by the throttling base, as we do): tests/README.md.
const std::set<std::string> unsettled{
    "long polling: wait after throttling although the bucket is empty"};

TEST_F(RetryVectors, published_table_of_2026) {
    const auto table = read_json(folder + "standard-2026-published-table.json");
    int passed = 0;
    int listed = 0;
    for (const auto& given : table.at("cases").as_array()) {
        const auto name = text_of(given, "name");
        SCOPED_TRACE(name);
        if (unsettled.contains(name)) {
            ++listed;
            continue;
        }
        published_case one(given);
        for (const auto& step : given.at("steps").as_array())
            one.step(step);
        ++passed;
    }
    EXPECT_EQ(passed, 18);
    EXPECT_EQ(listed, 1);
}

void expect_delays(const retry_constants& table, const json::value& given) {
    auto constants = table;
    constants.attempts_max = 100;
    for (const auto& [name, why] : std::map<std::string, failure>{
             {"http_500", answered(500, "")},
             {"ThrottlingException_400", answered(400, "ThrottlingException")}}) {
        SCOPED_TRACE(name);
        retry_quota quota(10'000);
        random_source random(1);
        retry_attempts call(constants, quota, random);
        for (const auto& delay : given.at("max_delay_by_attempt").at(name).as_array()) {
            EXPECT_EQ(in_milliseconds(*call.failed(why, {}, 1).delay), number(delay) * 1'000);
        }
    }
}

void expect_retry_after(const retry_constants& constants, const json::value& given) {
    for (const auto& one : given.at("retry_after_ms_cases").as_array()) {
        const auto header = text_of(one, "header");
        SCOPED_TRACE(header);
        retry_quota quota(500);
        random_source random(1);
        retry_attempts call(constants, quota, random);
        const int status = static_cast<int>(one.at("status").as_int64());
        const auto decided =
            call.failed(answered(status, "", header), {}, number(one.at("jitter")));
        EXPECT_EQ(in_milliseconds(*decided.delay), number(one.at("delay")) * 1'000);
    }
}

void expect_costs(const retry_constants& constants, const json::value& given) {
    const auto& costs = given.at("quota").at("costs");
    EXPECT_EQ(constants.quota, number(given.at("quota").at("capacity")));
    const auto cost_of = [&](const failure& why, const retry_facts& facts) {
        retry_quota quota(constants.quota);
        random_source random(1);
        retry_attempts(constants, quota, random).failed(why, facts);
        return constants.quota - quota.left();
    };
    EXPECT_EQ(cost_of(answered(500, ""), {}), number(costs.at("http_500")));
    EXPECT_EQ(cost_of(answered(400, "Throttling"), {}), number(costs.at("throttle")));
    const failure late{.kind = error_class::transient};
    EXPECT_EQ(cost_of(late, {.timed_out = true}), number(costs.at("read_timeout")));
}

TEST_F(RetryVectors, both_generations_wait_and_pay_as_measured) {
    const auto document = read_json(folder + "standard-own.json");
    for (const auto& [name, constants] : std::map<std::string, retry_constants>{
             {"standard_2_0", standard_until_2026}, {"standard_2_1", standard_2026}}) {
        SCOPED_TRACE(name);
        const auto& given = document.at(name);
        expect_delays(constants, given);
        expect_retry_after(constants, given);
        expect_costs(constants, given);
    }
}

// What we retry and the measured client does not: tests/README.md.
const std::set<std::string> retried_by_choice{"/429"};

TEST_F(RetryVectors, classes_of_errors_are_retried_as_measured) {
    const auto document = read_json(folder + "standard-own.json");
    int passed = 0;
    int listed = 0;
    for (const auto& one : document.at("classification_botocore").as_array()) {
        const auto code = one.at("code").is_null() ? std::string() : text_of(one, "code");
        const int status = static_cast<int>(one.at("status").as_int64());
        const auto name = code + "/" + std::to_string(status);
        SCOPED_TRACE(name);
        const auto why = answered(status, code);
        retry_quota quota(500);
        random_source random(1);
        const auto decided = retry_attempts(standard_2026, quota, random).failed(why, {});
        const bool chosen = retried_by_choice.contains(name);
        EXPECT_EQ(decided.delay.has_value(), one.at("retry").as_bool() || chosen);
        const bool throttles = one.at("throttling").as_bool() || chosen;
        EXPECT_EQ(why.kind == error_class::throttled, throttles);
        ++(chosen ? listed : passed);
    }
    EXPECT_EQ(passed, 26);
    EXPECT_EQ(listed, 1);
}

TEST_F(RetryVectors, quota_is_walked_as_measured) {
    const auto document = read_json(folder + "standard-own.json");
    retry_quota quota(20);
    random_source random(1);
    for (const auto& row : document.at("quota_walk_2_0_capacity_20").at("rows").as_array()) {
        const auto event = text_of(row.at(0));
        SCOPED_TRACE(event);
        retry_attempts call(standard_until_2026, quota, random);
        if (event == "ok_no_retry") {
            call.succeeded();
        } else {
            const auto decided =
                call.failed({.kind = error_class::transient}, {.timed_out = event == "timeout"});
            EXPECT_EQ(decided.delay.has_value(), row.at(1).as_bool());
        }
        EXPECT_EQ(quota.left(), number(row.at(2)));
    }
}

// One client of the clock skew suite: its remembered offset, and a quota for all its calls.
class skewed_client {
public:
    void perform(const json::value& operation) {
        EXPECT_EQ(offset_, seconds(operation.at("initialClientSkew").as_int64())) << "of before";
        auto constants = standard_2026;
        constants.attempts_max = number_or(operation, "maxAttempts", constants.attempts_max);
        retry_attempts call(constants, quota_, random_);
        std::string outcome = "error";
        const auto& attempts = operation.at("attempts").as_array();
        for (std::size_t at = 0; at < attempts.size(); ++at) {
            const bool is_last = at + 1 == attempts.size();
            const auto decided = attempt(attempts[at], call);
            EXPECT_EQ(decided && decided->delay.has_value(), !is_last);
            if (!decided) outcome = "success";
        }
        EXPECT_EQ(outcome, text_of(operation, "expectedOutcome"));
        EXPECT_EQ(offset_, seconds(operation.at("expectedClientSkew").as_int64()));
    }

    void start_with(milliseconds offset) { offset_ = offset; }

private:
    // Nothing when it succeeded.
    std::optional<retry_decision> attempt(const json::value& given, retry_attempts& call) {
        const auto sent = parse_iso8601(text_of(given, "clientTimeAtSend")).value();
        const auto received = parse_iso8601(text_of(given, "clientTimeAtReceive")).value();
        EXPECT_EQ(sent + offset_, parse_iso8601(text_of(given, "expectedSigningTime")).value());
        const auto& response = given.at("response");
        const auto& headers = response.at("headers");
        const auto measured = measure_clock_offset(
            parse_http_date(text_of(headers, "Date")),
            !text_of(headers, "Age").empty(),
            {sent, received - sent}
        );
        const auto signed_with = offset_;
        offset_ = measured.value_or(offset_);
        const int status = static_cast<int>(response.at("statusCode").as_int64());
        if (status == 200) {
            call.succeeded();
            return std::nullopt;
        }
        return call.failed(
            answered(status, text_of(response, "errorCode")),
            {.clock_offset = measured, .signed_offset = signed_with}
        );
    }

    milliseconds offset_{};
    retry_quota quota_{500};
    random_source random_{1};
};

TEST_F(RetryVectors, clock_skew_is_measured_corrected_and_retried) {
    const auto document = read_json(folder + "clock-skew-test-cases.json");
    int passed = 0;
    for (const auto& given : document.at("tests").as_array()) {
        SCOPED_TRACE(text_of(given, "description"));
        skewed_client client;
        const auto& operations = given.at("operations").as_array();
        client.start_with(seconds(operations.at(0).at("initialClientSkew").as_int64()));
        for (const auto& operation : operations)
            client.perform(operation);
        ++passed;
    }
    EXPECT_EQ(passed, 10);
}

}  // namespace
}  // namespace trainwatch::proto::retry_vectors_test
