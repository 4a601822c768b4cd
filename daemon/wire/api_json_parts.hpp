// Pieces that several answers of the API share; for api_json*.cpp.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "domain/alert.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/json_writer.hpp"

namespace trainwatch::wire {

// How many alerts fire of each job, by a key of its identity.
class firing_alerts {
public:
    explicit firing_alerts(const domain::view& view);
    std::size_t of(const domain::job_view& job) const;

private:
    std::map<std::string, std::size_t> counts_{};
};

// By its identity labels: also of a name that was used again, only the present job's.
bool is_about(const domain::alert& alert, const domain::job_view& job);

// The members of a summary, into an object that is open.
void write_summary(
    json_writer& out,
    const domain::job_view& job,
    const domain::watch_plan& plan,
    const firing_alerts& firing
);
void write_instances(json_writer& out, const domain::observation& job);
void write_trouble(json_writer& out, const domain::job_view& job);
// A whole object.
void write_alert(json_writer& out, const domain::alert& alert);

}  // namespace trainwatch::wire
