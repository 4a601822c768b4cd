#include "app/version.hpp"

namespace trainwatch::app {

const char* const version = TRAINWATCH_VERSION;
const char* const revision = TRAINWATCH_REVISION;
const char* const compiler = TRAINWATCH_COMPILER;

}  // namespace trainwatch::app
