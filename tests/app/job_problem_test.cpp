#include "app/job_problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::job_problem_test {
namespace {

using testing::HasSubstr;

const wire::wanted_job by_name{"resnet", "eu-west-1", ""};
const wire::wanted_job by_arn{"resnet", "eu-west-1", "111122223333"};

domain::job_view seen() {
    domain::job_view job;
    job.last.emplace().account_id = "111122223333";
    return job;
}

domain::job_view in_trouble(
    error_class kind, const std::string& detail, domain::job_view job = {}
) {
    job.trouble = kind;
    job.trouble_detail = detail;
    return job;
}

search all_tried() {
    search tried;
    tried.first_pass_complete = true;
    return tried;
}

TEST(JobProblem, is_none_while_there_is_hope) {
    EXPECT_EQ(problem_of(by_name, {}, {}), "");
    EXPECT_EQ(problem_of(by_name, seen(), all_tried()), "");
    EXPECT_EQ(problem_of(by_name, in_trouble(error_class::transient, "x"), {}), "");
    EXPECT_EQ(problem_of(by_name, in_trouble(error_class::throttled, "x"), all_tried()), "");
}

TEST(JobProblem, of_an_unknown_name_waits_for_the_patience_of_who_asks) {
    domain::job_view job;
    job.missing = true;
    search tried;
    tried.unknown_patience = seconds(4);
    tried.since_start = seconds(3);
    EXPECT_EQ(problem_of(by_name, job, tried), "");
    tried.since_start = seconds(4);
    EXPECT_THAT(
        problem_of(by_name, job, tried), HasSubstr("no training job \"resnet\" in eu-west-1")
    );
    EXPECT_THAT(problem_of(by_name, job, tried), HasSubstr("--region"));
    EXPECT_THAT(problem_of(by_arn, job, tried), HasSubstr("the ARN is of account 111122223333"));
}

TEST(JobProblem, of_several_unknown_names_names_them_all) {
    const auto text = explain_unknown({by_name, {"other", "us-east-1", ""}});
    EXPECT_THAT(text, HasSubstr("\"resnet\" in eu-west-1, \"other\" in us-east-1: check"));
    EXPECT_THAT(explain_unknown({by_arn}), HasSubstr("the ARN is of account"));
    const std::vector<wire::wanted_job> many(23, by_name);
    EXPECT_THAT(explain_unknown(many), HasSubstr(" and 3 more: "));
}

TEST(JobProblem, of_another_accounts_arn_says_whose_answer_came) {
    auto job = seen();
    job.last->account_id = "999922223333";
    const auto text = problem_of(by_arn, job, {});
    EXPECT_THAT(text, HasSubstr("the ARN is of account 111122223333"));
    EXPECT_THAT(text, HasSubstr("these keys are of account 999922223333"));
    EXPECT_EQ(problem_of(by_name, job, {}), "");
}

TEST(JobProblem, of_a_refusal_comes_at_once_even_for_a_job_that_was_seen) {
    auto denied = in_trouble(error_class::denied, "AccessDeniedException: not you.", seen());
    denied.trouble_cure = "allow it";
    EXPECT_EQ(
        problem_of(by_name, denied, {}),
        "\"resnet\" in eu-west-1: AccessDeniedException: not you: allow it"
    );
    EXPECT_NE(problem_of(by_name, in_trouble(error_class::rejected, "x"), {}), "");
}

TEST(JobProblem, of_an_outage_is_one_only_before_the_job_was_seen) {
    const auto outage = in_trouble(error_class::transient, "connecting to x:443: refused");
    EXPECT_THAT(problem_of(by_name, outage, all_tried()), HasSubstr("connecting to x:443"));
    const auto later = in_trouble(error_class::transient, "connecting to x:443: refused", seen());
    EXPECT_EQ(problem_of(by_name, later, all_tried()), "");
}

TEST(JobProblem, of_throttling_takes_half_a_minute) {
    const auto throttled = in_trouble(error_class::throttled, "ThrottlingException: Rate exceeded");
    search tried;
    tried.since_start = seconds(29);
    EXPECT_EQ(problem_of(by_name, throttled, tried), "");
    tried.since_start = seconds(30);
    EXPECT_THAT(problem_of(by_name, throttled, tried), HasSubstr("Rate exceeded"));
}

TEST(JobProblem, of_a_deleted_job_is_one_once_it_is_believed) {
    auto job = seen();
    job.missing = true;
    EXPECT_EQ(problem_of(by_name, job, {}), "");
    search tried;
    tried.is_gone = true;
    EXPECT_THAT(problem_of(by_name, job, tried), HasSubstr("deleted before its end was seen"));
    job.ending = domain::ending{domain::outcome::completed, domain::failure_class::none};
    EXPECT_EQ(problem_of(by_name, job, tried), "");
}

TEST(JobProblem, of_a_refusal_without_a_cure_is_not_worth_another_try) {
    EXPECT_EQ(
        problem_of(by_name, in_trouble(error_class::denied, "HTTP 403"), {}),
        "\"resnet\" in eu-west-1: HTTP 403: check the keys, the role and its policies"
    );
}

TEST(Trouble, is_told_with_its_cure) {
    using kind = error_class;
    EXPECT_EQ(explain_trouble(kind::transient, "HTTP 503.", "wait"), "HTTP 503: wait");
    EXPECT_EQ(explain_trouble(kind::denied, "HTTP 403", "allow it"), "HTTP 403: allow it");
    EXPECT_EQ(
        explain_trouble(
            kind::denied, "certificate of x is not trusted: self (issuer y); set ca_bundle", "z"
        ),
        "certificate of x is not trusted: self (issuer y): z"
    );
}

TEST(Trouble, that_nobody_knows_a_cure_for_is_worth_another_try) {
    EXPECT_EQ(explain_trouble(error_class::transient, "HTTP 503", ""), "HTTP 503: try again");
    EXPECT_EQ(explain_trouble(error_class::transient, "", ""), "no answer: try again");
}

}  // namespace
}  // namespace trainwatch::app::job_problem_test
