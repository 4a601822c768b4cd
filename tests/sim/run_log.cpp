#include "run_log.hpp"

#include <cstdio>
#include <cstring>
#include <variant>

#include "base/random.hpp"
#include "tests/support/action_text.hpp"

namespace trainwatch::sim {

void run_log::add(const core::action& action, mono_time now) {
    std::visit([this](const auto& what) { mix(what); }, action);
    mix(static_cast<std::uint64_t>(now.time_since_epoch().count()));
    if (prints_) {
        std::printf(
            "%12.3f %s\n",
            static_cast<double>(now.time_since_epoch().count()) / 1e9,
            core::to_text(action).c_str()
        );
    }
}

void run_log::add(std::string_view event, mono_time now) {
    mix(event);
    if (prints_) {
        std::printf(
            "%12.3f ---- %.*s\n",
            static_cast<double>(now.time_since_epoch().count()) / 1e9,
            static_cast<int>(event.size()),
            event.data()
        );
    }
}

void run_log::mix(std::uint64_t value) {
    digest_ = mixed(digest_ ^ value);
}

void run_log::mix(std::string_view text) {
    mix(text.size());
    while (!text.empty()) {
        std::uint64_t word = 0;
        const auto size = std::min(text.size(), sizeof word);
        std::memcpy(&word, text.data(), size);
        mix(word);
        text.remove_prefix(size);
    }
}

void run_log::mix(const domain::label_map& labels) {
    for (const auto& [name, value] : labels) {
        mix(name);
        mix(value);
    }
}

void run_log::mix(const core::describe& what) {
    mix(what.id.value);
    mix(what.lane.value);
    mix(what.name);
}

void run_log::mix(const core::list_jobs& what) {
    mix(what.id.value);
    mix(what.lane.value);
    mix(what.query.created_after.value_or(wall_time{}));
    mix(what.query.created_before.value_or(wall_time{}));
    mix(what.query.token);
}

void run_log::mix(const core::read_tags& what) {
    mix(what.id.value);
    mix(what.arn);
}

void run_log::mix(const core::commit& what) {
    mix(what.id.value);
    for (const auto& row : what.batch.jobs) {
        mix(row.identity.name);
        mix(row.identity.created);
        mix(row.last.status.text);
        mix(row.last.secondary.text);
        mix(row.last_observed);
    }
    for (const auto& row : what.batch.transitions) {
        mix(row.index);
        mix(row.entry.status.text);
        mix(row.entry.started);
        mix(row.entry.message);
    }
    for (const auto& row : what.batch.alerts) {
        mix(row.alert.labels);
        mix(row.alert.starts_at);
        mix(static_cast<std::uint64_t>(row.alert.state));
    }
    for (const auto& row : what.batch.deliveries) {
        mix(row.alert);
        mix(row.url);
        mix(row.last_confirmed.value_or(wall_time{}));
    }
    mix(what.batch.last_complete_sweep.value_or(wall_time{}));
}

void run_log::mix(const core::deliver& what) {
    mix(what.id.value);
    mix(what.endpoint.value);
    for (const auto& alert : what.alerts) {
        mix(alert.labels);
        mix(alert.starts_at);
        mix(alert.ends_at.value_or(wall_time{}));
    }
}

void run_log::mix(const core::read_back& what) {
    mix(what.id.value);
    mix(what.endpoint.value);
    for (const auto& labels : what.alerts)
        mix(labels);
}

void run_log::mix(const core::note& what) {
    mix(what.name);
    for (const auto& [name, value] : what.fields)
        mix(value);
}

void run_log::mix(const core::acknowledgement&) {
    mix(2U);
}

void run_log::mix(const core::stop&) {
    mix(1U);
}

}  // namespace trainwatch::sim
