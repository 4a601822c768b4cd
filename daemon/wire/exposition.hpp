// The view as Prometheus text (format 0.0.4), serialized by prometheus-cpp.
//
// A projection: no registry, no gauge is ever "set", so metrics cannot disagree with the view.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "base/time.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::wire {

// Facts about this process that the engine does not know; app/ gathers them for each scrape.
struct process_facts {
    std::string version{};
    std::string revision{};
    std::string compiler{};
    double start_time_seconds = 0;
    double cpu_seconds = 0;
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_fds = 0;
    double max_fds = 0;
    bool config_loaded = true;
    double config_loaded_at_seconds = 0;
    std::map<std::string, bool> watch_list_files{};  // by path: in force as it is now
    // AWS' answers that app/ keeps beside the view.
    double documents = 0;
    double document_bytes = 0;
    double document_bytes_max = 0;
    double documents_dropped = 0;
};

// Times are exported as Unix time, never as ages: nothing changes between two polls.
std::string render_metrics(
    const domain::view& view, const domain::watch_plan& plan, const process_facts& process
);

inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace trainwatch::wire
