// Reads an operation's input and complains as SageMaker does.
//
// A value of the wrong type is a SerializationException at once; values that break a constraint of
// the model are collected into one ValidationException ("2 validation errors detected: …").
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/time.hpp"
#include "tests/simulator/api_error.hpp"

namespace trainwatch::simulator {

struct text_constraint {
    bool required = false;
    std::size_t shortest = 0;
    std::size_t longest = static_cast<std::size_t>(-1);
    std::string_view pattern{};  // as the model spells it; checked by `matches`
    bool (*matches)(std::string_view) = nullptr;
    std::span<const std::string_view> values{};
};

struct number_constraint {
    std::int64_t least = 0;
    std::int64_t most = INT32_MAX;
};

class request_reader {
public:
    explicit request_reader(const boost::json::object& input) : input_(input) {}

    // Absent and null are the same. Nothing when it is absent or wrong.
    std::optional<std::string> text(std::string_view member, const text_constraint& constraint);
    std::optional<std::int64_t> number(
        std::string_view member, const number_constraint& constraint
    );
    std::optional<wall_time> time(std::string_view member);

    // What was wrong so far.
    std::optional<api_error> error() const;

private:
    const boost::json::value* find(std::string_view member) const;
    void wrong_type(const boost::json::value& value, std::string_view wanted);
    void broken(std::string_view member, const std::string& value, const std::string& constraint);

    const boost::json::object& input_;
    std::optional<api_error> type_error_{};
    std::vector<std::string> broken_{};
};

api_error validation_error(std::string message);

}  // namespace trainwatch::simulator
