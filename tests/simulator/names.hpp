// The form of SageMaker's resource names: [a-zA-Z0-9](-*[a-zA-Z0-9])*, so long at most.
#pragma once

#include <cstddef>
#include <string_view>

namespace trainwatch::simulator {

bool is_resource_name(std::string_view name, std::size_t longest = 63);

}  // namespace trainwatch::simulator
