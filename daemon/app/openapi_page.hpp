// daemon/web/openapi.json, which describes the API, as it was when this program was built.
#pragma once

#include <string_view>

namespace trainwatch::app {

extern const std::string_view openapi_page;

}  // namespace trainwatch::app
