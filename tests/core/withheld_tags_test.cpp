// Jobs whose tags are refused one by one: whom to ask about again.
#include "core/withheld_tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"
#include "tests/core/fleet.hpp"

namespace trainwatch::core::withheld_tags_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class tags_withheld : public testing::Test {
protected:
    std::vector<std::string> due(mono_time when) {
        std::vector<std::string> all;
        while (const auto next = known.take_due(when))
            all.push_back(next->told.name);
        return all;
    }
    withheld_tags known{};
    const mono_time now = mono(seconds(10'000));
};

TEST_F(tags_withheld, few_of_them_are_asked_about_where_there_is_reason_to_hope) {
    for (const auto* name : {"a", "b", "c"})
        known.put(summary_of(running(name)), now, now);
    known.hasten_some(2, now, now);
    EXPECT_THAT(due(now), IsEmpty()) << "they have just been refused";
    known.hasten_some(2, now + seconds(1), now);
    EXPECT_THAT(due(now), ElementsAre("a", "b"));
}

TEST_F(tags_withheld, one_that_is_asked_about_sooner_keeps_its_pace) {
    known.put(summary_of(running("a")), now, now);
    known.hasten_some(1, mono_time::max(), now);
    EXPECT_THAT(due(now), ElementsAre("a"));
    EXPECT_EQ(known.next_due(), now + limits::tags_retry);
}

}  // namespace
}  // namespace trainwatch::core::withheld_tags_test
