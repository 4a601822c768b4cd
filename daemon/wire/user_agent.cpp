#include "wire/user_agent.hpp"

#include <cstddef>
#include <string_view>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

// The longest application id that the guide allows; no other part has more to say.
constexpr std::size_t value_bytes_max = 50;

bool is_token_character(char c) {
    constexpr std::string_view marks = "!$%&'*+-.^_`|~,";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        marks.find(c) != std::string_view::npos;
}

std::string token(std::string_view text) {
    std::string clean(trim(text).substr(0, value_bytes_max));
    for (char& c : clean) {
        if (!is_token_character(c)) c = '-';
    }
    return clean;
}

void add(std::string& line, std::string_view name, std::string_view value) {
    const std::string clean = token(value);
    if (clean.empty()) return;
    line.append(" ").append(name).append(clean);
}

}  // namespace

std::string user_agent(const user_agent_facts& facts) {
    std::string line = "trainwatchd/" + token(facts.version) + " ua/2.1 os/linux";
    if (const auto release = token(facts.os_release); !release.empty()) line += '#' + release;
    line += " lang/c++#20";
    add(line, "md/arch#", facts.machine);
    add(line, "exec-env/", facts.execution_environment);
    add(line, "cfg/retry-mode#", "standard");
    add(line, "app/", facts.app_id);
    return line;
}

}  // namespace trainwatch::wire
