#include "tests/simulator/json_text.hpp"

#include <array>
#include <charconv>

#include <boost/json.hpp>

namespace trainwatch::simulator {
namespace {

void write(std::string& out, const boost::json::value& value);

void write_number(std::string& out, double value) {
    std::array<char, 400> digits{};
    const auto end = std::to_chars(
        digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed
    );
    out.append(digits.data(), end.ptr);
}

void write_object(std::string& out, const boost::json::object& object) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : object) {
        if (!first) out += ',';
        first = false;
        out += boost::json::serialize(boost::json::string_view(key));
        out += ':';
        write(out, value);
    }
    out += '}';
}

void write_array(std::string& out, const boost::json::array& list) {
    out += '[';
    bool first = true;
    for (const auto& value : list) {
        if (!first) out += ',';
        first = false;
        write(out, value);
    }
    out += ']';
}

void write(std::string& out, const boost::json::value& value) {
    if (value.is_object()) return write_object(out, value.get_object());
    if (value.is_array()) return write_array(out, value.get_array());
    if (value.is_double()) return write_number(out, value.get_double());
    out += boost::json::serialize(value);
}

}  // namespace

std::string json_text(const boost::json::value& value) {
    std::string out;
    write(out, value);
    return out;
}

boost::json::value json_time(wall_time value) {
    return unix_seconds(value);
}

}  // namespace trainwatch::simulator
