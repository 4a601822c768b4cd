// What `wait` knows of its jobs over all its looks, what it has said, and when it is done.
//
// Fed with the view of whichever daemon watches the jobs at the time (app/wait); writes through
// wait_screen. Decides nothing about jobs that the view has not decided.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/job_problem.hpp"
#include "app/options.hpp"
#include "app/wait_screen.hpp"
#include "app/wait_verdict.hpp"
#include "app/wiring.hpp"
#include "wire/job_progress.hpp"
#include "wire/settings_jobs.hpp"

namespace trainwatch::app {

class waiting {
public:
    // `chosen` and `wanted` outlive it. `begun`: what --timeout counts from.
    waiting(const options& chosen, const std::vector<wire::wanted_job>& wanted, mono_time begun);

    // What there is to exit by, once there is something.
    std::optional<verdict> decision() const { return decision_; }
    // The numbers of jobs that AWS has not told of yet.
    std::vector<std::size_t> unseen() const;

    // Takes in what `daemon` knows, and says what is new. `who`: the jobs it watches, by slot.
    void look(const wiring& daemon, const std::vector<std::size_t>& who);

private:
    struct job_state {
        domain::job_view known{};  // as it was when AWS last told of it
        wire::told_progress told{};
        std::optional<verdict> ended{};
        std::optional<mono_time> missing_since{};
    };
    struct moment {
        mono_time mono{};
        wall_time aws{};
        bool first_pass_complete = false;
    };

    void look_at(std::size_t number, const domain::job_view& seen, const moment& now);
    void tell_silence(const domain::job_view& seen, const search& tried);
    search search_of(const job_state& job, const moment& now) const;
    void tell_progress(job_state& job, wall_time aws_now);
    void tell_outages(const wiring& daemon, const std::vector<std::size_t>& who, wall_time aws_now);
    bool is_known(const domain::view& view, std::size_t lane, const std::vector<std::size_t>& who)
        const;
    // What is wrong with one or more of them ends the wait.
    void give_up_on_unknown();
    void decide(mono_time now);
    std::string names_of(const std::vector<std::size_t>& numbers) const;
    std::vector<std::string> block(wall_time aws_now) const;

    const options& chosen_;
    const std::vector<wire::wanted_job>& wanted_;
    const mono_time begun_;
    std::vector<job_state> jobs_;
    std::map<std::string, bool> out_{};  // by region: an outage was told
    std::size_t longest_name_ = 0;
    wait_screen screen_{};
    std::vector<std::string> lasting_{};       // lines to be shown for good
    std::vector<wire::wanted_job> unknown_{};  // AWS knows none of them
    bool told_silence_ = false;
    std::string complaint_{};
    std::optional<verdict> decision_{};
};

}  // namespace trainwatch::app
