// The answers of the API as JSON text. What each member means: web/openapi.json.
//
// Members are snake_case and always there; what does not exist is null. Times are RFC 3339 in UTC
// with milliseconds, lengths of time are numbers of seconds and say so in their names. Pure
// functions of the view: whatever grows with time is told for `now`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/exposition.hpp"
#include "wire/job_query.hpp"

namespace trainwatch::wire {

// What the view does not know: AWS' own words, already without what is not to be shown.
struct shown_document {
    std::string text{};                   // a JSON object; empty when there is none
    std::string missing_because{};        // then
    std::optional<wall_time> observed{};  // when it was first received in this form
};

// What is kept of AWS' documents.
struct document_figures {
    std::size_t kept = 0;
    std::size_t bytes = 0;  // deflated
    std::size_t bytes_max = 0;
    std::uint64_t dropped = 0;
};

// `next`: the address of the next page; empty on the last one.
std::string render_jobs(
    const domain::view& view,
    const domain::watch_plan& plan,
    const job_page& page,
    std::string_view next
);

// Of a job that has been observed.
std::string render_job(
    const domain::view& view,
    const domain::watch_plan& plan,
    std::size_t slot,
    const domain::job_links& links,
    const shown_document& document,
    wall_time now
);

// The alerts at these places of the view.
std::string render_alerts(
    const domain::view& view,
    const std::vector<std::size_t>& places,
    std::size_t total,
    std::string_view next
);

std::string render_status(
    const domain::view& view,
    const domain::watch_plan& plan,
    const process_facts& process,
    const document_figures& documents,
    wall_time now
);

// "/api/v1/jobs/111122223333/eu-west-1/resnet-1"; empty for a job that was never observed.
std::string job_path(const domain::job_view& job);

}  // namespace trainwatch::wire
