#include "core/urgency.hpp"

#include "base/limits.hpp"

namespace trainwatch::core {

urgency urgency_of(const domain::job_summary& told, wall_time now) {
    if (told.status.value == domain::primary_status::completed) return urgency::ended;
    if (domain::is_terminal(told.status.value)) return urgency::failed;
    return now - told.created < limits::fresh_job ? urgency::fresh : urgency::old;
}

}  // namespace trainwatch::core
