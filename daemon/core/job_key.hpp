// Which job, among all that ever had its name in one account and region.
#pragma once

#include <string>

#include "base/time.hpp"

namespace trainwatch::core {

// A name may be used again; its creation time tells the two apart.
struct job_key {
    wall_time created{};
    std::string name{};

    auto operator<=>(const job_key&) const = default;
};

}  // namespace trainwatch::core
