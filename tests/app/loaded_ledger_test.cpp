#include "app/loaded_ledger.hpp"

#include <gmock/gmock.h>

namespace trainwatch::app::loaded_ledger_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const failure locked{.kind = error_class::transient, .detail = "ledger: locked"};

TEST(LoadedLedger, one_that_can_be_read_is_handed_on) {
    domain::ledger sound;
    sound.first_start = false;
    sound.rows.last_complete_sweep = from_unix_milliseconds(1);
    EXPECT_EQ(ledger_for_engine(sound, from_unix_milliseconds(2)), sound);
}

TEST(LoadedLedger, one_that_cannot_is_looked_back_over_from_when_it_was_written) {
    const auto written = from_unix_milliseconds(2'000);
    const auto known = ledger_for_engine(locked, written);
    ASSERT_TRUE(known.damaged);
    EXPECT_EQ(known.damaged->detail, locked.detail);
    EXPECT_EQ(known.rows.last_complete_sweep, written);
    EXPECT_TRUE(known.rows.alerts.empty());
}

TEST(LoadedLedger, one_that_cannot_is_not_told_as_damaged) {
    core::note said{core::note_level::warning, "ledger_damaged", {{"effect", "it is gone"}}};
    tell_as_unreadable(said);
    EXPECT_EQ(said.name, "ledger_unreadable");
    EXPECT_THAT(said.fields, Contains(Pair("effect", HasSubstr("stays as it is"))));
    core::note other{core::note_level::info, "first_start", {{"effect", "another"}}};
    tell_as_unreadable(other);
    EXPECT_EQ(other.name, "first_start");
    EXPECT_THAT(other.fields, Contains(Pair("effect", "another")));
}

}  // namespace
}  // namespace trainwatch::app::loaded_ledger_test
