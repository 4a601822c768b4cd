#include "core/failure_reason.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "wire/sagemaker.hpp"

namespace trainwatch::core::failure_reason_test {
namespace {

using domain::failure_class;

struct published_reason {
    std::string value;
    std::string source;
    std::string text;
};

std::string with_line_ends(std::string text) {
    for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 1)) {
        text.replace(at, 2, "\n");
    }
    return text;
}

std::vector<published_reason> published_reasons() {
    std::ifstream in(std::filesystem::path(TRAINWATCH_TESTS_DIR) / "vectors/failure_reasons.tsv");
    std::vector<published_reason> reasons;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const auto first = line.find('\t');
        const auto second = line.find('\t', first + 1);
        if (second == std::string::npos) {
            ADD_FAILURE() << "not three fields: " << line;
            continue;
        }
        reasons.push_back(
            {line.substr(0, first),
             line.substr(first + 1, second - first - 1),
             with_line_ends(line.substr(second + 1))}
        );
    }
    return reasons;
}

TEST(failure_reason, as_people_published_it_gets_the_class_that_a_person_gave_it) {
    const failure_classifier reasons;
    std::set<std::string> classes;
    const auto published = published_reasons();
    for (const auto& each : published) {
        EXPECT_EQ(to_string(reasons.classify(each.text)), each.value)
            << each.source << ": " << each.text;
        classes.insert(each.value);
    }
    EXPECT_GE(published.size(), 70U);
    // Nobody published one about spot capacity.
    EXPECT_EQ(classes.size(), domain::failed_classes.size() - 1);
}

TEST(failure_reason, is_told_by_its_cause_before_the_word_it_begins_with) {
    const failure_classifier reasons;
    const std::pair<const char*, failure_class> cases[] = {
        {"AlgorithmError", failure_class::algorithm},
        {"ClientError", failure_class::client},
        {"\n CapacityError: Unable to provision", failure_class::capacity},
        {"ClientError: Data download failed:NoSuchKey (404): The specified key does not exist",
         failure_class::data},
        {"ClientError: Data download failed:AccessDenied (403): Access Denied",
         failure_class::permission},
        {"ClientError: Data download failed:KMS.DisabledException (400): the key is disabled",
         failure_class::permission},
        {"clienterror: CANNOT PULL ALGORITHM CONTAINER", failure_class::image},
        {"AlgorithmError: ExecuteUserScriptError:\nErrorMessage \"RuntimeError: CUDA out of "
         "memory.",
         failure_class::out_of_memory},
        {"AlgorithmError: torch.cuda.OutOfMemoryError: ran out", failure_class::out_of_memory},
        {"AlgorithmError: numpy.core._exceptions._ArrayMemoryError: Unable to allocate",
         failure_class::out_of_memory},
        {"AlgorithmError: the root cause\n  exitcode  : -9 (pid: 57)",
         failure_class::out_of_memory},
        {"AlgorithmError: RuntimeError: DataLoader worker (pid 77) is killed by signal: Killed. ",
         failure_class::out_of_memory},
        {"AlgorithmError: An error occurred (AccessDenied) when calling the GetObject operation",
         failure_class::permission},
        {"AlgorithmError: An error occurred (NoSuchKey) when calling the GetObject operation",
         failure_class::data},
        {"ClientError: insufficient spot capacity for ml.p4d.24xlarge", failure_class::spot},
        {"Internal Error", failure_class::unknown},
        {"InternalServerError", failure_class::internal_server},
        {"InternalFailure", failure_class::internal_server},
        {"", failure_class::unknown},
        {" \n\t ", failure_class::unknown},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(to_string(reasons.classify(text)), to_string(expected)) << text;
    }
}

// What stands in a traceback was written by the user's code, or quotes somebody's data.
// Frameworks colour what they print, in the middle of a sentence.
TEST(failure_reason, is_told_whatever_colours_it_has) {
    EXPECT_EQ(
        failure_classifier().classify("AlgorithmError: \x1b[31mCUDA out of\x1b[0m memory\x1b[1;33m."
        ),
        domain::failure_class::out_of_memory
    );
}

TEST(failure_reason, of_a_job_that_waited_too_long_is_a_timeout) {
    const failure_classifier classifier;
    EXPECT_EQ(
        classifier.classify("The job exceeded MaxPendingTimeInSeconds"), failure_class::timeout
    );
    EXPECT_EQ(
        classifier.classify("AlgorithmError: the script exceeded MaxRuntime of its own"),
        failure_class::algorithm
    );
}

