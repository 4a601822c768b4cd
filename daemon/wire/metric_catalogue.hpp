// Every metric family of the daemon in one table: the exposition takes name, type and help from
// it, config/README.md is written from it, and tests hold all three together.
//
// Knows no values: what a family shows is the exposition's. A name that is not in the table does
// not compile.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "wire/metric_catalogue_daemon.hpp"
#include "wire/metric_catalogue_groups.hpp"
#include "wire/metric_catalogue_jobs.hpp"
#include "wire/metric_entry.hpp"

namespace trainwatch::wire {

// What names the job of a series.
inline constexpr std::string_view job_identity_labels = "training_job account_id aws_region";

template <std::size_t... Sizes>
constexpr auto joined_tables(const std::array<metric_entry, Sizes>&... tables) {
    std::array<metric_entry, (Sizes + ...)> all{};
    std::size_t size = 0;
    const auto append = [&](const auto& table) {
        for (const auto& entry : table)
            all[size++] = entry;
    };
    (append(tables), ...);
    return all;
}

// In the order of the documentation.
inline constexpr auto metric_catalogue = joined_tables(
    metrics_of_jobs,
    metrics_of_phases,
    metrics_of_results,
    metrics_of_details,
    metrics_of_fleet,
    metrics_of_daemon
);

// Declared only: a call to it ends the compilation.
void no_such_metric();

consteval const metric_entry& metric(std::string_view name) {
    for (const auto& entry : metric_catalogue) {
        if (entry.name == name) return entry;
    }
    no_such_metric();
    return metric_catalogue.front();
}

}  // namespace trainwatch::wire
