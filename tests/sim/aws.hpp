// SageMaker as the daemon meets it: jobs in places (an account and region each), asked by value at
// a moment of true time, with answers that fail, lag and lie as was drawn.
//
// Lists lag behind describes: each job has a time after which its place's index shows it. A job
// that was deleted is not found, and its name may belong to a newer one. Owns the truth about jobs;
// knows neither the daemon nor who is watched.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/aws_operation.hpp"
#include "faults.hpp"
#include "life.hpp"

namespace trainwatch::sim {

struct place {
    std::string account_id{};
    std::string region{};
};

struct true_job {
    life truth{};
    std::size_t place = 0;
    milliseconds index_lag{};
    bool will_go = false;                // it is deleted some time
    bool forgotten_early = false;        // it was before the daemon could have kept it
    bool tags_refused = false;           // as long as faults last
    std::optional<wall_time> deleted{};  // AWS knows it until then
};

class aws {
public:
    aws(std::uint64_t seed, const aws_faults& drawn);

    std::size_t add_place(place where);
    std::size_t add(true_job job);
    void forget(std::size_t job, wall_time when) { jobs_[job].deleted = when; }

    const std::vector<place>& places() const { return places_; }
    const std::vector<true_job>& jobs() const { return jobs_; }
    true_job& job(std::size_t index) { return jobs_[index]; }
    // The job that has the name at `when`; else nothing.
    std::optional<std::size_t> find(std::size_t place, std::string_view name, wall_time when) const;
    // The job with this creation time, whether AWS still knows it or not.
    std::optional<std::size_t> find_created(
        std::string_view account_id,
        std::string_view region,
        std::string_view name,
        wall_time created
    ) const;

    result<domain::observation> describe(std::size_t place, std::string_view name, wall_time when);
    result<domain::job_page> list(
        std::size_t place, const domain::list_query& query, wall_time when
    );
    result<domain::label_map> tags(std::size_t place, std::string_view arn, wall_time when);

    // Keys stop working, or a permission goes.
    void deny(std::size_t place, wall_time until) { states_[place].denied_until = until; }
    void deny_lists(std::size_t place, wall_time until) { states_[place].lists_until = until; }
    void deny_describes(std::size_t place, wall_time until) {
        states_[place].describes_until = until;
    }
    void deny_tags(std::size_t place, wall_time until) { states_[place].tags_until = until; }
    // Nothing goes wrong any more.
    void calm_down() { calm_ = true; }
    // This job is shown as it was at its creation, whatever becomes of it.
    void freeze(std::size_t job) { frozen_ = job; }

private:
    struct place_state {
        std::vector<std::size_t> by_creation{};  // oldest first
        std::optional<wall_time> denied_until{};
        std::optional<wall_time> lists_until{};
        std::optional<wall_time> describes_until{};
        std::optional<wall_time> tags_until{};
    };

    bool chance(double of) { return !calm_ && of > 0 && random_.unit() < of; }
    std::optional<failure> trouble(
        domain::aws_operation operation, std::size_t place, wall_time when
    );
    wall_time look_back(wall_time when);
    void distort(domain::observation& answer, const life& job, wall_time when);
    template <class Answer>
    void tear(Answer& answer, const std::optional<Answer>& before);
    wall_time moment_before(wall_time when);
    void scramble(std::vector<domain::transition>& entries);
    std::optional<domain::job_summary> summary(std::size_t job, wall_time when);
    std::optional<std::size_t> read_token(const std::string& token, wall_time when) const;

    random_source random_;
    aws_faults faults_;
    std::vector<place> places_{};
    std::vector<place_state> states_{};
    std::vector<true_job> jobs_{};
    std::optional<std::size_t> frozen_{};
    bool inclusive_ = true;  // whether the bounds of a range belong to it: AWS does not say
    bool calm_ = false;
};

}  // namespace trainwatch::sim
