// All addresses of a name, by this machine's name service.
//
// Blocks for as long as that takes, which /etc/resolv.conf bounds (ten seconds are usual): for
// io/worker, and for commands that have nothing else to do.
#pragma once

#include <string>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::io {

// Sorted, each once; an address is its own. `transient`, with a cure, where there is none.
result<std::vector<std::string>> look_up_addresses(const std::string& name);

}  // namespace trainwatch::io
