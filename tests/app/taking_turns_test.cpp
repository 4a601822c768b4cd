#include "app/taking_turns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::taking_turns_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TakingTurns : public testing::Test {
protected:
    void ask(const std::string& by) {
        turns.ask(by, [this, by](const std::string& outcome) {
            answered.push_back(by + " got " + outcome);
        });
    }

    std::vector<std::vector<std::string>> begun;  // who each run is for
    std::vector<std::string> answered;
    taking_turns<std::string> turns{
        [this](const std::vector<std::string>& by) { begun.push_back(by); }};
};

TEST_F(TakingTurns, asker_gets_the_outcome) {
    turns.open();
    ask("a");
    EXPECT_THAT(begun, ElementsAre(ElementsAre("a")));
    EXPECT_THAT(answered, IsEmpty());
    turns.finish("1");
    EXPECT_THAT(answered, ElementsAre("a got 1"));
}

TEST_F(TakingTurns, who_asks_during_a_run_shares_the_next) {
    turns.open();
    ask("a");
    ask("b");
    ask("c");
    EXPECT_EQ(begun.size(), 1U);
    turns.finish("1");
    EXPECT_THAT(answered, ElementsAre("a got 1"));
    EXPECT_THAT(begun, ElementsAre(ElementsAre("a"), ElementsAre("b", "c")));
    turns.finish("2");
    EXPECT_THAT(answered, ElementsAre("a got 1", "b got 2", "c got 2"));
    EXPECT_EQ(begun.size(), 2U);
}

TEST_F(TakingTurns, nothing_begins_before_it_is_open) {
    ask("a");
    EXPECT_THAT(begun, IsEmpty());
    turns.open();
    EXPECT_THAT(begun, ElementsAre(ElementsAre("a")));
}

TEST_F(TakingTurns, who_asks_again_when_answered_belongs_to_the_next_run) {
    turns.open();
    turns.ask("a", [this](const std::string& outcome) {
        answered.push_back(outcome);
        ask("again");
    });
    turns.finish("1");
    EXPECT_THAT(answered, ElementsAre("1"));
    EXPECT_THAT(begun, ElementsAre(ElementsAre("a"), ElementsAre("again")));
}

TEST_F(TakingTurns, run_that_ends_while_it_begins_is_a_run) {
    taking_turns<std::string>* self = nullptr;
    taking_turns<std::string> quick{[&](const auto&) { self->finish("at once"); }};
    self = &quick;
    quick.open();
    quick.ask("a", [this](const std::string& outcome) { answered.push_back(outcome); });
    quick.ask("b", [this](const std::string& outcome) { answered.push_back(outcome); });
    EXPECT_THAT(answered, ElementsAre("at once", "at once"));
}

TEST_F(TakingTurns, after_its_close_everybody_hears_the_last_word) {
    turns.open();
    ask("a");
    ask("b");
    turns.close("stopping");
    EXPECT_THAT(answered, ElementsAre("a got stopping", "b got stopping"));
    ask("c");
    EXPECT_EQ(answered.back(), "c got stopping");
    EXPECT_TRUE(turns.is_closed());
    EXPECT_EQ(begun.size(), 1U);
}

}  // namespace
}  // namespace trainwatch::app::taking_turns_test
