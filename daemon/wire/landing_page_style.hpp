// The style sheet of the page at / (web/landing_page.css), compiled in. Private to wire/.
#pragma once

#include <string_view>

namespace trainwatch::wire {

extern const std::string_view landing_page_style;

}  // namespace trainwatch::wire
