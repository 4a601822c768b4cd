#include "app/plan_text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace trainwatch::app {

std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, ",");
    return digits;
}

std::string rounded(milliseconds time) {
    using namespace std::chrono;
    if (time < seconds(10)) {
        const auto tenths =
            std::max((time + milliseconds(50)) / milliseconds(100), std::int64_t{1});
        return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
    }
    const milliseconds unit = time < minutes(10) ? milliseconds(seconds(1)) : minutes(1);
    return format_duration((time + unit / 2) / unit * unit);
}

std::string plain(double rate) {
    auto text = std::to_string(std::round(rate * 1000) / 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string right(std::string_view text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + std::string(text);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace trainwatch::app
