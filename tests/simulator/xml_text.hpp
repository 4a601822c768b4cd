// XML as STS answers it: elements, one inside the other.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::simulator {

inline std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const auto c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else {
            out += c;
        }
    }
    return out;
}

// `inner` is XML already.
inline std::string xml_element(const std::string& name, const std::string& inner) {
    return "<" + name + ">" + inner + "</" + name + ">\n";
}

inline std::string xml_text(const std::string& name, std::string_view text) {
    return xml_element(name, xml_escaped(text));
}

}  // namespace trainwatch::simulator
