// A receiver that was away comes back: it hears of everything at once, of each alert what is true
// by now, and of nothing in between.
#include <array>
#include <cstdio>
#include <map>
#include <set>

#include "core/engine.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_backlog_test {
namespace {

using domain::alert_state;
using testing::Each;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

std::vector<std::string> numbered(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "job-%05zu", i);
        names.emplace_back(name.data());
    }
    return names;
}

// What was told: of each job how often that it fires, and how often that it is over.
struct told_states {
    std::map<std::string, std::size_t> firing{};
    std::map<std::string, std::size_t> over{};
    std::size_t parcels = 0;
    std::set<mono_time> times{};
};

told_states told_in(const std::vector<std::pair<mono_time, action>>& log) {
    told_states told;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel) continue;
        ++told.parcels;
        told.times.insert(when);
        for (const auto& alert : parcel->alerts) {
            auto& of = alert.state == alert_state::firing ? told.firing : told.over;
            ++of[alert.labels.at("training_job")];
        }
    }
    return told;
}

// An Alertmanager that is away until it `is_there`.
struct away_and_back {
    explicit away_and_back(const std::vector<std::string>& names) : play(quick_plan(names)) {
        play.receiver = [this](const deliver&) -> result<domain::receipt> {
            if (!is_there) return failed(error_class::transient);
            return domain::receipt{};
        };
    }

    script play;
    bool is_there = false;
};

TEST(backlog, of_ten_thousand_alerts_leaves_at_once) {
    constexpr std::size_t count = 10'000;
    const auto names = numbered(count);
    away_and_back world(names);
    world.play.aws = [](const describe& asked) {
        return running(asked.name).fails(hours(2)).seen();
    };
    world.play.play(minutes(10));
    ASSERT_THAT(world.play.view().alerts, SizeIs(count));
    EXPECT_EQ(world.play.view().receivers.at("main").unconfirmed, count);
    // Somebody has looked at some of them meanwhile.
    std::set<std::string> seen;
    for (std::size_t i = 0; i < count; i += 100) {
        seen.insert(names[i]);
        world.play.play(seconds(0), acknowledged{names[i]});
    }
    world.is_there = true;
    // The next try is a minute away at most, and no alert is due again before another one is over.
    const auto first = told_in(world.play.play(limits::resend_interval));
    EXPECT_THAT(first.firing, Each(Pair(testing::_, 1U)));
    EXPECT_EQ(first.firing.size(), count - seen.size());
    EXPECT_EQ(world.play.view().receivers.at("main").unconfirmed, 0U);
    // Full batches, one after the other without a pause.
    EXPECT_LE(first.parcels, count / limits::alerts_per_batch + 3);
    EXPECT_LE(first.times.size(), 2U);
    for (const auto& name : seen)
        EXPECT_FALSE(first.firing.contains(name)) << name;
    EXPECT_THAT(
        first.over,
        Each(Pair(testing::Truly([&](const auto& name) { return seen.contains(name); }), 1U))
    );
}

TEST(backlog, of_what_came_and_went_is_told_as_it_is_by_now) {
    const auto names = numbered(40);
    away_and_back world(names);
    bool is_found = true;
    world.play.aws = [&](const describe& asked) {
        // Of half of the jobs the issue is there in the end.
        const bool stays = asked.name < "job-00020";
        const bool holds = is_found || (world.is_there && stays);
        return running(asked.name)
            .but([&](auto& seen) {
                const auto* const status = holds ? "IssuesFound" : "NoIssuesFound";
                seen.rules.push_back({domain::rule_kind::debugger, "Overfit", status, "", {}});
            })
            .seen();
    };
    std::size_t flaps = 0;
    for (int i = 0; i < 10; ++i) {
        is_found = i % 2 == 0;
        const auto log = world.play.play(minutes(5));
        for (const auto& [when, asked] : log) {
            const auto* line = std::get_if<note>(&asked);
            if (line && line->name == "alert_fired") ++flaps;
        }
    }
    ASSERT_GE(flaps, 5 * names.size());
    world.is_there = true;
    const auto told = told_in(world.play.play(limits::resend_interval - seconds(1)));
    for (const auto& name : names) {
        const bool stays = name < "job-00020";
        EXPECT_EQ(told.firing.contains(name), stays) << name;
        EXPECT_LE(told.over.contains(name) ? told.over.at(name) : 0U, 1U) << name;
    }
    EXPECT_THAT(told.firing, Each(Pair(testing::_, 1U)));
}

}  // namespace
}  // namespace trainwatch::core::engine_backlog_test
