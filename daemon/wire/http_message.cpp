#include "wire/http_message.hpp"

#include "base/text.hpp"

namespace trainwatch::wire {

std::string_view find_header(const header_list& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return {};
}

}  // namespace trainwatch::wire
