#include "wire/yaml_text.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {

std::string yaml_text(std::string_view text) {
    const auto valid = valid_utf8(text);
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    // JSON's texts are YAML's too.
    if (std::any_of(valid.begin(), valid.end(), is_control)) {
        return boost::json::serialize(boost::json::string(valid));
    }
    std::string quoted = "'";
    for (const char c : valid) {
        if (c == '\'') quoted += '\'';
        quoted += c;
    }
    return quoted + '\'';
}

}  // namespace trainwatch::wire
