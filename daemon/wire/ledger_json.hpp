// JSON for those columns of the ledger that hold lists and maps: what goes in comes out, byte for
// byte.
//
// Members are named as in AWS' API, times are integer milliseconds, and what is empty is left out.
// Bytes that are no UTF-8 stand as lone surrogates (\udc80 to \udcff, as Python's surrogateescape
// writes them), numbers that JSON cannot say as texts. A member that a reader does not know is
// passed over: a later release may have written it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/alert.hpp"
#include "domain/observation.hpp"

namespace trainwatch::wire {

// What an answer says about its own identity, where that differs from the row's.
struct told_identity {
    std::string name{};
    std::string account_id{};
    std::string region{};
    std::string partition{};
    wall_time created{};

    bool operator==(const told_identity&) const = default;
};

std::string ledger_json(const domain::label_map& value);
std::string ledger_json(const std::vector<domain::transition>& value);
std::string ledger_json(const std::vector<domain::instance_group>& value);
std::string ledger_json(const std::vector<domain::final_metric>& value);
std::string ledger_json(const std::vector<domain::rule_evaluation>& value);
std::string ledger_json(const std::vector<domain::unknown_value>& value);
std::string ledger_json(const std::vector<std::uint64_t>& value);
std::string ledger_json(const domain::warm_pool& value);
std::string ledger_json(const domain::training_progress& value);
std::string ledger_json(const told_identity& value);

// False when the text is no such JSON; `into` is anything then.
bool read_ledger_json(std::string_view text, domain::label_map& into);
bool read_ledger_json(std::string_view text, std::vector<domain::transition>& into);
bool read_ledger_json(std::string_view text, std::vector<domain::instance_group>& into);
bool read_ledger_json(std::string_view text, std::vector<domain::final_metric>& into);
bool read_ledger_json(std::string_view text, std::vector<domain::rule_evaluation>& into);
bool read_ledger_json(std::string_view text, std::vector<domain::unknown_value>& into);
bool read_ledger_json(std::string_view text, std::vector<std::uint64_t>& into);
bool read_ledger_json(std::string_view text, domain::warm_pool& into);
bool read_ledger_json(std::string_view text, domain::training_progress& into);
bool read_ledger_json(std::string_view text, told_identity& into);

}  // namespace trainwatch::wire
