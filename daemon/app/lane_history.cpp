#include "app/lane_history.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/replay.hpp"

namespace trainwatch::app {
namespace {

using core::claim_answer;
using domain::aws_operation;

// Throttling passes: it is met with patience, and each wait is up to backoff_max by then.
constexpr unsigned throttled_attempts = 3 * limits::backtest_attempts;

// So long before the history begins, a completion may still matter to a list that expects one.
milliseconds longest_expectation(const domain::watch_plan& plan) {
    milliseconds longest{};
    for (const auto& [name, traits] : plan.lists)
        longest = std::max(longest, traits.completed_within.value_or(milliseconds(0)));
    return longest;
}

bool is_settled(const core::claim& claim) {
    return claim.answer == claim_answer::claimed || claim.answer == claim_answer::nobody;
}

}  // namespace

core::claim claim_of_past(const core::claims& claims, core::claim_facts job) {
    const auto last = job.status;
    job.status = domain::primary_status::in_progress;
    auto before = claims.decide(job);
    if (before.answer != claim_answer::nobody) return before;
    job.status = last;
    return claims.decide(job);
}

lane_history::lane_history(
    const domain::watch_plan& plan,
    const core::claims& claims,
    lane_id lane,
    history_wishes wishes,
    std::uint64_t seed
)
    : plan_(plan)
    , claims_(claims)
    , lane_(lane)
    , wishes_(wishes)
    , from_(wishes.since - longest_expectation(plan))
    , random_(seed)
    , list_rate_(aws_operation::list, plan.lanes[lane.value].budget.list_per_second)
    , describe_rate_(aws_operation::describe, plan.lanes[lane.value].budget.describe_per_second)
    , tags_rate_(aws_operation::tags, plan.lanes[lane.value].budget.describe_per_second) {
    query_.created_after = from_;
    if (!plan.lanes[lane.value].lists) finish_pages();
}

lane_history::step lane_history::next(mono_time now) {
    const auto paced = [&](core::send_rate& rate, step call) -> step {
        if (!rate.may_send(now)) return wait{rate.next_send()};
        rate.sent(now);
        sent_ = now;
        return call;
    };
    if (trouble_) return done{};
    if (!are_pages_read_) return paced(list_rate_, list{query_});
    if (!may_describe_) return listed{};
    if (queue_.empty()) return done{};
    const auto& front = queue_.front();
    if (front.whole) return paced(tags_rate_, read_tags{front.whole->arn});
    return paced(describe_rate_, describe{front.name});
}

void lane_history::learn_clock(const std::optional<milliseconds>& offset) {
    if (offset) clock_offset_ = offset;
}

wall_time lane_history::aws_time(instant now) const {
    // The Date header has whole seconds: less is no difference.
    const bool differs =
        clock_offset_ && std::chrono::abs(*clock_offset_) > limits::clock_tolerance;
    return differs ? now.wall + *clock_offset_ : now.wall;
}

bool lane_history::may_repeat(core::send_rate& rate, const failure& why, mono_time now) {
    const bool is_throttled = why.kind == error_class::throttled;
    const bool may_pass = is_throttled || why.kind == error_class::transient ||
        why.kind == error_class::malformed || why.kind == error_class::internal;
    if (is_throttled) rate.throttled(sent_, now, why.retry_after);
    if (!may_pass) return false;
    if (++attempts_ >= (is_throttled ? throttled_attempts : limits::backtest_attempts)) {
        return false;
    }
    const core::backoff_bounds bounds{limits::backoff_base, limits::backoff_max};
    rate.hold(now + core::full_jitter(random_, attempts_, bounds));
    return true;
}

void lane_history::go_on() {
    attempts_ = 0;
    for (auto* const rate : {&list_rate_, &describe_rate_, &tags_rate_})
        rate->release();
}

void lane_history::give_up(failure why) {
    trouble_ = std::move(why);
}

// ---- pages -------------------------------------------------------------------------------------

void lane_history::take(const io::list_answer& answer, instant now) {
    learn_clock(answer.clock_offset);
    if (answer.outcome) {
        go_on();
        take_page(*answer.outcome);
        return;
    }
    const auto& why = answer.outcome.error();
    if (may_repeat(list_rate_, why, now.mono)) return;
    // A token lasts for a day at most, and less when AWS wants it so: the oldest job that is known
    // says where to go on, and itself comes again.
    const bool is_token_refused = why.kind == error_class::rejected && !query_.token.empty();
    if (is_token_refused && !summaries_.empty()) {
        query_.token.clear();
        query_.created_before = summaries_.back().created + milliseconds(1);
        return;
    }
    trouble_ = why;
}

void lane_history::take_page(const domain::job_page& page) {
    for (const auto& job : page.jobs) {
        if (job.created < from_) continue;
        if (!known_.emplace(job.name, job.created).second) continue;
        summaries_.push_back(job);
    }
    query_.token = page.next_token;
    const bool is_full = summaries_.size() >= limits::backtest_jobs_max;
    if (page.next_token.empty() || is_full) finish_pages();
}

void lane_history::finish_pages() {
    are_pages_read_ = true;
    counts_.listed = static_cast<std::size_t>(std::count_if(
        summaries_.begin(),
        summaries_.end(),
        [&](const auto& job) { return job.created >= wishes_.since; }
    ));
    for (const auto& target : plan_.targets) {
        if (target.lane == lane_) queue_.push_back({target.name, target.watch_list, {}, {}});
    }
    for (const auto& job : summaries_)
        consider(job);
}

bool lane_history::is_target(const std::string& name) const {
    return std::any_of(plan_.targets.begin(), plan_.targets.end(), [&](const auto& target) {
        return target.lane == lane_ && target.name == name;
    });
}

void lane_history::consider(const domain::job_summary& job) {
    // It is described anyway.
    if (is_target(job.name)) return;
    const auto claim =
        claim_of_past(claims_, {.lane = lane_, .name = job.name, .status = job.status.value});
    const bool is_recent = job.created >= wishes_.since;
    if (claim.answer == claim_answer::nobody) {
        if (is_recent) ++counts_.unwatched;
        return;
    }
    const bool is_claimed = claim.answer == claim_answer::claimed;
    const auto& traits = plan_.traits(claim.watch_list);
    const bool is_awaited = traits.completed_within && job.ended &&
        job.status.value == domain::primary_status::completed;
    if (is_claimed && is_awaited) completions_.push_back({claim.watch_list, *job.ended});
    if (!is_recent) return;
    // Whether the list's expectation was met may depend on whose it is.
    const bool decides = !is_claimed && is_awaited;
    if (!wishes_.every_job && !decides && !core::may_have_alerted(job, traits.limits)) {
        ++counts_.short_lived;
        return;
    }
    queue_.push_back({job.name, is_claimed ? claim.watch_list : std::string(), {}, {}});
}

// ---- descriptions ------------------------------------------------------------------------------

void lane_history::take(io::describe_answer answer, instant now) {
    learn_clock(answer.clock_offset);
    if (answer.outcome) {
        go_on();
        has_answered_ = true;
        auto& front = queue_.front();
        front.whole = std::move(*answer.outcome);
        front.until = aws_time(now);
        settle(nullptr);
        return;
    }
    const auto& why = answer.outcome.error();
    if (may_repeat(describe_rate_, why, now.mono)) return;
    if (why.kind == error_class::not_found) {
        const auto& name = queue_.front().name;
        const auto page = known_.lower_bound({name, wall_time::min()});
        const bool is_named = page == known_.end() || page->first != name;
        ++(is_named ? counts_.unknown : counts_.gone);
        has_answered_ = true;
        drop();
        return;
    }
    // Of one job alone, or of all that are to come.
    const bool is_of_all = why.kind == error_class::throttled ||
        why.kind == error_class::transient || !has_answered_ ||
        why.remote_code.find("AccessDenied") == std::string::npos;
    if (is_of_all && why.kind != error_class::malformed) {
        trouble_ = why;
        return;
    }
    ++counts_.unread;
    drop();
}

void lane_history::take(io::tags_answer answer, instant now) {
    learn_clock(answer.clock_offset);
    if (answer.outcome) {
        go_on();
        settle(&*answer.outcome);
        return;
    }
    const auto& why = answer.outcome.error();
    if (may_repeat(tags_rate_, why, now.mono)) return;
    static const domain::label_map none{};
    if (why.kind != error_class::not_found) tags_trouble_ = why;
    if (queue_.front().watch_list.empty()) {
        ++counts_.undecided;
        drop();
    } else {
        settle(&none);
    }
}

// The first of the queue was described; `tags` once they were read.
void lane_history::settle(const domain::label_map* tags) {
    auto& front = queue_.front();
    const auto& whole = *front.whole;
    if (front.watch_list.empty()) {
        const auto claim = claim_of_past(
            claims_,
            {.lane = lane_,
             .name = whole.name,
             .status = whole.status.value,
             .details = &whole,
             .tags = tags}
        );
        if (!is_settled(claim) && tags == nullptr && !tags_trouble_) return;
        if (claim.answer != claim_answer::claimed) {
            ++(claim.answer == claim_answer::nobody ? counts_.unwatched : counts_.undecided);
            drop();
            return;
        }
        front.watch_list = claim.watch_list;
    }
    const bool wants_tags = !plan_.traits(front.watch_list).labels_from_tags.empty();
    if (wants_tags && tags == nullptr && !tags_trouble_) return;
    past_job made{std::move(*front.whole), front.until, front.watch_list, {}};
    if (tags != nullptr) made.tags = *tags;
    jobs_.push_back(std::move(made));
    drop();
}

void lane_history::drop() {
    queue_.pop_front();
    go_on();
}

milliseconds lane_history::time_left() const {
    const double calls = static_cast<double>(queue_.size());
    const double rate = std::max(describe_rate_.budget(), 1e-6);
    return milliseconds(static_cast<std::int64_t>(1000 * calls / rate));
}

history_counts lane_history::counts() const {
    auto all = counts_;
    all.waiting = queue_.size();
    return all;
}

}  // namespace trainwatch::app
