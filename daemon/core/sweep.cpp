#include "core/sweep.hpp"

#include <utility>

#include "core/sweep_state.hpp"

namespace trainwatch::core {

sweep::sweep(sweep_settings settings) : state_(std::make_unique<state>()) {
    state_->settings = settings;
}
sweep::~sweep() = default;
sweep::sweep(sweep&&) noexcept = default;
sweep& sweep::operator=(sweep&&) noexcept = default;

void sweep::configure(sweep_settings settings) {
    if (settings == state_->settings) return;
    const bool switched = settings.discovers != state_->settings.discovers;
    state_->settings = settings;
    // Whether nothing was missed while nobody looked cannot be known: the past is read again.
    if (switched) state_->forget_discovery();
    state_->touched();
}

void sweep::watch(
    const job_key& job,
    const hazard_facts& hazard,
    mono_time observed,
    std::optional<milliseconds> bound
) {
    state_->touched();
    const auto former = state_->lives.bound_of(job);
    const auto told = state_->lives.watch(job, hazard, observed, bound);
    if (told.other_bound && (state_->is_steered(bound) || state_->is_steered(former)))
        state_->must_cut = true;
    if (told.other_bound) state_->may_cut = true;
    if (!told.is_new) return;
    state_->known.insert(job.created, job.name);
    state_->may_cut = true;
    if (!state_->is_covered(job.created)) state_->must_cut = true;
}

void sweep::release(const job_key& job) {
    const auto bound = state_->lives.bound_of(job);
    if (!state_->lives.release(job)) return;
    state_->may_cut = true;
    // Others are left to the page that was for this one.
    if (state_->is_steered(bound)) state_->must_cut = true;
    state_->touched();
}

std::optional<sweep_request> sweep::next(instant now, double rate) {
    return state_->next(now, rate);
}

std::optional<mono_time> sweep::next_due(instant now, double rate) const {
    return state_->next_due(now, rate);
}

sweep_news sweep::answered(const sweep_request& asked, const domain::job_page& page, instant now) {
    return state_->answered(asked, page, now);
}

void sweep::failed(const sweep_request& asked, bool token_refused) {
    state_->failed(asked, token_refused);
}

std::optional<mono_time> sweep::complete_until() const {
    return state_->complete_until();
}

std::optional<mono_time> sweep::found_until() const {
    return state_->found_until();
}

std::size_t sweep::windows() const {
    if (state_->must_cut && !state_->whole) {
        state_->cut();
        // At whatever rate was known then: which pages are steered is for the next request to see.
        state_->may_cut = true;
    }
    return state_->pages();
}

const steering& sweep::steered() const {
    return state_->steered;
}

const std::map<milliseconds, milliseconds>& sweep::kept() const {
    return state_->kept;
}

std::optional<nanoseconds> sweep::described_each(const job_key& job) const {
    return state_->lives.described_each(job);
}

std::vector<job_key> sweep::take_moved() {
    return state_->lives.take_moved();
}

const std::map<milliseconds, std::size_t>& sweep::bounds() const {
    return state_->lives.bounds();
}

std::size_t sweep::live() const {
    return state_->lives.size();
}

std::size_t sweep::known() const {
    return state_->known.size();
}

bool sweep::reached_horizon() const {
    return state_->reached_horizon;
}

bool sweep::is_under_way() const {
    const bool has_begun = state_->frontier || state_->whole;
    return state_->settings.discovers && has_begun && !state_->reached_horizon;
}

}  // namespace trainwatch::core
