// One label of an alert or of a counter's row, by name.
#pragma once

#include <string>

#include "domain/alert.hpp"

namespace trainwatch::core {

// Empty where there is no such label, which is the same to Prometheus.
inline std::string label_of(const domain::label_map& labels, const std::string& name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

}  // namespace trainwatch::core
