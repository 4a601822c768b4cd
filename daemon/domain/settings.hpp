// The validated configuration as values. wire/settings_yaml makes it; defaults stand here.
//
// Keys and their meaning: config/README.md.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/alert_choice.hpp"
#include "domain/job.hpp"

namespace trainwatch::domain {

struct global_settings {
    // The promised age of an observation of a live job.
    milliseconds staleness_bound{60'000};
    // At the very first start, what ended longer ago is shown but never alerted.
    milliseconds lookback{3'600'000};
    // How long a finished job stays on /metrics after we saw its end.
    milliseconds finished_retention{900'000};
    // On every alert.
    label_map labels{};

    bool operator==(const global_settings&) const = default;
};

// Requests a second to one (connection, region), shared with everybody else in the account.
struct budget_settings {
    double describe_per_second = 2;
    double list_per_second = 1;

    bool operator==(const budget_settings&) const = default;
};

// How jobs are found: by listing, or not at all (explicit names, no List permission needed).
enum class discovery_kind { list, none };

// How many of the budget's calls are made: all of them, for the freshest picture; or only those
// that the staleness bound needs.
enum class pace_kind { budget, bound };

struct connection_settings {
    std::string name{};
    std::vector<std::string> regions{};  // never empty once validated
    std::string profile{};               // as written here; empty: the environment's
    std::string endpoint_url{};          // empty: AWS' own for the region
    std::string ca_bundle{};             // path of a PEM file; empty: the system's
    budget_settings budget{};
    // A role to take on with the profile's or the environment's keys; empty: none.
    std::string role_arn{};
    std::string external_id{};
    // "http://proxy:3128", "none", or empty: what the environment says.
    std::string proxy_url{};
    discovery_kind discovery = discovery_kind::list;
    pace_kind pace = pace_kind::budget;

    bool operator==(const connection_settings&) const = default;
};

// The metrics of a job beyond the default set, by watch list.
struct metric_groups {
    bool phases = false;         // seconds in each secondary status
    bool final_metrics = false;  // FinalMetricDataList
    bool details = false;        // limits, rules, warm pool, progress, cost, volume, …
    bool state_sets = false;     // a series for each possible status, 1 for the present one

    bool operator==(const metric_groups&) const = default;
};

// What a job must be like: every member that is not empty narrows, and within one any of its
// values will do. Globs have * and ?, match the whole value and mind the case.
struct job_filter {
    std::vector<std::string> name{};          // globs
    std::string name_regex{};                 // RE2 syntax, anchored at both ends
    label_map tags{};                         // key to glob
    std::vector<std::string> tuning_job{};    // globs, as the ones below; of the job's name
    std::vector<std::string> auto_ml_job{};   // likewise
    std::vector<std::string> labeling_job{};  // likewise
    std::vector<std::string> experiment{};
    std::vector<std::string> instance_type{};  // of any of its groups
    std::vector<std::string> status{};         // TrainingJobStatus when the job is taken up

    bool empty() const { return *this == job_filter{}; }
    bool operator==(const job_filter&) const = default;
};

struct watch_list_settings {
    std::string name{};
    std::vector<std::string> connections{};  // names; empty: all
    std::vector<std::string> regions{};      // empty: the connection's
    std::vector<std::string> jobs{};         // explicit names
    label_map labels{};                      // on its jobs' alerts and …_labels series
    metric_groups metrics{};
    std::optional<job_filter> match{};              // discovered ones
    job_filter exclude{};                           // of the discovered ones; empty: none
    std::optional<milliseconds> staleness_bound{};  // empty: global.staleness_bound
    label_map labels_from_tags{};                   // likewise: name of the label to key of the tag
    alert_choices alerts{};
    job_limits limits{};
    std::optional<milliseconds> completed_within{};  // some job of it, time and again
    std::vector<std::string> receivers{};            // names; empty: all

    bool operator==(const watch_list_settings&) const = default;
};

enum class receiver_kind { alertmanager, webhook };

// tls_config, as Prometheus spells it. Files are PEM.
struct receiver_tls {
    std::string ca_file{};      // empty: the system's
    std::string cert_file{};    // shown to a receiver that asks for one
    std::string key_file{};     // of that
    std::string server_name{};  // what its certificate is for; empty: the host of its address
    bool insecure_skip_verify = false;
    std::string min_version{};   // "TLS12" (as when empty) or "TLS13"
    std::string max_version{};   // likewise; empty: the newest that both sides know
    std::size_t ca_content = 0;  // a digest: the file may have got other certificates

    auto operator<=>(const receiver_tls&) const = default;
};

// What a receiver wants to see before it takes alerts. Secrets stand in files, which are read at
// the start and at each reload.
struct receiver_access {
    std::string username{};          // basic_auth
    std::string password_file{};     // likewise
    std::string credentials_type{};  // authorization; empty: none
    std::string credentials_file{};  // likewise
    receiver_tls tls{};
    std::string secret_file{};  // of a webhook: what its documents are signed with
    // What the files held: the header Authorization, and the secret.
    std::string authorization{};
    std::string secret{};

    bool operator==(const receiver_access&) const = default;
};

struct receiver_settings {
    std::string name{};
    receiver_kind kind = receiver_kind::alertmanager;
    // Alertmanagers each get everything; a webhook has one. "dns+http://…" stands for all addresses
    // of its host.
    std::vector<std::string> urls{};
    // A webhook whose address is a secret: the file that holds it, read into `urls` at start.
    std::string url_file{};
    // "http://proxy:3128", "none", or empty: what the environment says.
    std::string proxy_url{};
    bool heartbeat = false;  // wants TrainwatchdHeartbeat
    receiver_access access{};
    // What each URL with "dns+" led to when it was looked up; it has an entry then.
    std::map<std::string, std::vector<std::string>> found{};

    bool operator==(const receiver_settings&) const = default;
};

// A FailureReason that matches `pattern` (RE2 syntax, anywhere in the text, in any case) is of this
// class. These come before the built-in table (core/failure_reason).
struct failure_rule {
    std::string pattern{};
    domain::failure_class failure_class = domain::failure_class::unknown;

    bool operator==(const failure_rule&) const = default;
};

struct api_settings {
    // The values of HyperParameters and Environment are null in the API unless this is set.
    bool show_parameters = false;

    bool operator==(const api_settings&) const = default;
};

// Price of an instance-hour by instance type, in whatever currency the reader thinks in.
using price_map = std::map<std::string, double>;

// What the command line says of the process among its like.
struct process_settings {
    unsigned replicas = 1;  // daemons with the same configuration; each takes its part of budgets
    std::string replica{};  // label `replica` of the daemon's own alerts; empty: none
    unsigned shard = 1;     // this one's number, from 1 …
    unsigned shards = 1;    // … of so many that share out the lanes

    bool operator==(const process_settings&) const = default;
};

struct settings {
    global_settings global{};
    std::vector<connection_settings> connections{};  // never empty once validated
    // Those of watch_list_files first, in the order of the files' names.
    std::vector<watch_list_settings> watch_lists{};
    std::vector<std::string> watch_list_files{};  // paths as written, * and ? in their last part
    // Names of lists whose file is there and has mistakes, and no version that fits.
    std::set<std::string> left_out_lists{};
    std::vector<receiver_settings> receivers{};
    price_map prices{};
    std::vector<failure_rule> failure_classes{};
    api_settings api{};
    process_settings process{};

    bool operator==(const settings&) const = default;
};

}  // namespace trainwatch::domain
