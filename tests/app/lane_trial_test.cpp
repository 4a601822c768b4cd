#include "app/lane_trial.hpp"

#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::lane_trial_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const domain::credential_facts keys{"instance metadata", "111122223333", {}};

io::describe_answer answered(
    result<domain::observation> outcome, milliseconds offset = milliseconds(0)
) {
    return {std::move(outcome), milliseconds(84), offset, {}};
}

domain::observation seen(const std::string& name = "resnet") {
    domain::observation job;
    job.name = name;
    job.arn = "arn:" + name;
    job.account_id = "444455556666";
    return job;
}

failure failed(error_class kind, const std::string& code, const std::string& detail) {
    failure why;
    why.kind = kind;
    why.remote_code = code;
    why.detail = detail;
    return why;
}

class LaneTrial : public testing::Test {
protected:
    LaneTrial() {
        plan.lanes = {{"research", "eu-west-1", {}}};
        page({});
    }

    void watch(const std::string& job) { plan.targets.push_back({lane_id{0}, job, "named"}); }
    void discover(domain::job_filter match) {
        plan.lanes[0].lists = true;
        plan.discovery.push_back({"found", {lane_id{0}}, std::move(match), {}});
    }
    void page(const std::vector<std::string>& names) {
        domain::job_page page;
        for (const auto& name : names)
            page.jobs.push_back({.name = name, .arn = "arn:" + name, .account_id = "777788889999"});
        listed = {page, milliseconds(20), milliseconds(0)};
    }

    // Asks everything that the trial wants asked; what that was is in `asked`.
    std::string run(const domain::credential_facts& with = keys) {
        const core::claims claims(plan);
        lane_trial trial(plan, claims, lane_id{0});
        for (;;) {
            const auto step = trial.next();
            if (const auto* describe = std::get_if<lane_trial::describe>(&step)) {
                asked.push_back("describe " + describe->job);
                trial.take(described);
            } else if (std::holds_alternative<lane_trial::list>(step)) {
                asked.emplace_back("list");
                trial.take(listed);
            } else if (const auto* tags = std::get_if<lane_trial::read_tags>(&step)) {
                asked.push_back("tags " + tags->arn);
                trial.take(tagged);
            } else {
                is_well = trial.is_well();
                return trial.told(with);
            }
        }
    }

    std::string told_of(result<domain::observation> outcome, milliseconds offset) {
        plan.targets.clear();
        watch("resnet");
        described = answered(std::move(outcome), offset);
        return run();
    }

    domain::watch_plan plan{};
    io::describe_answer described = answered(seen());
    io::list_answer listed{};
    io::tags_answer tagged{domain::label_map{}, milliseconds(20), milliseconds(0)};
    std::vector<std::string> asked{};
    bool is_well = false;
};

// ---- what is said ------------------------------------------------------------------------------

