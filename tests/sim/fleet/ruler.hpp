// What a watcher knew when, held against what was true: how long each change took to be seen, how
// long each job went unseen, and whether anything was lost.
//
// It is told what a picture shows; it never asks the watcher's own opinion of how fresh it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "workload.hpp"

namespace trainwatch::sim {

// Seconds; percentiles of what was told.
class lags {
public:
    void add(milliseconds lag) { told_.push_back(static_cast<float>(lag.count()) / 1000); }
    void add_all(const lags& other) {
        told_.insert(told_.end(), other.told_.begin(), other.told_.end());
    }
    std::size_t count() const { return told_.size(); }
    // Nothing told: 0.
    double percentile(double share) const;
    double max() const { return percentile(1); }

private:
    mutable std::vector<float> told_{};
};

struct measured_lags {
    lags all{};              // every transition, and each change of the primary status on its own
    lags terminal{};         // Failed and MaxRuntimeExceeded
    lags deadline{};         // MaxRuntimeExceeded
    lags detail{};           // until a describe's transitions hold it
    lags terminal_detail{};  // the same of terminal ones, with why
    lags terminal_detail_after{};  // from when the view held it
    lags hidden{};                 // what a list does not tell
    lags oldest{};                 // of each job, the longest that it went unseen
    lags oldest_tight{};  // likewise of those with the tight bound, which oldest leaves out
    // Of changes within `special`: what happened in a storm.
    lags special_terminal{};

    void add_all(const measured_lags& other);
};

struct ruler_settings {
    wall_time from{};  // changes from here …
    wall_time to{};    // … to here count
    std::optional<wall_time> special_from{};
    std::optional<wall_time> special_to{};
    std::string tight_names{};  // a regular expression; empty: none
};

class ruler {
public:
    ruler(const workload& fleet, const ruler_settings& chosen);

    // From now on the picture holds this.
    void holds(std::size_t job, const progress& shown, wall_time now);
    // …and a describe's: so many transitions, and verdicts of rules. `explained`: with why it
    // ended.
    void details(
        std::size_t job,
        std::size_t transitions,
        std::size_t verdicts,
        bool explained,
        wall_time now
    );
    // An answer arrived that shows how the job was at `sampled`.
    void observed(std::size_t job, wall_time sampled);

    const measured_lags& lag() const { return lag_; }
    // Jobs that ran at or after the beginning and were never shown, changes never seen, though
    // there was time until `settled`.
    std::vector<std::string> losses(wall_time settled) const;
    std::size_t found() const;
    // For jobs that are live at the end, which nobody observed any more.
    void finish(wall_time now);

private:
    struct known {
        progress held{};
        int detailed = -1;
        int verdicts = 0;
        bool explained = false;
        std::optional<wall_time> limit_known{};  // a describe told when training began
        std::optional<wall_time> end_held{};
        std::optional<wall_time> sampled{};
        milliseconds longest{-1};
    };

    bool counts(wall_time at) const { return chosen_.from <= at && at < chosen_.to; }
    void end_held(std::size_t job, wall_time ended, wall_time now);
    void unseen(std::size_t job, wall_time until);

    const workload& fleet_;
    ruler_settings chosen_;
    std::vector<known> jobs_;
    std::vector<bool> tight_;
    measured_lags lag_{};
};

// Whether its end calls for an alert.
bool is_alarming(fate end);

}  // namespace trainwatch::sim
