#include "reference.hpp"

#include <algorithm>

namespace trainwatch::sim {
namespace {

nanoseconds gap_of(double rate) {
    return nanoseconds(static_cast<std::int64_t>(1e9 / rate));
}

}  // namespace

reference::reference(const workload& fleet, const domain::lane& lane)
    : fleet_(fleet)
    , list_gap_(gap_of(lane.budget.list_per_second))
    , describe_gap_(gap_of(lane.budget.describe_per_second)) {}

core::actions reference::step(const core::event& happened, instant now) {
    news_.clear();
    if (const auto* page = std::get_if<core::listed>(&happened)) take(*page, now);
    if (const auto* job = std::get_if<core::described>(&happened)) take(*job, now);
    core::actions out;
    if (now.mono >= next_list_) {
        next_list_ = now.mono + list_gap_;
        if (const auto query = choose_list(now)) {
            const poll_id id{++last_id_};
            lists_.emplace(id, *query);
            out.emplace_back(core::list_jobs{id, {}, *query, now.mono + limits::describe_deadline});
        }
    }
    if (now.mono >= next_describe_) {
        next_describe_ = now.mono + describe_gap_;
        if (const auto job = choose_describe(now)) {
            const poll_id id{++last_id_};
            describes_.emplace(id, *job);
            out.emplace_back(core::describe{
                id, {}, workload::name(*job), now.mono + limits::describe_deadline, 0});
        }
    }
    return out;
}

std::optional<mono_time> reference::next_wakeup() const {
    return std::min(next_list_, next_describe_);
}

void reference::take(const core::listed& what, instant now) {
    const auto asked = lists_.extract(what.id);
    if (!what.answer) return take_page(asked.mapped(), nullptr, now);
    for (const auto& summary : what.answer->jobs) {
        const auto job = fleet_.find(summary.name);
        if (job == fleet_.jobs().size()) continue;
        news_.push_back(
            {job,
             fleet_.held(
                 job, summary.status.value, summary.secondary.value, summary.modified.value()
             ),
             {}}
        );
    }
    take_page(asked.mapped(), &*what.answer, now);
}

void reference::take(const core::described& what, instant now) {
    const auto asked = describes_.extract(what.id).mapped();
    if (!what.answer) return take_job(asked, nullptr, now);
    const auto& told = *what.answer;
    news_.push_back(
        {asked,
         fleet_.held(asked, told.status.value, told.secondary.value, told.modified.value()),
         told}
    );
    take_job(asked, &told, now);
}

void reference::report(ruler& held, wall_time now) {
    for (const auto& one : news_) {
        held.holds(one.job, one.held, now);
        if (!one.details) continue;
        const auto& told = *one.details;
        const auto verdicts = told.rules.empty() ? 0 : std::stoul(told.rules.front().details);
        const bool explained = domain::is_terminal(told.status.value) &&
            !told.transitions.empty() && told.transitions.back().ended;
        held.details(one.job, told.transitions.size(), verdicts, explained, now);
    }
}

}  // namespace trainwatch::sim
