// `failure_classes`: the user's own rules for what a FailureReason means.
#include <algorithm>
#include <array>

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
        if (auto problem = pattern_problem(match->text, letter_case::ignored); !problem.empty()) {
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
