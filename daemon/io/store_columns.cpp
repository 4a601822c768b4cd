#include "io/store_columns.hpp"

#include <array>

namespace trainwatch::io {

namespace {

constexpr std::string_view firing = "firing";
constexpr std::string_view resolved = "resolved";

domain::outcome outcome_of(std::string_view text) {
    using enum domain::outcome;
    for (const auto value : {completed, failed, max_runtime_exceeded, max_wait_exceeded}) {
        if (to_string(value) == text) return value;
    }
    // Also what a later release may have written: it has ended, and that is what counts.
    return stopped;
}

domain::failure_class failure_class_of(std::string_view text) {
    if (text == to_string(domain::failure_class::none)) return domain::failure_class::none;
    for (const auto value : domain::failed_classes) {
        if (to_string(value) == text) return value;
    }
    return domain::failure_class::unknown;
}

// A type and a count say everything about it.
bool is_plain(const std::vector<domain::instance_group>& groups) {
    return groups.size() == 1 && groups[0].name.empty() && !groups[0].instance_type.empty();
}

}  // namespace

void column_writer::operator()(const char*, domain::alert_state state) {
    into_.bind(state == domain::alert_state::firing ? firing : resolved);
}

void column_writer::ending(const std::optional<domain::ending>& value) {
    if (value) {
        into_.bind(to_string(value->outcome));
        into_.bind(to_string(value->failure_class));
    } else {
        into_.bind_null();
        into_.bind_null();
    }
}

// Whoever looks for a type finds the first group's.
void column_writer::instances(const std::vector<domain::instance_group>& value) {
    if (value.empty()) {
        into_.bind_null();
        into_.bind_null();
        into_.bind_null();
        return;
    }
    (*this)("instance_type", value.front().instance_type);
    into_.bind(value.front().count);
    if (is_plain(value)) {
        into_.bind_null();
    } else {
        text(wire::ledger_json(value));
    }
}

void column_writer::text(std::string json) {
    texts_.push_back(std::make_unique<std::string>(std::move(json)));
    into_.bind(std::string_view(*texts_.back()));
}

void column_reader::operator()(const char*, domain::alert_state& into) {
    into = from_.text() == resolved ? domain::alert_state::resolved : domain::alert_state::firing;
}

void column_reader::ending(std::optional<domain::ending>& into) {
    if (const auto outcome = from_.text_or_null()) {
        into.emplace();
        into->outcome = outcome_of(*outcome);
    }
    const auto why = from_.text();
    if (into) into->failure_class = failure_class_of(why);
}

void column_reader::instances(std::vector<domain::instance_group>& into) {
    domain::instance_group only;
    only.instance_type = from_.text();
    const auto count = from_.integer_or_null();
    only.count = count.value_or(0);
    const auto groups = from_.text_or_null();
    if (groups) {
        ok_ = wire::read_ledger_json(*groups, into) && ok_;
    } else if (count) {
        into = {std::move(only)};
    }
}

}  // namespace trainwatch::io
