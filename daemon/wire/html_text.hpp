// Text for HTML: escaping, and times as people say them. Knows no page.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"

namespace trainwatch::wire {

// For element content and quoted attribute values. Valid UTF-8 comes out, without control and
// without direction characters: hostile text can neither become markup nor reorder the page.
std::string html_escape(std::string_view text);

// "45 s", "12 min", "3 h 20 min", "5 d 3 h".
std::string spoken_duration(milliseconds value);
// <time datetime="…" title="…">12 min ago</time>, or "in 3 h 20 min".
std::string html_time(wall_time at, wall_time now);

}  // namespace trainwatch::wire
