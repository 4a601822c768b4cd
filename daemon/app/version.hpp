// What this build is. The values come from CMake (daemon/CMakeLists.txt).
#pragma once

namespace trainwatch::app {

extern const char* const version;   // "0.1.0"
extern const char* const revision;  // short commit hash, or "unknown" outside a checkout
extern const char* const compiler;  // "gcc 12.2.0"

}  // namespace trainwatch::app
