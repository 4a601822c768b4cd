// SageMaker as a fleet meets it: pages of at most a hundred summaries, tokens, and a quota for each
// operation that others in the account use too. Asked by value, at a moment of virtual time.
//
// Draws from the seed what AWS leaves open: whether the bounds of a range are inclusive, and
// whether a token means a place in the list or a count of entries. Behind the fleet there may be
// years of finished jobs, which exist only as arithmetic.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/aws_operation.hpp"
#include "domain/job_summary.hpp"
#include "domain/observation.hpp"
#include "workload.hpp"

namespace trainwatch::sim {

using domain::aws_operation;

struct aws_settings {
    std::uint64_t seed = 1;
    double describe_quota = 2;  // calls a second that AWS takes from the account
    double list_quota = 1;
    double others = 0;  // the share of each quota that others in the account use
    // Throttle every list from one moment to another.
    std::optional<wall_time> lists_closed_from{};
    std::optional<wall_time> lists_closed_to{};
    // Refuse 95 of 100 calls from one moment to another.
    std::optional<wall_time> storm_from{};
    std::optional<wall_time> storm_to{};
    bool filters_after_paging = false;
    double short_pages = 0;  // of all pages, so many are cut short
    milliseconds token_life = std::chrono::hours(1);
    std::size_t ancient = 0;  // finished jobs before the fleet, ten years back
};

struct call_counts {
    std::size_t ok = 0;
    std::size_t throttled = 0;
    std::size_t refused = 0;  // wrong in AWS' eyes: an expired token, an unknown name

    std::size_t all() const { return ok + throttled + refused; }
};

class aws_model {
public:
    aws_model(const workload& fleet, const aws_settings& chosen);

    result<domain::job_page> list(const domain::list_query& query, wall_time when);
    result<domain::observation> describe(const std::string& name, wall_time when);
    result<domain::label_map> tags(wall_time when);

    const call_counts& counts(aws_operation which) const {
        return counts_[static_cast<std::size_t>(which)];
    }
    void forget_counts() { counts_ = {}; }

    // Jobs of the fleet that the last answer told of.
    const std::vector<std::size_t>& told() const { return told_; }

private:
    struct bucket {
        double quota = 1;
        double tokens = 0;
        wall_time filled{};
        wall_time next_other{};
    };

    bool admits(aws_operation which, wall_time when);
    wall_time created(std::size_t entry) const;
    std::size_t first_from(wall_time bound, bool at_it) const;
    domain::job_summary summary(std::size_t entry, wall_time when) const;
    domain::observation ancient(const std::string& name) const;
    std::string write_token(std::size_t next, std::size_t visible, wall_time when) const;
    std::optional<std::size_t> read_token(
        const std::string& token, std::size_t visible, wall_time when
    ) const;
    failure refuse(aws_operation which, error_class kind, const char* code);

    const workload& fleet_;
    aws_settings chosen_;
    random_source random_;
    bool inclusive_ = true;
    bool tokens_count_ = false;
    std::array<bucket, 3> buckets_{};
    std::array<call_counts, 3> counts_{};
    std::vector<std::size_t> told_{};
};

}  // namespace trainwatch::sim