TEST(failure_reason, of_a_script_is_not_told_by_words_that_any_script_may_say) {
    const failure_classifier reasons;
    for (const auto* text :
         {"AlgorithmError: ExecuteUserScriptError: NCCL watchdog: collective operation timeout",
          "AlgorithmError: requests.exceptions.ReadTimeout: HTTPSConnectionPool: timed out",
          "AlgorithmError: ValueError: Data download failed, see the log",
          "AlgorithmError: RuntimeError: max_runtime exceeded by the scheduler of my own",
          "AlgorithmError: ValueError: MaxRuntime exceeded",
          "AlgorithmError: KeyError: 'AccessDenied'",
          "AlgorithmError: AssertionError: 403 Forbidden words in the corpus",
          "AlgorithmError: FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/x'",
          "AlgorithmError: PIL.UnidentifiedImageError: training image x.png not found",
          "AlgorithmError: ValueError: spot instance segmentation needs masks",
          "AlgorithmError: ValueError: capacity of the buffer: not enough capacity for 5 items",
          "AlgorithmError: MemoryErrors=0",
          "AlgorithmError: Exit Code: 1370",
          "AlgorithmError: Exit Code: 139",
          "AlgorithmError: the model did not converge, out of memory bank 7"}) {
        EXPECT_EQ(to_string(reasons.classify(text)), "algorithm") << text;
    }
}

TEST(failure_rule, of_the_user_comes_first_and_in_its_order) {
    const std::vector<domain::failure_rule> own{
        {"NCCL .* timed? ?out", failure_class::internal_server},
        {"cuda", failure_class::capacity},
        {"CUDA out", failure_class::image},
        {"^$", failure_class::image}};
    const failure_classifier reasons(own);
    EXPECT_EQ(
        reasons.classify("AlgorithmError: NCCL operation 7 TIMEOUT"), failure_class::internal_server
    );
    EXPECT_EQ(reasons.classify("AlgorithmError: CUDA out of memory"), failure_class::capacity);
    EXPECT_EQ(reasons.classify("ClientError: no"), failure_class::client);
    // Nothing was said: no rule knows more.
    EXPECT_EQ(reasons.classify(""), failure_class::unknown);
}

TEST(failure_rule, that_is_no_pattern_matches_nothing) {
    const std::vector<domain::failure_rule> own{
        {"(", failure_class::spot},
        {"(((a{1,100}){1,100}){1,100}){1,100}", failure_class::spot},
        {"b", failure_class::image}};
    const failure_classifier reasons(own);
    EXPECT_EQ(reasons.classify("a ("), failure_class::unknown);
    EXPECT_EQ(reasons.classify("b"), failure_class::image);
}

// Forms that make a backtracking matcher run for years.
TEST(failure_reason, that_is_hostile_costs_no_more_than_its_length) {
    const std::vector<domain::failure_rule> own{
        {"(a+)+b$", failure_class::spot}, {"(x|xx)*y.*z", failure_class::spot}};
    const failure_classifier reasons(own);
    const auto many = [](std::string_view piece) {
        std::string text = "AlgorithmError: ";
        while (text.size() < (1U << 20U))
            text += piece;
        return text + "!";
    };
    for (const auto* piece : {"a", "xx", "exit code : ", "Cannot find the ", "\xFF\x00", "\x1b["}) {
        EXPECT_EQ(reasons.classify(many(piece)), failure_class::algorithm);
    }
    // What lies beyond the bound is not read.
    std::string late(limits::failure_reason_bytes_max, '.');
    late += "CUDA out of memory";
    EXPECT_EQ(reasons.classify(late), failure_class::unknown);
}

// The reasons of the shared answers, where they are at hand.
TEST(failure_reason, of_the_shared_answers_is_classified) {
    const std::map<std::string, failure_class> expected{
        {"10-failed-long-failure-reason.json", failure_class::out_of_memory},
        {"14-failed-before-start-capacity.json", failure_class::capacity}};
    const auto folder = std::filesystem::path(TRAINWATCH_SHARED_DIR) / "corpus/composed";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no shared answers here";
    const failure_classifier reasons;
    for (const auto& [name, value] : expected) {
        std::ifstream in(folder / name, std::ios::binary);
        const std::string body{std::istreambuf_iterator<char>(in), {}};
        const std::string member = "\"TrainingJobName\"";
        const auto open = body.find('"', body.find(member) + member.size());
        const auto job = body.substr(open + 1, body.find('"', open + 1) - open - 1);
        const auto seen = wire::decode_describe_training_job(body, job);
        ASSERT_TRUE(seen.has_value()) << name;
        EXPECT_EQ(to_string(reasons.classify(seen->failure_reason)), to_string(value)) << name;
    }
}

}  // namespace
}  // namespace trainwatch::core::failure_reason_test
