// Reads the parameters of an API request strictly, and collects what is wrong with them.
//
// An unknown name, a value that cannot be, a single parameter given twice: each is an error that
// says what is allowed. A filter that was misspelt must not look like an empty answer.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/problem.hpp"
#include "wire/request_target.hpp"

namespace trainwatch::wire {

class query_parameters {
public:
    // `given` outlives this. Names that are not in `known` are reported here.
    query_parameters(const parameter_list& given, std::span<const std::string_view> known);

    // Each value of a parameter that may be repeated; empty values are reported.
    std::vector<std::string> all(std::string_view name);
    // Reports and takes out those that are not in `allowed`.
    void only(
        std::string_view name,
        std::vector<std::string>& values,
        std::span<const std::string_view> allowed
    );
    std::optional<std::string> one(std::string_view name);
    // A whole number from 1 to `most`.
    std::size_t count(std::string_view name, std::size_t otherwise, std::size_t most);

    void fail(std::string_view name, std::string detail);
    bool failed() const { return !errors_.empty(); }
    std::vector<parameter_error> take() { return std::move(errors_); }

private:
    const parameter_list& given_;
    std::vector<parameter_error> errors_{};
};

// "a, b or c"
std::string any_of(std::span<const std::string_view> choices);
// In quotes, on one line, of bounded length.
std::string in_quotes(std::string_view text);

}  // namespace trainwatch::wire
