// Whose tags are to be read next in one lane: the most urgent of those that may be asked about now,
// and of these the one that has waited longest. One in limits::calm_share goes to the least urgent,
// so that nobody waits for ever. A slot stands in it once.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/urgency.hpp"

namespace trainwatch::core {

class tag_queue {
public:
    bool empty() const { return places_.empty(); }
    std::size_t size() const { return places_.size(); }

    // Not to be asked about before `due`. One that waits already keeps its time and changes its
    // line.
    void put(std::size_t slot, urgency how, mono_time due);
    void erase(std::size_t slot);
    // The first few of those that are due after the one time and before the other are due now.
    void hasten(std::size_t most, mono_time after, mono_time before, mono_time now);
    // The next one leaves the queue; nothing while nobody is due.
    std::optional<std::size_t> take(mono_time now);
    // Of those that are due; nothing while nobody is.
    std::optional<urgency> most_urgent(mono_time now) const;
    // When take() will have something; nothing while nobody waits.
    std::optional<mono_time> next_due() const;
    // All of them leave, in the order of their numbers.
    std::vector<std::size_t> take_all();

private:
    struct place {
        urgency how{};
        mono_time due{};
    };
    using line = std::set<std::pair<mono_time, std::size_t>>;

    line& line_of(urgency how) { return lines_[static_cast<std::size_t>(how)]; }

    std::map<std::size_t, place> places_{};  // by slot
    std::array<line, urgencies.size()> lines_{};
    unsigned taken_ = 0;
};

}  // namespace trainwatch::core
