// The history of one connection and region: what to ask AWS for it, call by call, and what came.
//
// First the pages of ListTrainingJobs, newest job first, back to a date; then a description of each
// job that some watch list has (core/claims) and that may have alerted (core/replay), with its tags
// where its list looks at them. Paced like the daemon's own calls (core/send_rate): never a burst,
// slower while AWS throttles. What is lost on the way is asked again a few times.
//
// Says what to ask and when, and keeps what came; somebody else asks (app/history_reading). A
// failure that another call would meet too ends it; what came before stays.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "core/claims.hpp"
#include "core/send_rate.hpp"
#include "domain/watch_plan.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::app {

// As it was last told.
struct past_job {
    domain::observation whole{};
    wall_time until{};  // when that was true, on AWS' clock
    std::string watch_list{};
    domain::label_map tags{};

    bool operator==(const past_job&) const = default;
};

// Of a job of the list, which may not be worth a description.
struct past_completion {
    std::string watch_list{};
    wall_time at{};

    bool operator==(const past_completion&) const = default;
};

// How many of what was looked at.
struct history_counts {
    std::size_t listed = 0;
    std::size_t unwatched = 0;    // of no watch list
    std::size_t short_lived = 0;  // completed too quickly to be worth a call
    std::size_t undecided = 0;    // may be of a list that goes by tags, which could not be read
    std::size_t gone = 0;         // deleted since
    std::size_t unknown = 0;      // named by a list, and in no page: mistyped, or deleted long ago
    std::size_t unread = 0;       // could not be read
    std::size_t waiting = 0;      // not asked for yet

    bool operator==(const history_counts&) const = default;
};

struct history_wishes {
    wall_time since{};
    bool every_job = false;  // those that completed quickly, too

    bool operator==(const history_wishes&) const = default;
};

// A list that goes by status takes up jobs that it meets in that status: almost each was once in
// progress.
core::claim claim_of_past(const core::claims& claims, core::claim_facts job);

class lane_history {
public:
    struct list {
        domain::list_query query{};
        bool operator==(const list&) const = default;
    };
    struct describe {
        std::string job{};
        bool operator==(const describe&) const = default;
    };
    struct read_tags {
        std::string arn{};
        bool operator==(const read_tags&) const = default;
    };
    struct wait {
        mono_time until{};
        bool operator==(const wait&) const = default;
    };
    // The pages are read; what is described is decided by describe_now().
    struct listed {
        bool operator==(const listed&) const = default;
    };
    struct done {
        bool operator==(const done&) const = default;
    };
    using step = std::variant<done, listed, wait, list, describe, read_tags>;

    // `plan` and `claims`, which are of one configuration, outlive it.
    lane_history(
        const domain::watch_plan& plan,
        const core::claims& claims,
        lane_id lane,
        history_wishes wishes,
        std::uint64_t seed
    );

    // What to ask now; its answer is taken before the next one.
    step next(mono_time now);
    void take(const io::list_answer& answer, instant now);
    void take(io::describe_answer answer, instant now);
    void take(io::tags_answer answer, instant now);
    // The way to AWS cannot be had.
    void give_up(failure why);
    void describe_now() { may_describe_ = true; }

    // Once the pages are read: how long the descriptions take at the budget.
    milliseconds time_left() const;
    // Jobs that are still to be described, the present one included.
    std::size_t left() const { return queue_.size(); }

    std::size_t listed_so_far() const { return summaries_.size(); }

    lane_id lane() const { return lane_; }
    const std::vector<past_job>& jobs() const { return jobs_; }
    // Those that the pages told, of lists that expect any; so far back that it is known what had
    // completed when the history begins.
    const std::vector<past_completion>& completions() const { return completions_; }
    history_counts counts() const;
    // Why this is not all.
    const std::optional<failure>& trouble() const { return trouble_; }
    // Likewise of tags; the jobs were read without them.
    const std::optional<failure>& tags_trouble() const { return tags_trouble_; }

private:
    struct candidate {
        std::string name{};
        std::string watch_list{};  // empty: claims decide, once more is known
        std::optional<domain::observation> whole{};
        wall_time until{};
    };

    void learn_clock(const std::optional<milliseconds>& offset);
    wall_time aws_time(instant now) const;
    // Whether to ask the same again; else nothing comes of it.
    bool may_repeat(core::send_rate& rate, const failure& why, mono_time now);
    void go_on();
    void take_page(const domain::job_page& page);
    void finish_pages();
    void consider(const domain::job_summary& job);
    void settle(const domain::label_map* tags);
    void drop();
    bool is_target(const std::string& name) const;

    const domain::watch_plan& plan_;
    const core::claims& claims_;
    const lane_id lane_;
    const history_wishes wishes_;
    const wall_time from_;  // the pages go back to here
    random_source random_;
    core::send_rate list_rate_;
    core::send_rate describe_rate_;
    core::send_rate tags_rate_;

    domain::list_query query_{};
    std::vector<domain::job_summary> summaries_{};
    std::set<std::pair<std::string, wall_time>> known_{};
    bool are_pages_read_ = false;
    bool may_describe_ = false;
    bool has_answered_ = false;  // a description, ever
    std::deque<candidate> queue_{};
    std::vector<past_job> jobs_{};
    std::vector<past_completion> completions_{};
    history_counts counts_{};
    std::optional<failure> trouble_{};
    std::optional<failure> tags_trouble_{};
    std::optional<milliseconds> clock_offset_{};
    mono_time sent_{};
    unsigned attempts_ = 0;  // in a row, of the present call
};

}  // namespace trainwatch::app
