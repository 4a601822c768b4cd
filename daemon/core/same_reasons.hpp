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

namespace trainwatch::core {

class same_reasons {
public:
    struct others {
        std::size_t count = 0;
        wall_time since{};
    };
    // Of those before it; nothing when it is the first. It counts from now on.
    std::optional<others> note(const std::string& fingerprint, wall_time when);

private:
    std::map<std::string, std::deque<wall_time>> ends_{};
};

}  // namespace trainwatch::core
