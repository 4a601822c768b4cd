#include "wire/training_job_list.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/hostile_input.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::training_job_list_test {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::SizeIs;

const std::string arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/";

wall_time at(std::int64_t unix_ms) {
    return from_unix_milliseconds(unix_ms);
}

std::string vector_text(const std::string& name) {
    return read_file(TRAINWATCH_TESTS_DIR "/vectors/list/" + name + ".json");
}

// With the identity that every usable entry has.
std::string entry(const std::string& name, const std::string& more = "") {
    return R"({"TrainingJobName":")" + name + R"(","TrainingJobArn":")" + arn + name +
        R"(","CreationTime":1763890000.123,"TrainingJobStatus":"InProgress")" + more + "}";
}

std::string page(const std::string& entries, const std::string& more = "") {
    return R"({"TrainingJobSummaries":[)" + entries + "]" + more + "}";
}

domain::job_page read(const std::string& body) {
    const auto read = decode_list_training_jobs(body);
    EXPECT_TRUE(read) << body << "\n" << (read ? "" : read.error().detail);
    return read ? *read : domain::job_page{};
}

std::vector<std::string> names_of(const domain::job_page& page) {
    std::vector<std::string> names;
    for (const auto& job : page.jobs)
        names.push_back(job.name);
    return names;
}

// ---- answers -----------------------------------------------------------------------------------

TEST(list_answer, tells_everything_that_a_summary_has) {
    const auto seen = read(vector_text("page"));
    EXPECT_EQ(seen.next_token, "bmV4dA==");
    EXPECT_EQ(seen.unreadable, 0U);
    ASSERT_THAT(seen.jobs, SizeIs(3));
    const domain::job_summary spot{
        .name = "bert-spot",
        .arn = arn + "bert-spot",
        .account_id = "111122223333",
        .region = "eu-west-1",
        .partition = "aws",
        .created = at(1'763'890'000'123),
        .ended = {},
        .modified = at(1'763'891'965'723),
        .status = domain::parse_primary("InProgress"),
        .secondary = domain::parse_secondary("Interrupted"),
        .warm_pool_status = ""};
    EXPECT_EQ(seen.jobs[0], spot);
    EXPECT_EQ(seen.jobs[1].status.text, "Failed");
    EXPECT_EQ(seen.jobs[1].ended, at(1'763'890'542'573));
    EXPECT_EQ(seen.jobs[2].warm_pool_status, "Available");
}

TEST(list_answer, may_be_empty_and_not_the_last) {
    const auto seen = read(page("", R"(,"NextToken":"more")"));
    EXPECT_THAT(seen.jobs, IsEmpty());
    EXPECT_EQ(seen.next_token, "more");
    EXPECT_EQ(read(page("")).next_token, "");
    EXPECT_EQ(read(page("", R"(,"NextToken":null)")).next_token, "");
}

TEST(list_answer, of_old_days_has_no_secondary_status) {
    const auto seen = read(page(entry("a")));
    ASSERT_THAT(seen.jobs, SizeIs(1));
    EXPECT_EQ(seen.jobs[0].secondary.text, "");
    EXPECT_EQ(seen.jobs[0].modified, std::nullopt);
}

TEST(list_answer, keeps_a_status_that_it_does_not_know) {
    const auto seen = read(page(
        R"({"TrainingJobName":"a","TrainingJobArn":")" + arn +
        R"(a","CreationTime":1,"TrainingJobStatus":"Paused","SecondaryStatus":"Napping"})"
    ));
    ASSERT_THAT(seen.jobs, SizeIs(1));
    EXPECT_EQ(seen.jobs[0].status.text, "Paused");
    EXPECT_EQ(seen.jobs[0].status.value, domain::primary_status::unknown);
    EXPECT_EQ(seen.jobs[0].secondary.text, "Napping");
}

