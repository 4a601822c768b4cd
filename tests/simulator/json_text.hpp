// JSON as SageMaker writes it: numbers in plain decimals, members in the order they were put in.
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "base/time.hpp"

namespace trainwatch::simulator {

// Boost writes 1763890000.123 as 1.763890000123E9; the answers here carry plain decimals.
std::string json_text(const boost::json::value& value);
// Epoch seconds with up to three decimals.
boost::json::value json_time(wall_time value);

}  // namespace trainwatch::simulator
