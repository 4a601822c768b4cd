#include "core/rules.hpp"

#include <algorithm>
#include <utility>

namespace trainwatch::core {

bool is_terminal_alert(const domain::alert& alert) {
    const auto name = alert.labels.find("alertname");
    const auto& ends = domain::end_alerts;
    return name != alert.labels.end() &&
        std::find(ends.begin(), ends.end(), name->second) != ends.end();
}

std::vector<domain::alert_row> alerts_for(
    const domain::job_view& job,
    const std::vector<domain::finding>& findings,
    wall_time now,
    const domain::label_map& configured,
    const domain::alert_choices& choices
) {
    std::vector<domain::alert_row> alerts;
    for (const auto& finding : findings) {
        const auto* end = std::get_if<domain::job_ended>(&finding);
        if (!end || end->seen == domain::seen_as::old) continue;
        auto alert = alert_of_end(job, *end, now, choices);
        if (!alert) continue;
        alert->alert.labels.insert(configured.begin(), configured.end());
        alerts.push_back(std::move(*alert));
    }
    return alerts;
}

}  // namespace trainwatch::core
