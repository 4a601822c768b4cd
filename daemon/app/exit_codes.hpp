// How a command ends, told to whoever started it.
#pragma once

namespace trainwatch::app {

inline constexpr int success = 0;
inline constexpr int could_not = 1;

}  // namespace trainwatch::app
