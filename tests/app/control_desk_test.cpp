#include "app/control_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/daemon_question.hpp"
#include "tests/support/ledger_sample.hpp"

namespace trainwatch::app::control_desk_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

core::acknowledgement acknowledged(std::vector<std::string> ended) {
    core::acknowledgement done;
    done.job = "resnet";
    done.known = true;
    done.kept = true;
    done.ended = std::move(ended);
    return done;
}

TEST(Acknowledgement, names_the_alerts_that_ended) {
    const auto one = tell_acknowledgement(acknowledged({"A{}"}), 1);
    EXPECT_EQ(one, (wire::control_answer{true, {}, {}, "Acknowledged, 1 alert ended:\n  A{}\n"}));
    const auto two = tell_acknowledgement(acknowledged({"A{}", "B{}"}), 1);
    EXPECT_EQ(two.text, "Acknowledged, 2 alerts ended:\n  A{}\n  B{}\n");
}

TEST(Acknowledgement, with_nothing_to_end_is_no_failure) {
    const auto none = tell_acknowledgement(acknowledged({}), 1);
    EXPECT_TRUE(none.ok);
    EXPECT_EQ(none.text, "No alert about the end of \"resnet\" fires.\n");
}

// Each has a ledger of its own, and knows of no other's.
TEST(Acknowledgement, at_one_of_several_replicas_names_the_others) {
    const auto told = [](std::vector<std::string> ended) {
        return tell_acknowledgement(acknowledged(std::move(ended)), 3).text;
    };
    const std::string others =
        "This is one of 3 replicas: acknowledge it at the others too, or they go on telling it.\n";
    EXPECT_EQ(told({"A{}"}), "Acknowledged, 1 alert ended:\n  A{}\n" + others);
    EXPECT_EQ(told({}), "No alert about the end of \"resnet\" fires.\n" + others);
}

TEST(Acknowledgement, that_a_restart_would_forget_says_so) {
    auto done = acknowledged({"A{}"});
    done.kept = false;
    EXPECT_THAT(
        tell_acknowledgement(done, 1).warnings,
        ElementsAre(HasSubstr("cannot be written at present"))
    );
}

TEST(Acknowledgement, of_what_nobody_knows_fails) {
    core::acknowledgement unheard;
    unheard.job = "resnte";
    const auto told = tell_acknowledgement(unheard, 2);
    EXPECT_FALSE(told.ok);
    EXPECT_THAT(told.errors, ElementsAre(HasSubstr("no job \"resnte\" is known here")));
}

TEST(Acknowledgement, that_came_too_late_acknowledged_nothing) {
    EXPECT_THAT(
        tell_acknowledgement({}, 2).errors, ElementsAre(HasSubstr("nothing was acknowledged"))
    );
}

TEST(ExplainAnswer, has_the_text_of_the_rows) {
    const auto told = explain_rows(test_support::sample_batch(), "resnet", test_support::at(100));
    EXPECT_TRUE(told.ok);
    EXPECT_THAT(told.text, HasSubstr("resnet in account 111122223333, cn-north-1\n"));
}

TEST(ExplainAnswer, without_rows_says_how_long_they_are_kept) {
    const auto told = explain_rows(domain::ledger_batch{}, "resnet", {});
    EXPECT_FALSE(told.ok);
    EXPECT_THAT(told.errors, ElementsAre(HasSubstr("no job \"resnet\"")));
    EXPECT_THAT(told.errors, ElementsAre(HasSubstr("more than 90d ago is forgotten")));
    EXPECT_THAT(told.text, IsEmpty());
}

TEST(ExplainAnswer, without_a_ledger_names_the_cure) {
    failure why{.kind = error_class::not_found, .detail = "there is no ledger x"};
    why.cure = "give another";
    EXPECT_THAT(
        explain_rows(why, "resnet", {}).errors, ElementsAre("there is no ledger x; give another")
    );
}

TEST(ExplainAnswer, that_is_too_long_says_how_to_ask_for_less) {
    auto rows = test_support::sample_batch();
    rows.jobs[0].last.failure_reason = std::string(2U << 20U, 'x');
    EXPECT_THAT(
        explain_rows(rows, "resnet", {}).errors,
        ElementsAre(HasSubstr("ask for one job by its ARN"))
    );
}

TEST(DaemonAnswer, puts_text_and_problems_on_their_streams) {
    const wire::control_answer told{true, {}, {"careful\x1b[2J"}, "text\n"};
    const auto report = report_answer(wire::encode(told));
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(report.out, "text\n");
    EXPECT_THAT(report.problems, HasSubstr("warning: careful"));
    EXPECT_EQ(report.problems.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace trainwatch::app::control_desk_test
