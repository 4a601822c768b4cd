#include "wire/alert_query.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"

namespace trainwatch::wire {
namespace {

// Each is a label of that name, but for `state`.
constexpr std::array<std::string_view, 8> filters{
    "state",
    "alertname",
    "severity",
    "training_job",
    "account_id",
    "aws_region",
    "watch_list",
    "failure_class"};
constexpr std::array<std::string_view, 2> states{"firing", "resolved"};
constexpr std::array<std::string_view, 4> severities{"critical", "warning", "info", "none"};

std::string_view value_of(const domain::alert& alert, std::string_view filter) {
    if (filter == "state") {
        return alert.state == domain::alert_state::firing ? "firing" : "resolved";
    }
    const auto at = alert.labels.find(std::string(filter));
    return at == alert.labels.end() ? std::string_view() : std::string_view(at->second);
}

bool passes(const domain::alert& alert, const alert_query& query) {
    return std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& wanted) {
        const auto value = value_of(alert, wanted.first);
        return std::find(wanted.second.begin(), wanted.second.end(), value) != wanted.second.end();
    });
}

}  // namespace

std::vector<std::string_view> alert_query_parameters() {
    std::vector<std::string_view> names(filters.begin(), filters.end());
    names.emplace_back("limit");
    names.emplace_back("cursor");
    return names;
}

alert_query read_alert_query(query_parameters& parameters) {
    alert_query query;
    for (const auto filter : filters) {
        auto values = parameters.all(filter);
        if (values.empty()) continue;
        if (filter == "state") parameters.only(filter, values, states);
        if (filter == "severity") parameters.only(filter, values, severities);
        query.filters.emplace_back(filter, std::move(values));
    }
    query.limit = parameters.count("limit", limits::api_page_default, limits::api_page_max);
    query.after = parameters.one("cursor").value_or("");
    return query;
}

alert_page select_alerts(const domain::view& view, const alert_query& query) {
    alert_page page;
    std::string last;
    bool more = false;
    for (std::size_t place = 0; place < view.alerts.size(); ++place) {
        const auto& alert = view.alerts[place];
        if (!passes(alert, query)) continue;
        ++page.total;
        auto identity = domain::identity(alert.labels);
        if (identity <= query.after) continue;
        if (page.places.size() < query.limit) {
            page.places.push_back(place);
            last = std::move(identity);
        } else {
            more = true;
        }
    }
    if (more) page.next = std::move(last);
    return page;
}

}  // namespace trainwatch::wire
