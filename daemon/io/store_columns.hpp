// Which column each member of a row is, once: for the statements, for writing and for reading.
//
// `Io` is called with a column's name and the member, in the order of the table's columns. Keys and
// what is interned are the caller's. A member that is not named here is lost: tests/io counts them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ledger.hpp"
#include "io/store_sqlite.hpp"
#include "wire/ledger_json.hpp"

namespace trainwatch::io {

// `told` and `history` are what the two columns of that name hold; both usually nothing.
struct job_extras {
    std::optional<wire::told_identity> told{};
    std::optional<std::vector<domain::transition>> history{};
};

template <class Io, class Row, class Extras>
void job_columns(Io& io, Row& row, Extras& extras) {
    auto& last = row.last;
    io("watch_list", row.watch_list);
    io("training_job_arn", last.arn);
    io("training_job_status", last.status);
    io("secondary_status", last.secondary);
    io("failure_reason", last.failure_reason);
    io.ending(row.ending);
    io("ended", row.ended);
    io("first_observed", row.first_observed);
    io("last_observed", row.last_observed);
    io("already_ended", row.already_ended);
    io("counted", row.counted);
    io("missing", row.missing);
    io("summarised", row.summarised);
    io.json("tags", row.tags);
    io("training_start_time", last.training_started);
    io("training_end_time", last.training_ended);
    io("last_modified_time", last.modified);
    io("training_time_in_seconds", last.training_time);
    io("billable_time_in_seconds", last.billable_time);
    io("max_runtime_in_seconds", last.limits.max_runtime);
    io("max_wait_time_in_seconds", last.limits.max_wait);
    io("max_pending_time_in_seconds", last.limits.max_pending);
    io.instances(last.instances);
    io("enable_managed_spot_training", last.spot);
    io("algorithm", last.algorithm);
    io("tuning_job", last.tuning_job);
    io("auto_ml_job", last.auto_ml_job);
    io("labeling_job", last.labeling_job);
    io("experiment", last.experiment);
    io("trial", last.trial);
    io("model_artifacts", last.model_artifacts);
    io("output_path", last.output_path);
    io("output_model_package", last.output_model_package);
    io.json("final_metrics", last.final_metrics);
    io.json("rules", last.rules);
    io.json("warm_pool", last.warm_pool);
    io.json("progress", last.progress);
    io("keep_alive_period_in_seconds", last.keep_alive);
    io("retry_attempts_max", last.retry_attempts_max);
    io("volume_size_in_gb", last.volume_gb);
    io("billable_token_count", last.billable_tokens);
    io("enable_network_isolation", last.network_isolation);
    io("enable_inter_container_traffic_encryption", last.traffic_encryption);
    io("checkpoint_uri", last.checkpoint_uri);
    io("training_plan_arn", last.training_plan);
    io.json("unknown_members", last.unknown);
    io.json("told_identity", extras.told);
    io.json("history", extras.history);
}

template <class Io, class Row>
void alert_columns(Io& io, Row& row) {
    io.json("labels", row.alert.labels);
    io.json("annotations", row.alert.annotations);
    io("state", row.alert.state);
    io("starts_at", row.alert.starts_at);
    io("resolved_at", row.alert.resolved_at);
    io("reason", row.reason);
}

template <class Io, class Row>
void delivery_columns(Io& io, Row& row) {
    io.key("alert", row.alert);
    io.key("receiver", row.receiver);
    io.key("url", row.url);
    io("first_confirmed", row.first_confirmed);
    io("last_confirmed", row.last_confirmed);
    io("resolved_confirmed", row.resolved_confirmed);
}

template <class Io, class Row>
void counter_columns(Io& io, Row& row) {
    io.key("metric", row.metric);
    io.json("labels", row.labels);
    io("value", row.value);
    io.json("buckets", row.buckets);
}

// Collects the names.
class column_names {
public:
    template <class T>
    void operator()(const char* name, T&) {
        names.emplace_back(name);
    }
    template <class T>
    void json(const char* name, T&) {
        names.emplace_back(name);
    }
    void key(const char* name, std::string&) { names.emplace_back(name); }
    void ending(std::optional<domain::ending>&) {
        names.insert(names.end(), {"outcome", "failure_class"});
    }
    void instances(std::vector<domain::instance_group>&) {
        names.insert(names.end(), {"instance_type", "instance_count", "instance_groups"});
    }

