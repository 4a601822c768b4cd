// One matcher as Alertmanager writes it, in filters of its API and in its configuration.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// name="value", the value quoted as Go quotes.
std::string matcher_text(std::string_view name, std::string_view value);

}  // namespace trainwatch::wire
