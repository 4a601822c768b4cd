// How many jobs have failed for the same reason lately: forty alerts may have one cause.
//
// By the fingerprint of the FailureReason (core/failure_fingerprint). Pure; bounded.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "domain/alert.hpp"

namespace trainwatch::core {

class same_reasons {
public:
    struct others {
        std::size_t count = 0;
        wall_time since{};  // of the first of them
    };
    // A job has failed for it, as was told at `when`.
    void note(const std::string& fingerprint, wall_time when);
    // Of the one that was noted for `when`: who failed within a day before it, or has since.
    std::optional<others> others_than(const std::string& fingerprint, wall_time when) const;

private:
    std::map<std::string, std::deque<wall_time>> ends_{};
};

// Says it in the annotations, in place of what they say of others so far.
void tell_of_others(domain::label_map& annotations, const same_reasons::others& known);

}  // namespace trainwatch::core
