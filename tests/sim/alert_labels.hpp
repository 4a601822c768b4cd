// What several parts of the judge read from the labels of an alert.
#pragma once

#include <algorithm>
#include <string>

#include "domain/alert.hpp"
#include "domain/alert_choice.hpp"

namespace trainwatch::sim {

// Empty where there is no such label.
inline const std::string& label(const domain::label_map& labels, const char* name) {
    static const std::string none;
    const auto found = labels.find(name);
    return found == labels.end() ? none : found->second;
}

// Of a job, for as long as it holds.
inline bool is_condition(const domain::label_map& labels) {
    const auto& all = domain::condition_alerts;
    return std::find(all.begin(), all.end(), label(labels, "alertname")) != all.end();
}

// It is about something that goes on, of a job or of the daemon itself: one identity may fire
// again. All others are about the end of a job.
inline bool comes_and_goes(const domain::label_map& labels) {
    return !labels.contains("training_job") || is_condition(labels);
}

// One event at one endpoint.
inline std::string told_key(const std::string& url, const std::string& identity, bool firing) {
    return url + "/" + identity + (firing ? "/f" : "/r");
}

}  // namespace trainwatch::sim
