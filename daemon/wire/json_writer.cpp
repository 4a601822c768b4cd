#include "wire/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {

void json_writer::separate() {
    if (!first_) out_ += ',';
    first_ = false;
}

void json_writer::quote(std::string_view text) {
    const std::string valid = valid_utf8(text);
    out_ += boost::json::serialize(boost::json::string_view(valid.data(), valid.size()));
}

void json_writer::key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
}

void json_writer::begin_object() {
    separate();
    out_ += '{';
    first_ = true;
}

void json_writer::begin_object(std::string_view name) {
    key(name);
    out_ += '{';
    first_ = true;
}

void json_writer::end_object() {
    out_ += '}';
    first_ = false;
}

void json_writer::begin_array(std::string_view name) {
    key(name);
    out_ += '[';
    first_ = true;
}

void json_writer::end_array() {
    out_ += ']';
    first_ = false;
}

void json_writer::value(std::string_view text) {
    separate();
    quote(text);
}

void json_writer::member(std::string_view name, std::string_view text) {
    key(name);
    quote(text);
}

void json_writer::member(std::string_view name, double number) {
    if (!std::isfinite(number)) {
        null(name);
        return;
    }
    key(name);
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
}

void json_writer::member(std::string_view name, bool yes) {
    key(name);
    out_ += yes ? "true" : "false";
}

void json_writer::member(std::string_view name, milliseconds length) {
    member(name, static_cast<double>(length.count()) / 1000.0);
}

void json_writer::null(std::string_view name) {
    key(name);
    out_ += "null";
}

void json_writer::text_or_null(std::string_view name, std::string_view text) {
    if (text.empty()) {
        null(name);
    } else {
        member(name, text);
    }
}

void json_writer::texts(std::string_view name, const std::map<std::string, std::string>& object) {
    begin_object(name);
    for (const auto& [key_of, text] : object)
        member(key_of, text);
    end_object();
}

void json_writer::raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
}

}  // namespace trainwatch::wire
