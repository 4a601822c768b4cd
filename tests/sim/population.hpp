// The jobs of one world: some from before we came, some while we watch, in several accounts and
// regions, under names that lists give or discover.
#pragma once

#include <string>
#include <vector>

#include "aws.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "faults.hpp"

namespace trainwatch::sim {

struct population_settings {
    std::size_t jobs = 20;
    wall_time began{};
    milliseconds arrivals{};  // jobs are created until so long after that
    bool discovers = false;
    bool shares_an_account = false;  // some names are of a second connection's
};

// Adds the places and jobs; gives the names that lists may name.
std::vector<std::string> populate(
    aws& account, const population_settings& wanted, const faults& drawn, random_source& random
);

// A job that gets the name of one that was deleted.
true_job successor_of(const true_job& before, wall_time created, random_source& random);

}  // namespace trainwatch::sim
