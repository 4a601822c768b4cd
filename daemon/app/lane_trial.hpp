// One connection and region, tried: each kind of call that the daemon would make there, once.
//
// A watched job is described, and whatever AWS says of it, an answer proves keys, permission,
// region, clock and network. Where jobs are listed, the newest page is; of the jobs on it, the
// first that a list may take stands for all that are discovered: it is described where no job is
// watched by name, and its tags are read where that list looks at them.
//
// Says what to ask and keeps what came; somebody else asks.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "core/claims.hpp"
#include "domain/credentials.hpp"
#include "domain/watch_plan.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::app {

class lane_trial {
public:
    struct describe {
        std::string job{};
        bool operator==(const describe&) const = default;
    };
    struct list {
        bool operator==(const list&) const = default;
    };
    struct read_tags {
        std::string arn{};
        bool operator==(const read_tags&) const = default;
    };
    struct done {
        bool operator==(const done&) const = default;
    };
    using step = std::variant<done, describe, list, read_tags>;

    // `plan` and `claims`, which are of one configuration, outlive the trial.
    lane_trial(const domain::watch_plan& plan, const core::claims& claims, lane_id lane);

    // What to ask now; its answer is taken before the next one. After a failure that another call
    // would meet too, nothing more is asked.
    step next();
    void take(io::describe_answer answer) { described_ = std::move(answer); }
    void take(io::list_answer answer) { listed_ = std::move(answer); }
    void take(io::tags_answer answer) { tagged_ = std::move(answer); }

    // That a job is not there is no trouble.
    bool is_well() const;
    // "connection research, eu-west-1: ok, keys from …, account …, 84 ms, clock right, lists jobs";
    // when it is done.
    std::string told(const domain::credential_facts& keys) const;

private:
    bool looks_at_tags(const core::claim& claim) const;
    void choose_from_page();
    void look_for_tags_of_described();
    std::string account(const domain::credential_facts& keys) const;

    const domain::watch_plan& plan_;
    const core::claims& claims_;
    const lane_id lane_;
    std::string job_{};      // to describe; empty: none yet
    std::string tags_of_{};  // ARN; empty: none yet
    bool has_chosen_ = false;
    std::optional<io::describe_answer> described_{};
    std::optional<io::list_answer> listed_{};
    std::optional<io::tags_answer> tagged_{};
};

// "FAILED: what happened: what to do"
std::string told_of_failure(const failure& why);

}  // namespace trainwatch::app
