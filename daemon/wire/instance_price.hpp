// What an instance-hour costs, as people write it: in the configuration and on the command line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace trainwatch::wire {

// Why this is no instance type of SageMaker's; empty when it looks like one. Which there are is
// AWS' to say.
std::string instance_type_problem(std::string_view text);
// Likewise for the price of an hour.
std::string price_problem(double price);

// "ml.g5.xlarge=1.408" -> type and price; else what is wrong with it.
std::variant<std::pair<std::string, double>, std::string> parse_instance_price(std::string_view text
);

}  // namespace trainwatch::wire
