#include "wire/alertmanager_matcher.hpp"

#include "base/text.hpp"

namespace trainwatch::wire {

std::string matcher_text(std::string_view name, std::string_view value) {
    std::string text(name);
    text += "=\"";
    for (const char c : valid_utf8(value)) {
        if (c == '"' || c == '\\') text += '\\';
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    return text + '"';
}

}  // namespace trainwatch::wire
