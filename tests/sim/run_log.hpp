// What a run did, as one number: two runs that did the same have the same, and printed line by line
// on request. Reads the fields themselves, because making text of each action would be half of the
// time of a run.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "core/action.hpp"

namespace trainwatch::sim {

class run_log {
public:
    explicit run_log(bool prints) : prints_(prints) {}

    void add(const core::action& action, mono_time now);
    void add(std::string_view event, mono_time now);
    std::uint64_t digest() const { return digest_; }

private:
    void mix(std::uint64_t value);
    void mix(std::string_view text);
    void mix(wall_time at) { mix(static_cast<std::uint64_t>(unix_milliseconds(at))); }
    void mix(const domain::label_map& labels);
    void mix(const core::describe& what);
    void mix(const core::list_jobs& what);
    void mix(const core::read_tags& what);
    void mix(const core::commit& what);
    void mix(const core::deliver& what);
    void mix(const core::read_back& what);
    void mix(const core::note& what);
    void mix(const core::acknowledgement& what);
    void mix(const core::stop& what);

    bool prints_;
    std::uint64_t digest_ = 0xcbf29ce484222325U;
};

}  // namespace trainwatch::sim
