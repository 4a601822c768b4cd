#include "domain/alert.hpp"

namespace trainwatch::domain {

std::string identity(const label_map& labels) {
    std::string text;
    if (const auto name = labels.find("alertname"); name != labels.end()) text = name->second;
    text += '{';
    bool first = true;
    for (const auto& [name, value] : labels) {
        if (name == "alertname") continue;
        if (!first) text += ',';
        first = false;
        text += name;
        text += "=\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') text += '\\';
            if (c == '\n') {
                text += "\\n";
            } else {
                text += c;
            }
        }
        text += '"';
    }
    text += '}';
    return text;
}

}  // namespace trainwatch::domain
