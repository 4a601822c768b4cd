// What both references share: calls at the pace of the budget, and a picture that is whatever the
// answers said.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "watcher.hpp"

namespace trainwatch::sim {

class reference : public watcher {
public:
    reference(const workload& fleet, const domain::lane& lane);

    core::actions step(const core::event& happened, instant now) final;
    std::optional<mono_time> next_wakeup() const final;
    void report(ruler& held, wall_time now) final;
    std::vector<std::string> complaints(wall_time, wall_time) const final { return {}; }

protected:
    // What to ask for next, when the pace allows it; nothing: later.
    virtual std::optional<domain::list_query> choose_list(instant now) = 0;
    virtual std::optional<std::size_t> choose_describe(instant now) = 0;
    // Every answer, and every failure (null).
    virtual void take_page(
        const domain::list_query& asked, const domain::job_page* page, instant now
    ) = 0;
    virtual void take_job(std::size_t job, const domain::observation* told, instant now) = 0;

    const workload& fleet_;

private:
    struct picture {
        std::size_t job = 0;
        progress held{};
        std::optional<domain::observation> details{};
    };

    void take(const core::listed& what, instant now);
    void take(const core::described& what, instant now);

    nanoseconds list_gap_;
    nanoseconds describe_gap_;
    mono_time next_list_{};
    mono_time next_describe_{};
    std::uint64_t last_id_ = 0;
    std::map<poll_id, domain::list_query> lists_{};
    std::map<poll_id, std::size_t> describes_{};
    std::vector<picture> news_{};
};

}  // namespace trainwatch::sim
