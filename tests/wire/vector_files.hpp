// Files that the wire tests read: our own vectors, and the shared ones where they are present.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <boost/json.hpp>

namespace trainwatch::wire {

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Null when there is no such file.
inline boost::json::value read_json(const std::string& path) {
    const std::string text = read_file(path);
    return text.empty() ? boost::json::value() : boost::json::parse(text);
}

inline std::string text_of(const boost::json::value& value) {
    return boost::json::value_to<std::string>(value);
}

// The member's text; empty when the member is absent.
inline std::string text_of(const boost::json::value& object, std::string_view member) {
    const auto* found = object.as_object().if_contains(member);
    return found != nullptr ? text_of(*found) : std::string();
}

}  // namespace trainwatch::wire
