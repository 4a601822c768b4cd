// The region of the machine, as EC2 tells it: for a configuration, an environment and profiles
// that name none. Waits for at most a second or so, and asks nobody where the service is switched
// off (AWS_EC2_METADATA_DISABLED).
#pragma once

#include <string>

#include "app/environment.hpp"
#include "base/failure.hpp"

namespace trainwatch::app {

// Why not, with the cure, when the service was asked in vain; empty when it is switched off.
result<std::string> ask_instance_region(const aws_files& files);

}  // namespace trainwatch::app
