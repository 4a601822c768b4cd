// Regular expressions of the configuration.
#include <re2/re2.h>

#include "base/limits.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {

std::string pattern_problem(const std::string& text, letter_case minds) {
    if (text.size() > limits::pattern_bytes_max) {
        return "a pattern of " + std::to_string(text.size()) + " bytes; at most " +
            std::to_string(limits::pattern_bytes_max);
    }
    RE2::Options options;
    options.set_case_sensitive(minds == letter_case::minded);
    options.set_log_errors(false);
    options.set_max_mem(limits::pattern_memory_max);
    const RE2 pattern(text, options);
    if (pattern.ok()) return {};
    // RE2 ends its message with the piece of the pattern that it is about.
    std::string_view message = pattern.error();
    const auto& piece = pattern.error_arg();
    if (!piece.empty() && message.ends_with(piece)) {
        message.remove_suffix(piece.size());
        return quoted(text) + " is no pattern: " + std::string(message) + quoted(piece);
    }
    return quoted(text) + " is no pattern: " + std::string(message);
}

}  // namespace trainwatch::wire