TEST(list_answer, counts_an_entry_that_has_no_identity_and_reads_the_others) {
    const std::vector<std::string> all{
        "{}",
        "null",
        "7",
        R"("a")",
        "[]",
        R"({"TrainingJobArn":")" + arn + R"(a","CreationTime":1})",
        R"({"TrainingJobName":"a","CreationTime":1})",
        R"({"TrainingJobName":"a","TrainingJobArn":")" + arn + R"(a"})",
        R"({"TrainingJobName":null,"TrainingJobArn":")" + arn + R"(a","CreationTime":1})",
        R"({"TrainingJobName":"a","TrainingJobArn":")" + arn + R"(a","CreationTime":"1"})",
        R"({"TrainingJobName":"a","TrainingJobArn":")" + arn + R"(a","CreationTime":-1})",
        R"({"TrainingJobName":"a\nb","TrainingJobArn":")" + arn + R"(a","CreationTime":1})",
        R"({"TrainingJobName":"a","TrainingJobArn":"a","CreationTime":1})",
        R"({"TrainingJobName":"a","CreationTime":1,"TrainingJobArn":)"
        R"("arn:aws:sagemaker:eu-west-1:111122223333:processing-job/a"})"};
    for (const auto& broken : all) {
        const auto seen = read(page(entry("before") + "," + broken + "," + entry("after")));
        EXPECT_THAT(names_of(seen), testing::ElementsAre("before", "after")) << broken;
        EXPECT_EQ(seen.unreadable, 1U) << broken;
    }
}

TEST(list_answer, skips_what_it_does_not_know_and_nulls) {
    const auto seen = read(
        R"({"Tomorrow":{"TrainingJobSummaries":[{}]},"TrainingJobSummaries":[)" +
        entry(
            "a",
            R"(,"Color":[{"TrainingJobName":"b"}],"TrainingEndTime":null,"WarmPoolStatus":null)"
            R"(,"SecondaryStatus":null,"LastModifiedTime":null)"
        ) +
        R"(],"Other":null})"
    );
    EXPECT_THAT(names_of(seen), testing::ElementsAre("a"));
    EXPECT_EQ(seen.jobs[0].ended, std::nullopt);
    EXPECT_EQ(seen.unreadable, 0U);
}

TEST(list_answer, has_times_to_the_millisecond_in_every_form) {
    for (const std::string form : {"1763890000.123", "1.763890000123E9", "1763890000123e-3"}) {
        const auto seen = read(page(
            R"({"TrainingJobName":"a","TrainingJobArn":")" + arn + R"(a","CreationTime":)" + form +
            R"(,"LastModifiedTime":)" + form + "}"
        ));
        ASSERT_THAT(seen.jobs, SizeIs(1)) << form;
        EXPECT_EQ(seen.jobs[0].created, at(1'763'890'000'123)) << form;
        EXPECT_EQ(seen.jobs[0].modified, at(1'763'890'000'123)) << form;
    }
}

TEST(list_answer, names_the_places_of_any_partition) {
    const auto seen =
        read(page(R"({"TrainingJobName":"a","CreationTime":1,"TrainingJobArn":)"
                  R"("arn:aws-us-gov:sagemaker:us-gov-west-1:444455556666:training-job/a"})"));
    ASSERT_THAT(seen.jobs, SizeIs(1));
    EXPECT_EQ(seen.jobs[0].partition, "aws-us-gov");
    EXPECT_EQ(seen.jobs[0].region, "us-gov-west-1");
    EXPECT_EQ(seen.jobs[0].account_id, "444455556666");
}

// "{}" of a proxy that was taken for the last page of an empty account would make jobs go missing.
TEST(list_answer, without_a_list_is_malformed) {
    for (const std::string body :
         {"",
          "null",
          "[]",
          "{}",
          R"({"NextToken":"a"})",
          R"({"TrainingJobSummaries":null})",
          R"({"TrainingJobSummaries":{}})",
          R"({"TrainingJobSummaries":"none"})",
          "<html>sign in</html>"}) {
        const auto read = decode_list_training_jobs(body);
        ASSERT_FALSE(read) << body;
        EXPECT_EQ(read.error().kind, error_class::malformed) << body;
    }
    EXPECT_FALSE(decode_list_training_jobs(std::string(2U << 20U, ' ')));
    EXPECT_FALSE(decode_list_training_jobs(R"({"TrainingJobSummaries":)" + std::string(9000, '[')));
}

TEST(list_answer, that_is_repaired_is_not_read_twice) {
    // Half a character makes the reader begin again.
    const auto seen = read(page(
        entry("a") + "," + entry("b", R"(,"SecondaryStatus":"\ud83d")") + ",null,3",
        R"(,"NextToken":"t")"
    ));
    EXPECT_THAT(names_of(seen), testing::ElementsAre("a", "b"));
    EXPECT_EQ(seen.unreadable, 2U);
}

TEST(list_answer, fails_on_every_truncation) {
    auto whole = vector_text("page");
    whole.erase(whole.find_last_of('}') + 1);
    ASSERT_TRUE(decode_list_training_jobs(whole));
    expect_truncations_fail(whole, {}, decode_list_training_jobs);
}

