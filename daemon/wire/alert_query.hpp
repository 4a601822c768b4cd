// Which alerts a request of the API asks for: read from its parameters, and applied.
//
// The view has them in the order of their identity; a page goes on after the last one of the page
// before, whatever fired or ended meanwhile.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/view.hpp"
#include "wire/query_parameters.hpp"

namespace trainwatch::wire {

struct alert_query {
    // A label, or `state`, with the values that pass.
    std::vector<std::pair<std::string_view, std::vector<std::string>>> filters{};
    std::size_t limit = 0;
    std::string after{};  // an identity; empty: from the first
};

std::vector<std::string_view> alert_query_parameters();
// Reports what is wrong to `parameters`; the query is of use only when nothing is.
alert_query read_alert_query(query_parameters& parameters);

struct alert_page {
    std::vector<std::size_t> places{};  // in view.alerts
    std::size_t total = 0;
    std::string next{};  // the cursor of the next page; empty on the last one
};

alert_page select_alerts(const domain::view& view, const alert_query& query);

}  // namespace trainwatch::wire
