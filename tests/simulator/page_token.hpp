// NextToken: where the last page ended, sealed together with the query it belongs to.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trainwatch::simulator {

// A place in the order of a list. Of `time` and `status` the one that the list sorts by is set.
struct page_position {
    std::int64_t time = 0;
    std::string status{};
    std::string name{};

    auto operator<=>(const page_position&) const = default;
};

std::string write_page_token(const page_position& position, std::string_view binding);
// Nothing when the token was altered, or was made for another query.
std::optional<page_position> read_page_token(std::string_view token, std::string_view binding);

}  // namespace trainwatch::simulator
