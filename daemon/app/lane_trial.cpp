#include "app/lane_trial.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

using core::claim_answer;

std::string told_of_clock(milliseconds offset) {
    const auto far = std::chrono::abs(offset);
    // A Date header counts whole seconds.
    if (far <= limits::clock_tolerance) return "clock right";
    return "clock " + format_duration(std::chrono::round<seconds>(far)) +
        (offset > milliseconds(0) ? " behind" : " ahead") +
        (far > limits::clock_skew_told ? ", set this machine's clock" : "");
}

template <class Answer>
std::string told_of_answer(const Answer& answer) {
    const auto took = std::chrono::round<milliseconds>(answer.took);
    auto text = ", " + std::to_string(took.count()) + " ms";
    if (answer.clock_offset) text += ", " + told_of_clock(*answer.clock_offset);
    return text;
}

std::string in_words(const failure& why) {
    auto text = why.detail.empty() ? std::string(to_string(why.kind)) : why.detail;
    if (!why.cure.empty()) {
        // Many details are sentences.
        if (text.ends_with('.')) text.pop_back();
        text += ": " + why.cure;
    }
    return wire::terminal_safe(text);
}

// Nothing when there was none, or only a job that is not there.
template <class Answer>
std::optional<failure> trouble_of(const std::optional<Answer>& answer) {
    if (!answer || answer->outcome.has_value()) return std::nullopt;
    auto why = answer->outcome.error();
    if (why.kind == error_class::not_found) return std::nullopt;
    return why;
}

// A missing permission is of one operation; anything else would happen to the next one as well.
template <class Answer>
bool may_go_on(const std::optional<Answer>& answer) {
    const auto why = trouble_of(answer);
    return !why || why->remote_code.starts_with("AccessDenied");
}

// Null when no job is watched by name there.
const domain::target* target_of(const domain::watch_plan& plan, lane_id lane) {
    const auto at = std::find_if(plan.targets.begin(), plan.targets.end(), [lane](const auto& t) {
        return t.lane == lane;
    });
    return at == plan.targets.end() ? nullptr : &*at;
}

}  // namespace

lane_trial::lane_trial(const domain::watch_plan& plan, const core::claims& claims, lane_id lane)
    : plan_(plan), claims_(claims), lane_(lane) {
    if (const auto* target = target_of(plan, lane)) job_ = target->name;
}

lane_trial::step lane_trial::next() {
    if (!may_go_on(described_) || !may_go_on(listed_) || tagged_) return done{};
    if (!described_ && !job_.empty()) return describe{job_};
    if (!listed_ && plan_.lanes[lane_.value].lists) return list{};
    if (listed_ && !has_chosen_) choose_from_page();
    if (!described_ && !job_.empty()) return describe{job_};
    if (tags_of_.empty()) look_for_tags_of_described();
    if (tags_of_.empty()) return done{};
    return read_tags{tags_of_};
}

bool lane_trial::looks_at_tags(const core::claim& claim) const {
    if (claim.answer == claim_answer::needs_tags) return true;
    return claim.answer == claim_answer::claimed &&
        !plan_.traits(claim.watch_list).labels_from_tags.empty();
}

void lane_trial::choose_from_page() {
    has_chosen_ = true;
    if (!listed_->outcome) return;
    for (const auto& job : listed_->outcome->jobs) {
        const auto claim =
            claims_.decide({.lane = lane_, .name = job.name, .status = job.status.value});
        const bool is_wanted =
            claim.answer == claim_answer::claimed || claim.answer == claim_answer::needs_details;
        if (job_.empty() && is_wanted) job_ = job.name;
        if (tags_of_.empty() && looks_at_tags(claim)) tags_of_ = job.arn;
    }
}

// Of a list that takes labels from tags, or that decides by tags once the details are known.
void lane_trial::look_for_tags_of_described() {
    if (!described_ || !described_->outcome) return;
    const auto& job = *described_->outcome;
    const auto* target = target_of(plan_, lane_);
    const bool is_named = target != nullptr;
    const bool are_read = is_named
        ? !plan_.traits(target->watch_list).labels_from_tags.empty()
        : looks_at_tags(claims_.decide(
              {.lane = lane_, .name = job.name, .status = job.status.value, .details = &job}
          ));
    if (are_read) tags_of_ = job.arn;
}

bool lane_trial::is_well() const {
    return !trouble_of(described_) && !trouble_of(listed_) && !trouble_of(tagged_);
}

std::string lane_trial::account(const domain::credential_facts& keys) const {
    if (described_ && described_->outcome) return described_->outcome->account_id;
    if (listed_ && listed_->outcome && !listed_->outcome->jobs.empty()) {
        return listed_->outcome->jobs.front().account_id;
    }
    return keys.account_id;
}

std::string lane_trial::told(const domain::credential_facts& keys) const {
    const auto& lane = plan_.lanes[lane_.value];
    auto text = "connection " + lane.connection + ", " + lane.region + ": ";
    std::string troubles;
    for (const auto& why : {trouble_of(described_), trouble_of(listed_), trouble_of(tagged_)}) {
        if (why) troubles += (troubles.empty() ? "FAILED: " : "; and ") + in_words(*why);
    }
    if (!troubles.empty()) return text + troubles;
    text += "ok, keys from " + keys.source;
    if (keys.is_extended) text += " (expired, extended)";
    if (const auto whose = account(keys); !whose.empty()) text += ", account " + whose;
    if (described_) {
        text += told_of_answer(*described_);
    } else if (listed_) {
        text += told_of_answer(*listed_);
    }
    if (listed_) text += ", lists jobs";
    if (tagged_) text += ", reads tags";
    if (!described_) return text + "; no job there to describe yet";
    if (described_->outcome.has_value()) return text;
    return text + "; there is no job " + job_ + " (yet), or the keys are of another account";
}

std::string told_of_failure(const failure& why) {
    return "FAILED: " + in_words(why);
}

}  // namespace trainwatch::app
