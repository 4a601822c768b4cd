// One matcher as Alertmanager writes it, in filters of its API and in its configuration.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace trainwatch::wire {

// name="value", the value quoted as Go quotes.
std::string matcher_text(std::string_view name, std::string_view value);
// Any of these values: name=~"one|other" where there are several. Never empty.
std::string matcher_text(std::string_view name, const std::set<std::string>& values);

}  // namespace trainwatch::wire