    std::vector<std::string> names{};
};

// Binds the values of one row.
class column_writer {
public:
    explicit column_writer(store_statement& into) : into_(into) {}

    void key(const char*, const std::string& text) { into_.bind(std::string_view(text)); }
    void operator()(const char*, const std::string& text) {
        if (text.empty()) {
            into_.bind_null();
        } else {
            into_.bind(std::string_view(text));
        }
    }
    void operator()(const char*, std::int64_t number) { into_.bind(number); }
    void operator()(const char*, bool yes) { into_.bind(std::int64_t{yes}); }
    void operator()(const char*, double number) { into_.bind(number); }
    void operator()(const char*, wall_time at) { into_.bind(unix_milliseconds(at)); }
    void operator()(const char*, seconds length) { into_.bind(std::int64_t{length.count()}); }
    void operator()(const char* name, domain::alert_state state);
    template <class Enum>
    void operator()(const char* name, const domain::open_value<Enum>& value) {
        (*this)(name, value.text);
    }
    template <class T>
    void operator()(const char* name, const std::optional<T>& value) {
        if (value) {
            (*this)(name, *value);
        } else {
            into_.bind_null();
        }
    }
    // Lists that are empty are NULL; a map is always written.
    void json(const char*, const domain::label_map& value) { text(wire::ledger_json(value)); }
    template <class T>
    void json(const char*, const std::vector<T>& value) {
        if (value.empty()) {
            into_.bind_null();
        } else {
            text(wire::ledger_json(value));
        }
    }
    template <class T>
    void json(const char*, const std::optional<T>& value) {
        if (value) {
            text(wire::ledger_json(*value));
        } else {
            into_.bind_null();
        }
    }
    void ending(const std::optional<domain::ending>& value);
    void instances(const std::vector<domain::instance_group>& value);

private:
    void text(std::string json);

    store_statement& into_;
    // What is bound lives until the step; a column's text may not move meanwhile.
    std::vector<std::unique_ptr<std::string>> texts_{};
};

// Reads the values of one row. `ok()` is false where a value cannot be one of ours.
class column_reader {
public:
    explicit column_reader(store_statement& from) : from_(from) {}

    void key(const char*, std::string& into) { into = from_.text(); }
    void operator()(const char*, std::string& into) { into = from_.text(); }
    void operator()(const char*, std::int64_t& into) { into = from_.integer(); }
    void operator()(const char*, bool& into) { into = from_.integer() != 0; }
    void operator()(const char*, double& into) { into = from_.real(); }
    void operator()(const char*, wall_time& into) {
        into = from_unix_milliseconds(from_.integer());
    }
    void operator()(const char* name, domain::alert_state& into);
    void operator()(const char*, domain::open_primary& into) {
        into = domain::parse_primary(from_.text());
    }
    void operator()(const char*, domain::open_secondary& into) {
        into = domain::parse_secondary(from_.text());
    }
    void operator()(const char*, std::optional<wall_time>& into) {
        if (const auto value = from_.integer_or_null()) into = from_unix_milliseconds(*value);
    }
    void operator()(const char*, std::optional<seconds>& into) {
        if (const auto value = from_.integer_or_null()) into = seconds(*value);
    }
    void operator()(const char*, std::optional<std::int64_t>& into) {
        into = from_.integer_or_null();
    }
    void operator()(const char*, std::optional<bool>& into) {
        if (const auto value = from_.integer_or_null()) into = *value != 0;
    }
    template <class T>
    void json(const char*, T& into) {
        if (const auto text = from_.text_or_null())
            ok_ = wire::read_ledger_json(*text, into) && ok_;
    }
    template <class T>
    void json(const char*, std::optional<T>& into) {
        const auto text = from_.text_or_null();
        if (text) ok_ = wire::read_ledger_json(*text, into.emplace()) && ok_;
    }
    void ending(std::optional<domain::ending>& into);
    void instances(std::vector<domain::instance_group>& into);

    // After the last column: whether the row is what was written.
    bool is_intact() { return from_.is_intact() && ok_; }

private:
    store_statement& from_;
    bool ok_ = true;
};

}  // namespace trainwatch::io
