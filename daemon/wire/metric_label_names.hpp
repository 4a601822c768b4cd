// Labels that people chose, as labels of a series: label_<name>.
//
// The names follow kube-state-metrics, so that queries written for its …_labels series carry over:
// what is no letter or digit becomes an underscore, words are split where the case changes, and
// names that become the same get _conflict1, _conflict2, … in the order of the original names.
#pragma once

#include "domain/alert.hpp"

namespace trainwatch::wire {

// Names with the prefix, and the values as they are.
domain::label_map labels_of_labels(const domain::label_map& chosen);

}  // namespace trainwatch::wire