TEST_F(LaneTrial, of_a_good_connection_says_whose_keys_and_how_far) {
    EXPECT_EQ(
        told_of(seen(), milliseconds(300)),
        "connection research, eu-west-1: ok, keys from instance metadata, account 444455556666, "
        "84 ms, clock right"
    );
    EXPECT_THAT(told_of(seen(), milliseconds(4'200)), HasSubstr("clock 4s behind"));
    EXPECT_THAT(
        told_of(seen(), -milliseconds(65'000)),
        HasSubstr("clock 1m5s ahead, set this machine's clock")
    );
    EXPECT_THAT(told_of(seen(), milliseconds(60'000)), Not(HasSubstr("set this machine's clock")));
}

TEST_F(LaneTrial, of_keys_past_their_end_says_that_they_are) {
    auto old = keys;
    old.is_extended = true;
    watch("resnet");
    EXPECT_THAT(run(old), HasSubstr("keys from instance metadata (expired, extended), account"));
}

// That AWS does not know the job proves all that was to be proved.
TEST_F(LaneTrial, takes_an_unknown_job_for_an_answer) {
    const auto why = failed(error_class::not_found, "ValidationException", "not found");
    EXPECT_EQ(
        told_of(why, milliseconds(0)),
        "connection research, eu-west-1: ok, keys from instance metadata, account 111122223333, "
        "84 ms, clock right; there is no job resnet (yet), or the keys are of another account"
    );
    EXPECT_TRUE(is_well);
}

TEST_F(LaneTrial, of_a_bad_connection_says_what_to_do) {
    auto why = failed(error_class::denied, "ExpiredToken", "ExpiredToken: \x1b[31mover");
    why.cure = "sign in again";
    const auto text = told_of(why, milliseconds(0));
    EXPECT_FALSE(is_well);
    EXPECT_THAT(text, HasSubstr("connection research, eu-west-1: FAILED: ExpiredToken: "));
    EXPECT_THAT(text, HasSubstr("over: sign in again"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

// ---- what is asked -----------------------------------------------------------------------------

TEST_F(LaneTrial, of_named_jobs_describes_one_and_lists_nothing) {
    watch("resnet");
    watch("bert");
    run();
    EXPECT_TRUE(is_well);
    EXPECT_THAT(asked, ElementsAre("describe resnet"));
}

TEST_F(LaneTrial, of_many_named_jobs_lists_too) {
    watch("resnet");
    plan.lanes[0].lists = true;
    EXPECT_THAT(run(), HasSubstr("clock right, lists jobs"));
    EXPECT_THAT(asked, ElementsAre("describe resnet", "list"));
}

TEST_F(LaneTrial, of_rules_alone_describes_the_newest_job_that_one_may_take) {
    discover({.name = {"vision-*"}});
    page({"other", "vision-2", "vision-1"});
    described = answered(seen("vision-2"));
    const auto text = run();
    EXPECT_TRUE(is_well);
    EXPECT_THAT(asked, ElementsAre("list", "describe vision-2"));
    EXPECT_EQ(
        text,
        "connection research, eu-west-1: ok, keys from instance metadata, account 444455556666, "
        "84 ms, clock right, lists jobs"
    );
}

TEST_F(LaneTrial, of_rules_that_take_nothing_yet_is_well) {
    discover({.name = {"vision-*"}});
    page({"other"});
    const auto text = run();
    EXPECT_TRUE(is_well);
    EXPECT_THAT(asked, ElementsAre("list"));
    EXPECT_EQ(
        text,
        "connection research, eu-west-1: ok, keys from instance metadata, account 777788889999, "
        "20 ms, clock right, lists jobs; no job there to describe yet"
    );
}

TEST_F(LaneTrial, of_a_list_by_tags_reads_those_of_a_job_that_may_be_its) {
    watch("resnet");
    discover({.name = {"vision-*"}, .tags = {{"team", "v*"}}});
    page({"other", "vision-2"});
    EXPECT_THAT(run(), HasSubstr("lists jobs, reads tags"));
    EXPECT_THAT(asked, ElementsAre("describe resnet", "list", "tags arn:vision-2"));
}

TEST_F(LaneTrial, of_tags_that_follow_on_details_are_read_after_them) {
    discover({.tags = {{"team", "v*"}}, .experiment = {"a"}});
    page({"vision-2"});
    auto job = seen("vision-2");
    job.experiment = "a";
    described = answered(job);
    run();
    EXPECT_THAT(asked, ElementsAre("list", "describe vision-2", "tags arn:vision-2"));
}

TEST_F(LaneTrial, of_labels_from_tags_reads_them) {
    plan.lists["named"].labels_from_tags = {{"owner", "Owner"}};
    plan.lanes[0].lists = true;
    watch("resnet");
    run();
    EXPECT_THAT(asked, ElementsAre("describe resnet", "list", "tags arn:resnet"));
}

// Without a list there is nothing that would read them later, and yet they are labels.
TEST_F(LaneTrial, of_labels_from_tags_of_a_lane_that_never_lists_reads_them) {
    plan.lists["named"].labels_from_tags = {{"owner", "Owner"}};
    watch("resnet");
    run();
    EXPECT_THAT(asked, ElementsAre("describe resnet", "tags arn:resnet"));
}

TEST_F(LaneTrial, of_missing_permissions_are_all_told_at_once) {
    watch("resnet");
    discover({});
    described = answered(failed(error_class::denied, "AccessDeniedException", "no describe"));
    listed.outcome = failed(error_class::denied, "AccessDeniedException", "no list");
    const auto text = run();
    EXPECT_FALSE(is_well);
    EXPECT_THAT(text, HasSubstr("FAILED: no describe; and no list"));
}

TEST_F(LaneTrial, of_denied_tags_are_told) {
    discover({.tags = {{"team", "v*"}}});
    page({"vision-2"});
    tagged.outcome = failed(error_class::denied, "AccessDeniedException", "no tags");
    const auto text = run();
    EXPECT_FALSE(is_well);
    EXPECT_THAT(text, HasSubstr("FAILED: no tags"));
}

TEST(LaneTrialFailure, is_a_sentence_or_a_word_and_what_to_do) {
    const auto told = [](const char* detail) {
        return told_of_failure({.detail = detail, .cure = "check the keys"});
    };
    EXPECT_EQ(told("no keys"), "FAILED: no keys: check the keys");
    EXPECT_EQ(told("The token is invalid."), "FAILED: The token is invalid: check the keys");
}

TEST_F(LaneTrial, of_bad_keys_are_not_tried_again) {
    watch("resnet");
    discover({});
    described = answered(failed(error_class::denied, "ExpiredTokenException", "old keys"));
    const auto text = run();
    EXPECT_THAT(asked, ElementsAre("describe resnet"));
    EXPECT_THAT(text, HasSubstr("FAILED: old keys"));
}

TEST_F(LaneTrial, of_a_job_that_is_deleted_meanwhile_is_no_trouble) {
    discover({.tags = {{"team", "v*"}}});
    page({"vision-2"});
    described = answered(failed(error_class::not_found, "ValidationException", "gone"));
    tagged.outcome = described.outcome.error();
    run();
    EXPECT_TRUE(is_well);
}

}  // namespace
}  // namespace trainwatch::app::lane_trial_test
