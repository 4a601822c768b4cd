// JSON text, written front to back in the order of the calls: what people read with their eyes.
//
// Numbers come out as a person writes them, texts as valid UTF-8 whatever they hold, absent values
// as null. `raw` takes JSON that is right already. Closing what was opened is the caller's part.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace trainwatch::wire {

class json_writer {
public:
    void begin_object();
    // As the value of a member of the object around it.
    void begin_object(std::string_view name);
    void end_object();
    void begin_array(std::string_view name);
    void end_array();

    void value(std::string_view text);

    void member(std::string_view name, std::string_view text);
    void member(std::string_view name, const char* text) { member(name, std::string_view(text)); }
    void member(std::string_view name, const std::string& text) {
        member(name, std::string_view(text));
    }
    template <class Number>
    requires std::integral<Number> &&
        (!std::same_as<Number, bool>)void member(std::string_view name, Number number) {
        key(name);
        out_ += std::to_string(number);
    }
    // A number that JSON cannot say (infinity) is null.
    void member(std::string_view name, double number);
    void member(std::string_view name, bool yes);
    // RFC 3339 in UTC, with milliseconds.
    void member(std::string_view name, wall_time at) { member(name, iso8601(at)); }
    // Seconds, as a number; the name should say so.
    void member(std::string_view name, milliseconds length);
    void member(std::string_view name, seconds length) { member(name, milliseconds(length)); }
    template <class Value>
    void member(std::string_view name, const std::optional<Value>& value) {
        if (value) {
            member(name, *value);
        } else {
            null(name);
        }
    }
    void null(std::string_view name);
    // A text where an empty one means that there is none.
    void text_or_null(std::string_view name, std::string_view text);
    void texts(std::string_view name, const std::map<std::string, std::string>& object);
    void raw(std::string_view name, std::string_view json);

    std::string take() { return std::move(out_); }

private:
    void separate();
    void key(std::string_view name);
    void quote(std::string_view text);

    std::string out_{};
    bool first_ = true;  // nothing stands in the present object or array yet
};

}  // namespace trainwatch::wire
