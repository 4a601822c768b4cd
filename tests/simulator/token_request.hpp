// The parameters of an STS call, checked as STS checks them: all that is wrong in one message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "tests/simulator/api_error.hpp"
#include "wire/request_target.hpp"

namespace trainwatch::simulator {

class token_request {
public:
    explicit token_request(const wire::parameter_list& given) : given_(given) {}

    struct bounds {
        std::size_t shortest = 1;
        std::size_t longest = 2048;
        bool required = true;
        // Besides letters and digits; nothing: any character.
        std::optional<std::string_view> signs{};
        std::string_view pattern{};
    };
    // Empty when it is missing or wrong.
    std::string text(std::string_view name, const bounds& allowed);
    // DurationSeconds; nothing when it was not given.
    std::optional<seconds> duration();

    std::optional<api_error> error() const;

private:
    void broken(std::string_view name, std::string_view value, const std::string& constraint);
    std::string_view find(std::string_view name) const;

    const wire::parameter_list& given_;
    std::vector<std::string> broken_{};
};

}  // namespace trainwatch::simulator
