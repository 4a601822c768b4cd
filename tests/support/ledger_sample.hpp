// Rows of the ledger with something in every member, for whoever has to carry all of them.
//
// Each struct is taken apart by a structured binding: a member that is added later does not compile
// here until it has a value, and `EveryMember` fails while that is the default one.
#pragma once

#include <tuple>
#include <utility>

#include "domain/ledger.hpp"

namespace trainwatch::test_support {

inline wall_time at(std::int64_t seconds_since) {
    return from_unix_milliseconds(1'000 * seconds_since + 123);
}

// Bytes that a text may have and that no encoding promises: a NUL, half a character, a quote.
inline std::string wild(const std::string& text) {
    using namespace std::string_literals;
    return text + " \0 \xff\xc3 \xed\xa0\x80 \"\\\n\u00e4\U0001F600"s;
}

inline domain::transition sample_transition(int number, const std::string& status) {
    const auto begin = at(100 * number);
    return {domain::parse_secondary(status), begin, begin + seconds(50), wild("message")};
}

inline domain::observation sample_observation(const std::string& name) {
    domain::observation o;
    o.name = name;
    o.arn = "arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/" + name;
    o.account_id = "111122223333";
    o.region = "cn-north-1";
    o.partition = "aws-cn";
    o.created = at(1);
    o.status = domain::parse_primary("Failed");
    o.secondary = domain::parse_secondary("NewerThanThis");
    o.transitions = {sample_transition(1, "Starting"), sample_transition(2, wild("Odd"))};
    o.failure_reason = wild("AlgorithmError: exit code 1");
    o.training_started = at(2);
    o.training_ended = at(3);
    o.modified = at(4);
    o.training_time = seconds(5);
    o.billable_time = seconds(6);
    o.limits = {seconds(7), seconds(8), seconds(9)};
    o.instances = {{"ml.p4d.24xlarge", 8, wild("big")}, {"ml.m5.large", 1, "small"}};
    o.spot = true;
    o.algorithm = "xgboost";
    o.tuning_job = "tuning";
    o.auto_ml_job = "auto";
    o.labeling_job = "labeling";
    o.experiment = "experiment";
    o.trial = "trial";
    o.model_artifacts = "s3://bucket/model";
    o.output_path = "s3://bucket/out";
    o.output_model_package = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/m";
    o.final_metrics = {{wild("loss"), 0.1, at(10)}, {"accuracy", 1e300, std::nullopt}};
    o.rules = {{domain::rule_kind::profiler, "rule", "IssuesFound", wild("why"), at(11)}};
    o.warm_pool = domain::warm_pool{"Reused", seconds(12), "another"};
    o.progress = domain::training_progress{1, 2, 3, 4};
    o.keep_alive = seconds(13);
    o.retry_attempts_max = 14;
    o.volume_gb = 15;
    o.billable_tokens = 16;
    o.network_isolation = false;
    o.traffic_encryption = true;
    o.checkpoint_uri = "s3://bucket/checkpoints";
    o.training_plan = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/p";
    o.unknown = {{"Member.Of.Tomorrow", ""}, {"SecondaryStatus", wild("NewerThanThis")}};
    return o;
}

inline domain::job_row sample_job(const std::string& name) {
    domain::job_row row;
    row.identity = {"111122223333", "cn-north-1", name, at(1)};
    row.connection = "research";
    row.watch_list = "nightly";
    row.last = sample_observation(name);
    row.first_observed = at(20);
    row.last_observed = at(21);
    row.already_ended = true;
    row.ending = domain::ending{domain::outcome::failed, domain::failure_class::out_of_memory};
    row.ended = at(22);
    row.counted = true;
    row.missing = true;
    row.summarised = true;
    row.tags = domain::label_map{{"Owner", wild("ann")}, {"Team", ""}};
    return row;
}

inline std::vector<domain::transition_row> sample_transitions(const domain::job_row& job) {
    std::vector<domain::transition_row> rows;
    for (const auto& entry : job.last.transitions)
        rows.push_back({job.identity, rows.size() + 3, entry, at(30), true});
    return rows;
}

inline domain::alert_row sample_alert(const std::string& job) {
    domain::alert_row row;
    row.alert.labels = {
        {"alertname", "TrainingJobFailed"},
        {"training_job", job},
        {"account_id", "111122223333"},
        {"aws_region", "cn-north-1"},
        {"created", iso8601(at(1))},
        {"odd", wild("label")}};
    row.alert.annotations = {{"summary", wild("It failed")}};
    row.alert.starts_at = at(40);
    row.alert.state = domain::alert_state::resolved;
    row.alert.resolved_at = at(41);
    row.reason = wild("the primary status is Failed");
    return row;
}

inline domain::delivery_row sample_delivery(const domain::alert_row& alert) {
    return {domain::identity(alert.alert.labels), "main", "http://am:9093", at(50), at(51), true};
}

inline domain::counter_row sample_counter() {
    return {
        "sagemaker_training_job_duration_seconds", {{"outcome", wild("failed")}}, 0.1, {1, 0, 3}};
}

// Everything that a batch can bring; nothing is forgotten.
inline domain::ledger_batch sample_batch() {
    domain::ledger_batch batch;
    batch.jobs = {sample_job("resnet")};
    batch.transitions = sample_transitions(batch.jobs[0]);
    batch.alerts = {sample_alert("resnet")};
    batch.deliveries = {sample_delivery(batch.alerts[0])};
    batch.counters = {sample_counter()};
    batch.last_complete_sweep = at(60);
    return batch;
}

// ---- whether every member of a sample has something to lose

inline auto members(const domain::observation& value) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm, nn] =
        value;
    return std::tie(
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m,
        n,
        o,
        p,
        q,
        r,
        s,
        t,
        u,
        v,
        w,
        x,
        y,
        z,
        aa,
        bb,
        cc,
        dd,
        ee,
        ff,
        gg,
        hh,
        ii,
        jj,
        kk,
        ll,
        mm,
        nn
    );
}
inline auto members(const domain::job_row& value) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
}
inline auto members(const domain::transition_row& value) {
    const auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
}
inline auto members(const domain::transition& value) {
    const auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
}
inline auto members(const domain::stopping_condition& value) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
}
inline auto members(const domain::instance_group& value) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
}
inline auto members(const domain::final_metric& value) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
}
inline auto members(const domain::rule_evaluation& value) {
    const auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
}
inline auto members(const domain::warm_pool& value) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
}
inline auto members(const domain::training_progress& value) {
    const auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
}
inline auto members(const domain::unknown_value& value) {
    const auto& [a, b] = value;
    return std::tie(a, b);
}
inline auto members(const domain::alert_row& value) {
    const auto& [a, b] = value;
    return std::tie(a, b);
}
inline auto members(const domain::alert& value) {
    const auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
}
inline auto members(const domain::delivery_row& value) {
    const auto& [a, b, c, d, e, f] = value;
    return std::tie(a, b, c, d, e, f);
}
inline auto members(const domain::counter_row& value) {
    const auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
}
inline auto members(const domain::ledger_batch& value) {
    const auto& [a, b, c, d, e, f, g, h] = value;
    return std::tie(a, b, c, d, e, f, g, h);
}

// How many members are as in a default value.
template <class T>
std::size_t plain_members(const T& value) {
    const T fresh{};
    std::size_t plain = 0;
    std::apply(
        [&](const auto&... ours) {
            std::apply(
                [&](const auto&... theirs) { plain = (std::size_t{ours == theirs} + ...); },
                members(fresh)
            );
        },
        members(value)
    );
    return plain;
}

}  // namespace trainwatch::test_support
