// What several parts of the judge read from the labels of an alert.
#pragma once

#include <string>

#include "domain/alert.hpp"

namespace trainwatch::sim {

// Empty where there is no such label.
inline const std::string& label(const domain::label_map& labels, const char* name) {
    static const std::string none;
    const auto found = labels.find(name);
    return found == labels.end() ? none : found->second;
}

// It comes and goes with its condition: one identity may fire again.
inline bool is_of_watcher(const domain::label_map& labels) {
    return !labels.contains("training_job");
}

// One event at one endpoint.
inline std::string told_key(const std::string& url, const std::string& identity, bool firing) {
    return url + "/" + identity + (firing ? "/f" : "/r");
}

}  // namespace trainwatch::sim
