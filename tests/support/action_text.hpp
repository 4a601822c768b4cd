// Actions and events as text a person can compare: test failures print it, and the simulation
// hashes it to prove that a seed gives the same run.
#pragma once

#include <ostream>
#include <sstream>
#include <string>
#include <variant>

#include "core/action.hpp"

namespace trainwatch::core {

inline void print(std::ostream& out, const describe& what) {
    out << "describe{#" << what.id.value << " lane " << what.lane.value << " " << what.name
        << " by " << what.deadline.time_since_epoch().count() << "}";
}

inline void print(std::ostream& out, const list_jobs& what) {
    const auto bound = [](const std::optional<wall_time>& at) {
        return at ? std::to_string(unix_milliseconds(*at)) : std::string("-");
    };
    out << "list_jobs{#" << what.id.value << " lane " << what.lane.value << " after "
        << bound(what.query.created_after) << " before " << bound(what.query.created_before)
        << " token '" << what.query.token << "' by " << what.deadline.time_since_epoch().count()
        << "}";
}

inline void print(std::ostream& out, const read_tags& what) {
    out << "read_tags{#" << what.id.value << " lane " << what.lane.value << " " << what.arn
        << " by " << what.deadline.time_since_epoch().count() << "}";
}

inline void print(std::ostream& out, const domain::label_map& labels) {
    out << "{";
    for (const auto& [name, value] : labels)
        out << name << "=" << value << ";";
    out << "}";
}

inline void print(std::ostream& out, const commit& what) {
    out << "commit{#" << what.id.value;
    for (const auto& row : what.batch.jobs) {
        out << " job " << row.connection << "/" << row.identity.region << "/" << row.identity.name
            << "@" << unix_milliseconds(row.identity.created) << " " << row.last.status.text << "/"
            << row.last.secondary.text << " first " << unix_milliseconds(row.first_observed)
            << (row.ending ? " ended" : "") << (row.counted ? " counted" : "")
            << (row.missing ? " missing" : "") << (row.already_ended ? " already" : "");
    }
    for (const auto& row : what.batch.transitions) {
        out << " step " << row.identity.name << "[" << row.index << "] " << row.entry.status.text
            << "@" << unix_milliseconds(row.entry.started)
            << (row.entry.ended ? "-" + std::to_string(unix_milliseconds(*row.entry.ended)) : "")
            << " '" << row.entry.message << "'" << (row.counted ? "" : " uncounted");
    }
    for (const auto& row : what.batch.alerts) {
        out << " alert " << domain::identity(row.alert.labels)
            << (row.alert.state == domain::alert_state::firing ? " firing" : " resolved");
    }
    for (const auto& row : what.batch.deliveries) {
        out << " told " << row.receiver << " " << row.url << " of " << row.alert
            << (row.resolved_confirmed ? " over" : "");
    }
    for (const auto& row : what.batch.counters) {
        out << " counter " << row.metric;
        print(out, row.labels);
        out << "=" << row.value;
        for (const auto count : row.buckets)
            out << "," << count;
    }
    for (const auto& key : what.batch.forgotten_jobs) {
        out << " forgets " << key.connection << "/" << key.identity.region << "/"
            << key.identity.name << "@" << unix_milliseconds(key.identity.created);
    }
    for (const auto& alert : what.batch.forgotten_alerts)
        out << " forgets " << alert;
    if (what.batch.last_complete_sweep) {
        out << " sweep " << unix_milliseconds(*what.batch.last_complete_sweep);
    }
    out << "}";
}

inline void print(std::ostream& out, const domain::alert_message& what) {
    out << (what.state == domain::alert_state::firing ? "firing" : "resolved") << " "
        << domain::identity(what.labels) << " " << unix_milliseconds(what.starts_at) << ".."
        << (what.ends_at ? std::to_string(unix_milliseconds(*what.ends_at)) : "its timeout") << " ";
    print(out, what.annotations);
}

inline void print(std::ostream& out, const deliver& what) {
    out << "deliver{#" << what.id.value << " to " << what.endpoint.value << " by "
        << what.deadline.time_since_epoch().count();
    for (const auto& alert : what.alerts) {
        out << " ";
        print(out, alert);
    }
    out << "}";
}

inline void print(std::ostream& out, const read_back& what) {
    out << "read_back{#" << what.id.value << " of " << what.endpoint.value << " by "
        << what.deadline.time_since_epoch().count();
    for (const auto& labels : what.alerts) {
        out << " ";
        print(out, labels);
    }
    out << "}";
}

inline void print(std::ostream& out, const note& what) {
    constexpr const char* levels[] = {"debug", "info", "warning", "error"};
    out << "note{" << levels[static_cast<int>(what.level)] << " " << what.name;
    for (const auto& [name, value] : what.fields)
        out << " " << name << "=" << value;
    out << "}";
}

inline void print(std::ostream& out, const acknowledgement& what) {
    out << "acknowledgement{" << what.job << (what.known ? "" : " unknown");
    for (const auto& alert : what.ended)
        out << " ended " << alert;
    out << (what.kept ? "}" : " not kept}");
}

inline void print(std::ostream& out, const stop&) {
    out << "stop{}";
}

inline std::ostream& operator<<(std::ostream& out, const action& what) {
    std::visit([&](const auto& alternative) { print(out, alternative); }, what);
    return out;
}

inline std::string to_text(const action& what) {
    std::ostringstream text;
    text << what;
    return text.str();
}

// For GoogleTest's messages.
inline void PrintTo(const action& what, std::ostream* out) {
    *out << what;
}

}  // namespace trainwatch::core
