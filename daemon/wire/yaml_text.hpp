// Text as a YAML scalar that any parser reads as that very text.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// In single quotes, which people read best; with escapes where the text has control characters.
std::string yaml_text(std::string_view text);

}  // namespace trainwatch::wire
