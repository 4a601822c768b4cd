#include "wire/instance_price.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
domain::price_map read_prices(settings_reader& reader, const yaml_value& where) {
    domain::price_map prices;
    const auto entries = reader.entries(
        where, "instance types and prices of an hour, such as {ml.p4d.24xlarge: 37.688}"
    );
    for (const auto& [type, value] : entries) {
        if (auto problem = instance_type_problem(type.text); !problem.empty()) {
            reader.fail(type.where, std::move(problem));
            continue;
        }
        const auto price = reader.number(value, "37.688");
        if (!price) continue;
        if (auto problem = price_problem(*price); !problem.empty()) {
            reader.fail(value, std::move(problem));
            continue;
        }
        prices.emplace(type.text, *price);
    }
    return prices;
}

}  // namespace trainwatch::wire