TEST(list_answer, with_wrong_bytes_gives_usable_jobs_or_fails) {
    const auto whole = page(entry("a", R"(,"SecondaryStatus":"Training")"), R"(,"NextToken":"t")");
    std::size_t read_all = 0;
    for (std::size_t place = 0; place < whole.size(); ++place) {
        for (const char byte : std::string_view(
                 "\0\"\\{}[],:/\n\xFF"
                 "9e-",
                 15
             )) {
            auto changed = whole;
            changed[place] = byte;
            const auto seen = decode_list_training_jobs(changed);
            if (!seen) continue;
            ++read_all;
            EXPECT_LE(seen->jobs.size() + seen->unreadable, 1U) << changed;
            for (const auto& job : seen->jobs) {
                EXPECT_FALSE(job.name.empty()) << changed;
                EXPECT_EQ(job.account_id.size(), 12U) << changed;
            }
        }
    }
    EXPECT_GT(read_all, whole.size());
}

TEST(list_answer, of_a_hundred_jobs_is_read) {
    std::string entries;
    for (int i = 0; i < 100; ++i)
        entries += (i > 0 ? "," : "") + entry("job-" + std::to_string(i));
    const auto seen = read(page(entries));
    ASSERT_THAT(seen.jobs, SizeIs(100));
    EXPECT_EQ(seen.jobs[99].name, "job-99");
}

TEST(list_answer, of_another_status_is_a_failure_with_its_class) {
    const auto refused = read_list_training_jobs(
        {.status = 400,
         .headers = {{"x-amzn-RequestId", "id-1"}},
         .body = R"({"__type":"ValidationException","message":"The NextToken is invalid"})"}
    );
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, error_class::rejected);
    const auto throttled = read_list_training_jobs(
        {.status = 400, .body = R"({"__type":"ThrottlingException","message":"Rate exceeded"})"}
    );
    EXPECT_EQ(throttled.error().kind, error_class::throttled);
    const auto useless = read_list_training_jobs(
        {.status = 200, .headers = {{"x-amzn-RequestId", "id-2"}}, .body = "{}"}
    );
    EXPECT_EQ(useless.error().request_id, "id-2");
}

TEST(list_answer, of_the_corpus_is_read) {
    const fs::path folder = TRAINWATCH_SHARED_DIR "/corpus";
    if (!fs::exists(folder)) GTEST_SKIP() << "the corpus is not here: " << folder;
    const auto text = [&](const char* name) { return read_file((folder / name).string()); };
    EXPECT_THAT(read(text("composed/lists/02-page.json")).jobs, SizeIs(4));
    EXPECT_THAT(
        read(text("composed/lists/03-last-page-no-token-no-secondary-status.json")).next_token,
        IsEmpty()
    );
    const auto empty = read(text("public/lists/01-empty-page-with-token.json"));
    EXPECT_THAT(empty.jobs, IsEmpty());
    EXPECT_THAT(empty.next_token, testing::StartsWith("cIws2Qh"));
}

// ---- requests ----------------------------------------------------------------------------------

std::string asked(const domain::list_query& query) {
    return encode_list_training_jobs("h", query).body;
}

TEST(list_request, is_awsjson_with_its_target) {
    const http_request expected{
        .method = "POST",
        .target = "/",
        .headers =
            {{"Host", "api.sagemaker.eu-west-1.amazonaws.com"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "SageMaker.ListTrainingJobs"}},
        .body = R"({"MaxResults":100,"SortBy":"CreationTime","SortOrder":"Descending"})"};
    EXPECT_EQ(encode_list_training_jobs("api.sagemaker.eu-west-1.amazonaws.com", {}), expected);
}

TEST(list_request, has_bounds_as_seconds_to_the_millisecond) {
    EXPECT_EQ(
        asked({.created_after = at(1'763'890'000'007), .created_before = at(1'763'890'001'000)}),
        R"({"MaxResults":100,"SortBy":"CreationTime","SortOrder":"Descending",)"
        R"("CreationTimeAfter":1763890000.007,"CreationTimeBefore":1763890001.000})"
    );
    EXPECT_THAT(asked({.created_after = at(0)}), testing::HasSubstr(":0.000}"));
    EXPECT_THAT(asked({.created_after = at(-1'500)}), testing::HasSubstr(":-1.500}"));
}

TEST(list_request, hands_the_token_back_as_it_came) {
    EXPECT_EQ(
        asked({.token = "a/+=\"\\\n"}),
        R"({"MaxResults":100,"SortBy":"CreationTime","SortOrder":"Descending",)"
        R"("NextToken":"a/+=\"\\\n"})"
    );
}

}  // namespace
}  // namespace trainwatch::wire::training_job_list_test
