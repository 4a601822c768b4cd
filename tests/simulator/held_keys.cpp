#include "tests/simulator/held_keys.hpp"

#include <utility>

namespace trainwatch::simulator {
namespace {

bool has(const chosen_fault& chosen, fault_kind kind) {
    return chosen.fault && chosen.fault->kind == kind;
}

domain::aws_credentials as_told(
    domain::aws_credentials keys, const chosen_fault& fault, request_record& record
) {
    record.issued = keys.access_key_id;
    if (has(fault, fault_kind::expired_keys)) {
        keys.expires = std::chrono::floor<seconds>(record.at - std::chrono::hours(1));
    }
    return keys;
}

}  // namespace

domain::aws_credentials hand_out(
    backstage& shared, key_order order, const chosen_fault& fault, request_record& record
) {
    if (has(fault, fault_kind::brief_keys)) order.lasts = fault.fault->lifetime;
    const auto& made = shared.keys.issue(std::move(order), shared.random, record.at);
    return as_told(made.keys, fault, record);
}

domain::aws_credentials held_keys::hand_out(
    key_order order, const chosen_fault& fault, request_record& record
) {
    const auto* held = shared_.keys.find(access_key_id_);
    const bool good = held != nullptr && shared_.keys.is_valid(*held, record.at) &&
        !shared_.keys.is_old(*held, record.at) && !has(fault, fault_kind::brief_keys);
    if (good) return as_told(held->keys, fault, record);
    auto told = simulator::hand_out(shared_, std::move(order), fault, record);
    access_key_id_ = told.access_key_id;
    return told;
}

std::string iso8601_seconds(wall_time value) {
    return iso8601(value).substr(0, 19) + "Z";
}

}  // namespace trainwatch::simulator
