// Which watch list a discovered job belongs to, as far as it can be told from what is known of it.
//
// A list page tells name and status; everything else needs a describe, tags need ListTags. Asked
// again whenever more is known, the answer becomes definite at last: the first list of the plan
// whose every criterion holds has the job, and an earlier list that may still turn out to match
// makes a later one wait. Nothing is asked for that cannot change the answer: a tuning job's
// children have its name before theirs, so that no other job is described for it.
//
// Pure: knows no job's state beyond the call. RE2 is private to claims.cpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "domain/alert.hpp"
#include "domain/job_summary.hpp"
#include "domain/observation.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

struct claim_facts {
    lane_id lane{};
    std::string_view name{};
    domain::primary_status status{};
    const domain::observation* details = nullptr;  // null: never described
    const domain::label_map* tags = nullptr;       // null: never read

    bool operator==(const claim_facts&) const = default;
};

enum class claim_answer { claimed, nobody, needs_details, needs_tags };

struct claim {
    claim_answer answer = claim_answer::nobody;
    std::string watch_list{};  // that claims it, or would if what is still to be known fits

    bool operator==(const claim&) const = default;
};

class claims {
public:
    // The rules of `plan`, which need not outlive this; its patterns compile (wire/settings_yaml
    // has checked them).
    explicit claims(const domain::watch_plan& plan);
    ~claims();
    claims(claims&&) noexcept;
    claims& operator=(claims&&) noexcept;

    // Of a name that no list gives explicitly.
    claim decide(const claim_facts& job) const;

private:
    struct compiled;
    std::unique_ptr<compiled> compiled_;
};

}  // namespace trainwatch::core
