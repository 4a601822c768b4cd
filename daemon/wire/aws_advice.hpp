// What a person can do about a call to AWS that failed: one clause, from the failure and from what
// was asked.
//
// Pure, and read from what AWS and our own transport say: codes first, then the sentences that AWS
// has kept for years. Knows no flag and no key of ours beyond their names, so that the daemon's log
// and the commands can say the same. Empty where `detail` already says all.
// Source: "Troubleshoot access denied error messages" of the IAM user guide for the sentences;
// "Signature Version 4 troubleshooting" for the region and the clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "base/time.hpp"

namespace trainwatch::wire {

// What was asked of AWS. Every member may be empty.
struct advice_context {
    std::string_view action{};  // "sagemaker:DescribeTrainingJob"
    std::string_view region{};
    std::string_view host{};                     // that was asked
    std::optional<milliseconds> clock_offset{};  // AWS' clock minus ours, where it was measured
};

// The clause: no full stop, no newline, no secret. `why.cure` is not looked at.
std::string advise(const failure& why, const advice_context& asked);

// What AWS' sentence about a missing permission says. Empty members are what it does not name.
struct access_denial {
    // Which kind of policy decided, and how: without_allow means that one of that kind would have
    // to allow it and none does.
    enum class policy { unnamed, identity, resource, organization, boundary, endpoint, session };
    std::string who{};       // ARN
    std::string action{};    // "sagemaker:DescribeTrainingJob"
    std::string resource{};  // ARN
    policy decided_by = policy::unnamed;
    bool is_explicit = false;  // a Deny: no Allow elsewhere helps

    bool operator==(const access_denial&) const = default;
};

// Nothing when the text is no such sentence.
std::optional<access_denial> read_access_denial(std::string_view message);

// The statement of an identity policy that would allow it, as JSON on one line.
std::string missing_statement(const access_denial& denial);

}  // namespace trainwatch::wire
