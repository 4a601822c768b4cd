// The disk under the ledger: what is durable, and what a batch in flight becomes.
//
// A batch that is confirmed is durable. A crash keeps the one in flight or loses it, whole or not
// at all, and so does an error: a write may have reached the disk and its confirmation not. A disk
// may be slow, full for hours, or found damaged at a start: then a new ledger is begun with what
// can be read of its alerts and deliveries, and nothing else is known but when it was written last.
#pragma once

#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/ledger.hpp"
#include "faults.hpp"
#include "ledger_model.hpp"

namespace trainwatch::sim {

class disk {
public:
    disk(std::uint64_t seed, const disk_faults& drawn) : random_(seed), faults_(drawn) {}

    // What will become of a batch, decided when it arrives.
    struct plan {
        mono_time done{};
        bool fails = false;
        bool is_trouble = false;  // it fails, or takes longer than anybody waits
    };
    plan begin(domain::ledger_batch batch, instant now);
    // The batch that arrived last is done: as planned.
    void finish();
    // The daemon dies.
    void lose_power();

    domain::ledger load(wall_time now);
    void fill(mono_time until) { full_until_ = until; }
    // The next start finds a file that cannot be trusted.
    void damage() { damaged_ = true; }
    void calm_down() { calm_ = true; }

    bool is_busy() const { return in_flight_.has_value(); }
    const ledger_model& durable() const { return durable_; }
    bool was_damaged() const { return lost_; }

private:
    struct flight {
        domain::ledger_batch batch{};
        bool lands = false;  // although the daemon may never hear of it
        bool confirmed = false;
        wall_time at{};  // by our clock, which dates the file
    };

    void land();
    void salvage();

    bool chance(double of) { return !calm_ && of > 0 && random_.unit() < of; }

    random_source random_;
    disk_faults faults_;
    ledger_model durable_{};
    std::optional<flight> in_flight_{};
    std::optional<mono_time> full_until_{};
    wall_time written_{};
    bool damaged_ = false;
    bool lost_ = false;
    bool calm_ = false;
};

}  // namespace trainwatch::sim
