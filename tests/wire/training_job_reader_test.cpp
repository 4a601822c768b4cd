#include "wire/training_job_reader.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::training_job_reader_test {
namespace {

namespace fs = std::filesystem;
using domain::unknown_value;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using unknowns = std::vector<unknown_value>;

unknowns unknown_in(std::string_view document) {
    training_job_answer answer;
    EXPECT_FALSE(read_training_job(document, answer)) << document;
    return answer.unknown;
}

TEST(training_job_reader, names_a_member_that_it_does_not_know_by_its_path) {
    EXPECT_THAT(
        unknown_in(R"({"ResourceConfig": {"InstanceGroups": [
            {"InstanceType": "ml.m5.large", "Color": {"InstanceType": [1, {"a": null}]}}]}})"),
        ElementsAre(unknown_value{"ResourceConfig.InstanceGroups.Color", ""})
    );
}

TEST(training_job_reader, names_a_value_that_its_enumeration_lacks_and_keeps_it) {
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(
        R"({"TrainingJobStatus": "Paused", "ProfilingStatus": "enabled"})", answer
    ));
    EXPECT_EQ(answer.job.training_job_status, "Paused");
    EXPECT_THAT(
        answer.unknown,
        ElementsAre(
            unknown_value{"ProfilingStatus", "enabled"},
            unknown_value{"TrainingJobStatus", "Paused"}
        )
    );
}

TEST(training_job_reader, tells_the_same_thing_once) {
    EXPECT_THAT(
        unknown_in(R"({"SecondaryStatusTransitions": [
            {"Status": "Napping", "StartTime": 1}, {"Status": "Napping", "StartTime": 2}]})"),
        ElementsAre(unknown_value{"SecondaryStatusTransitions.Status", "Napping"})
    );
}

TEST(training_job_reader, takes_null_for_absent_wherever_it_stands) {
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(
        R"({"TrainingJobName": null, "CreationTime": null, "EnableNetworkIsolation": null,
            "ResourceConfig": null, "InputDataConfig": null, "Environment": null,
            "HyperParameters": {"a": null, "b": "c"}, "BillableTimeInSeconds": null,
            "VpcConfig": {"Subnets": [null, "subnet-1"]},
            "SecondaryStatusTransitions": [null, {"EndTime": null}]})",
        answer
    ));
    EXPECT_THAT(answer.unknown, IsEmpty());
    EXPECT_EQ(answer.job.training_job_name, std::nullopt);
    EXPECT_EQ(answer.job.creation_time, std::nullopt);
    EXPECT_EQ(answer.job.enable_network_isolation, std::nullopt);
    EXPECT_FALSE(answer.job.resource_config.has_value());
    EXPECT_THAT(answer.job.hyper_parameters, ElementsAre(Pair("a", ""), Pair("b", "c")));
    EXPECT_THAT(answer.job.vpc_config->subnets, ElementsAre("subnet-1"));
    EXPECT_EQ(answer.job.secondary_status_transitions.size(), 1U);
}

TEST(training_job_reader, names_a_value_of_another_type_and_leaves_it_out) {
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(
        R"({"TrainingJobName": 7, "CreationTime": "now", "EnableNetworkIsolation": "yes",
            "ResourceConfig": [], "InputDataConfig": {}, "Environment": ["A=1"],
            "TrainingTimeInSeconds": true, "VpcConfig": {"Subnets": [5]},
            "HyperParameters": {"a": 5}, "TrainingEndTime": 1763890000123})",
        answer
    ));
    std::vector<std::string> members;
    for (const auto& found : answer.unknown) {
        members.push_back(found.member);
        EXPECT_EQ(found.value, "");
    }
    EXPECT_THAT(
        members,
        ElementsAre(
            "CreationTime",
            "EnableNetworkIsolation",
            "Environment",
            "HyperParameters",
            "InputDataConfig",
            "ResourceConfig",
            "TrainingEndTime",
            "TrainingJobName",
            "TrainingTimeInSeconds",
            "VpcConfig.Subnets"
        )
    );
    EXPECT_EQ(answer.job.training_job_name, std::nullopt);
    EXPECT_THAT(answer.job.environment, IsEmpty());
    EXPECT_FALSE(answer.job.resource_config.has_value());
}

