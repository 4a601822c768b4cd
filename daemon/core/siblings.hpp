// How long jobs of one kind have run, by what their names have in common: the same script, started
// again and again, gets a new date, number or hash each time.
//
// Only jobs that completed count: what was cut off says nothing about how long it would have taken.
// Pure; bounded, and what is forgotten costs an info alert.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/time.hpp"
#include "domain/observation.hpp"

namespace trainwatch::core {

// "resnet-nightly-2026-11-23-09-26-40-123" -> "resnet-nightly"; of a tuning job's children
// ("hpo-42-007-5f3a9c1b") what remains is the tuning job's own family, "hpo".
std::string family_of(std::string_view job_name);

class siblings {
public:
    // It has completed.
    void ran(const domain::observation& job);
    // The longest of its family; nothing when none is known.
    std::optional<seconds> longest(const domain::observation& job) const;

private:
    using family = std::tuple<std::string, std::string, std::string>;  // account, region, name
    std::map<family, seconds> longest_{};
};

}  // namespace trainwatch::core
