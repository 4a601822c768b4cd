// What the members of each value are called in the ledger's JSON, once for both directions.
//
// `Io` is called with a name and the member, which it writes or fills.
#pragma once

#include <type_traits>

#include "wire/ledger_json.hpp"

namespace trainwatch::wire {

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::transition>
void members(Io& io, T& value) {
    io("Status", value.status);
    io("StartTime", value.started);
    io("EndTime", value.ended);
    io("StatusMessage", value.message);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::instance_group>
void members(Io& io, T& value) {
    io("InstanceType", value.instance_type);
    io("InstanceCount", value.count);
    io("InstanceGroupName", value.name);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::final_metric>
void members(Io& io, T& value) {
    io("MetricName", value.name);
    io("Value", value.value);
    io("Timestamp", value.at);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::rule_evaluation>
void members(Io& io, T& value) {
    io("Kind", value.kind);
    io("RuleConfigurationName", value.name);
    io("RuleEvaluationStatus", value.status);
    io("StatusDetails", value.details);
    io("LastModifiedTime", value.modified);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::unknown_value>
void members(Io& io, T& value) {
    io("Member", value.member);
    io("Value", value.value);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::warm_pool>
void members(Io& io, T& value) {
    io("Status", value.status);
    io("ResourceRetainedBillableTimeInSeconds", value.retained_billable);
    io("ReusedByJob", value.reused_by);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, domain::training_progress>
void members(Io& io, T& value) {
    io("CurrentEpoch", value.epoch);
    io("MaxEpoch", value.epochs);
    io("CurrentStep", value.step);
    io("TotalStepCountPerEpoch", value.steps_per_epoch);
}

template <class Io, class T>
requires std::is_same_v<std::remove_const_t<T>, told_identity>
void members(Io& io, T& value) {
    io("TrainingJobName", value.name);
    io("AccountId", value.account_id);
    io("Region", value.region);
    io("Partition", value.partition);
    io("CreationTime", value.created);
}

}  // namespace trainwatch::wire
