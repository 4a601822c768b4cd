// Engines that follow each other over one disk: what one wrote is what the next one knows.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "tests/core/fleet.hpp"

namespace trainwatch::core {

using play_log = std::vector<std::pair<mono_time, action>>;

class ledger_test : public fleet_test {
protected:
    script& begin(const domain::settings& chosen = finds_all(), domain::ledger known = {}) {
        return begin_at(at(start_time), chosen, std::move(known));
    }
    // Another run, on clocks that go on.
    script& restart(const domain::settings& chosen = finds_all(), nanoseconds after = seconds(1)) {
        auto now = play().now();
        now.mono += after;
        now.wall += std::chrono::floor<milliseconds>(after);
        return begin_at(now, chosen, disk.load());
    }
    play_log run(nanoseconds time, const event& first = woke{}) {
        auto log = play().play(time, first);
        for (const auto& [when, asked] : log) {
            if (const auto* batch = std::get_if<commit>(&asked)) disk.add(*batch);
        }
        return log;
    }
    void completes(const std::string& name, milliseconds when) {
        aws.put(running(name).ends("Completed", "Completed", when), later(when));
    }
    bool has_row(const std::string& name) const {
        for (const auto& [key, row] : disk.jobs()) {
            if (key.identity.name == name) return true;
        }
        return false;
    }

    kept_ledger disk{};
    engine_bounds bounds{};

private:
    script& begin_at(instant now, const domain::settings& chosen, domain::ledger known) {
        play_.emplace(plan_of(chosen), std::move(known), now, 1, bounds);
        aws.serve(play());
        for (const auto& batch : only<commit>(play().opening()))
            disk.add(batch);
        counts = {};
        play().after_step = std::ref(counts);
        return play();
    }
};

}  // namespace trainwatch::core
