// `failure_classes`: the user's own rules for what a FailureReason means.
#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

std::string class_problem(std::string_view text) {
    std::array<std::string_view, domain::failed_classes.size()> names;
    std::transform(
        domain::failed_classes.begin(),
        domain::failed_classes.end(),
        names.begin(),
        [](domain::failure_class each) { return to_string(each); }
    );
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    auto problem = quoted(text) + " is no failure class (";
    for (const auto name : names) {
        if (name != names.front()) problem += ", ";
        problem += name;
    }
    problem += ")";
    const auto near = text.size() <= 64 ? nearest(text, names) : "";
    if (!near.empty()) problem += "; did you mean " + quoted(near) + "?";
    return problem;
}

// Compiled as core/failure_reason will, so that what is accepted here works there.
std::string pattern_problem(const std::string& text) {
    if (text.size() > limits::failure_pattern_bytes_max) {
        return "a pattern of " + std::to_string(text.size()) + " bytes; at most " +
            std::to_string(limits::failure_pattern_bytes_max);
    }
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(limits::failure_pattern_memory_max);
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

domain::failure_class class_called(std::string_view name) {
    const auto at = std::find_if(
        domain::failed_classes.begin(),
        domain::failed_classes.end(),
        [&](domain::failure_class each) { return to_string(each) == name; }
    );
    return at == domain::failed_classes.end() ? domain::failure_class::unknown : *at;
}

domain::failure_rule read_rule(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 2> now{"match", "class"};
    domain::failure_rule rule;
    if (!reader.mapping(where, {now, {}})) return rule;
    if (const auto match = reader.required_text(where, "match")) {
        if (auto problem = pattern_problem(match->text); !problem.empty()) {
            reader.fail(match->where, std::move(problem));
        }
        rule.pattern = match->text;
    }
    if (const auto name = reader.required_text(where, "class")) {
        if (auto problem = class_problem(name->text); !problem.empty()) {
            reader.fail(name->where, std::move(problem));
        }
        rule.failure_class = class_called(name->text);
    }
    return rule;
}

}  // namespace

std::vector<domain::failure_rule> read_failure_classes(
    settings_reader& reader, const yaml_value& where
) {
    std::vector<domain::failure_rule> rules;
    const auto items = reader.list(where, "rules");
    if (items.size() > limits::failure_rules_max) {
        reader.fail(
            where,
            std::to_string(items.size()) + " rules; at most " +
                std::to_string(limits::failure_rules_max)
        );
        return rules;
    }
    for (const auto& item : items)
        rules.push_back(read_rule(reader, item));
    return rules;
}

}  // namespace trainwatch::wire