TEST(training_job_reader, reads_times_to_the_millisecond_in_every_form) {
    constexpr auto expected = from_unix_milliseconds(1'763'890'000'123);
    for (const auto* const form : {"1763890000.123", "1.763890000123E9", "1763890000123e-3"}) {
        training_job_answer answer;
        ASSERT_FALSE(read_training_job(R"({"CreationTime": )" + std::string(form) + "}", answer));
        EXPECT_EQ(answer.job.creation_time, expected) << form;
    }
    training_job_answer whole;
    ASSERT_FALSE(read_training_job(R"({"CreationTime": 1763890000})", whole));
    EXPECT_EQ(whole.job.creation_time, from_unix_milliseconds(1'763'890'000'000));
}

TEST(training_job_reader, keeps_large_integers_exact_and_takes_decimal_ones) {
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(
        R"({"BillableTokenCount": 9223372036854775807, "BillableTimeInSeconds": 3.6E3,
            "TrainingTimeInSeconds": 1e300})",
        answer
    ));
    EXPECT_EQ(answer.job.billable_token_count, 9'223'372'036'854'775'807);
    EXPECT_EQ(answer.job.billable_time_in_seconds, 3600);
    EXPECT_EQ(answer.job.training_time_in_seconds, std::nullopt);
}

TEST(training_job_reader, keeps_texts_with_escapes_beside_the_document) {
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(
        R"({"FailureReason": "a\"b\\c\n\u20ac", "HyperParameters": {"k\t1": "v\t1", "k2": "v\/2"},
            "Failure\u0052eason": "again"})",
        answer
    ));
    EXPECT_EQ(answer.job.failure_reason, "again");
    EXPECT_THAT(answer.job.hyper_parameters, ElementsAre(Pair("k\t1", "v\t1"), Pair("k2", "v/2")));
    EXPECT_THAT(answer.unknown, IsEmpty());
}

TEST(training_job_reader, repairs_half_characters) {
    training_job_answer answer;
    ASSERT_FALSE(
        read_training_job(R"({"FailureReason": "\ud83d!", "TrainingJobName": "a"})", answer)
    );
    EXPECT_EQ(answer.job.failure_reason, "\xEF\xBF\xBD!");
    EXPECT_EQ(answer.job.training_job_name, "a");
}

TEST(training_job_reader, bounds_what_it_tells_of_a_hostile_answer) {
    std::string document = "{";
    for (int i = 0; i < 1000; ++i)
        document += "\"x" + std::to_string(i) + std::string(500, 'y') + "\": 1,";
    document += R"("ProfilingStatus": ")" + std::string(10'000, 'z') + "\"}";
    const auto found = unknown_in(document);
    EXPECT_EQ(found.size(), limits::unknown_values_max);
    for (const auto& each : found) {
        EXPECT_LE(each.member.size(), limits::unknown_value_bytes_max);
        EXPECT_LE(each.value.size(), limits::unknown_value_bytes_max);
    }
}

TEST(training_job_reader, refuses_what_is_no_object) {
    for (const auto* const document : {"", "[]", "null", "7", "{} {}", "{\"a\": 1", "<html>"}) {
        training_job_answer answer;
        EXPECT_TRUE(read_training_job(document, answer)) << document;
    }
    training_job_answer answer;
    EXPECT_TRUE(read_training_job(std::string(5000, '['), answer));
}

TEST(training_job_reader, fails_on_every_truncation_of_the_fullest_answer) {
    const auto whole = read_file(TRAINWATCH_TESTS_DIR "/vectors/describe_page/everything.json");
    const auto end = whole.find_last_of('}');
    for (std::size_t size = 0; size < end; ++size) {
        training_job_answer answer;
        ASSERT_TRUE(read_training_job(std::string_view(whole).substr(0, size), answer)) << size;
    }
}

// ---- answers that others published or composed
// ----------------------------------------------------

TEST(training_job_reader, knows_everything_in_the_corpus_but_what_is_meant_to_be_unknown) {
    const fs::path corpus = TRAINWATCH_SHARED_DIR "/corpus";
    if (!fs::exists(corpus)) GTEST_SKIP() << "the corpus is not here: " << corpus;
    std::size_t seen = 0;
    for (const auto* const folder : {"composed", "public"}) {
        for (const auto& entry : fs::directory_iterator(corpus / folder)) {
            const auto name = entry.path().filename().string();
            if (entry.path().extension() != ".json" || !std::isdigit(name.front())) continue;
            SCOPED_TRACE(name);
            const auto found = unknown_in(read_file(entry.path()));
            if (name.starts_with("24-OUT-OF-MODEL")) {
                EXPECT_GE(found.size(), 5U);
            } else {
                EXPECT_THAT(found, IsEmpty()) << (found.empty() ? "" : found.front().member);
            }
            ++seen;
        }
    }
    EXPECT_GE(seen, 20U);
}

}  // namespace
}  // namespace trainwatch::wire::training_job_reader_test
