// What the engine asks for, carried to the models and back.
#include <algorithm>
#include <memory>

#include "base/limits.hpp"
#include "world.hpp"

namespace trainwatch::sim {
namespace {

using domain::aws_operation;

}  // namespace

std::size_t world::place_of(lane_id lane) const {
    const auto& planned = engine_->plan().lanes[lane.value];
    const auto& account = watching_->account_of(planned.connection);
    const auto& places = aws_.places();
    std::size_t at = 0;
    while (places[at].account_id != account || places[at].region != planned.region)
        ++at;
    return at;
}

// The Date header has whole seconds, and took a while to arrive.
std::optional<milliseconds> world::date_header() {
    if (chance(faults_.aws.clockless)) return std::nullopt;
    judge_->clock_seen();
    return milliseconds(random_.below(1000)) - milliseconds(500) - clocks_.error(now_);
}

void world::begin_call(const call& made) {
    ++result_.calls;
    judge_->called(made.operation, made.lane, now_);
    if (made.operation != aws_operation::describe) return;
    auto& given_up = describes_[{made.lane.value, made.what}];
    if (now_ < given_up) judge_->violated("two polls in flight for " + made.what, now_);
    given_up = made.given_up;
}

// The answer that AWS gave halfway, or has lost, on its way back.
template <class Event, class Answer>
void world::answer(const call& made, poll_id id, Answer told) {
    if (chance(faults_.aws.silent)) return;
    const auto most = calm_ ? milliseconds(300) : faults_.aws.latency_max;
    const auto took = milliseconds(1) + upto(most);
    const bool is_late = chance(faults_.aws.late);
    const auto heard = is_late ? made.given_up + upto(std::chrono::minutes(5)) : now_ + took;
    auto answered = told(clocks::true_wall(now_ + took / 2));
    schedule_for_engine(heard, [this, made, id, is_late, took, answered = std::move(answered)] {
        if (!is_late && made.operation == aws_operation::describe) {
            describes_[{made.lane.value, made.what}] = {};
        }
        Event event{id, answered, took, date_header()};
        // After a suspend, what was on its way has been given up unless it comes first.
        const bool is_taken = !is_late && now_ < made.given_up;
        if (is_taken) hear(event, made);
        feed(event);
    });
}

void world::hear(const core::described& event, const call& made) {
    const auto place = place_of(made.lane);
    if (!event.answer) {
        const auto gone = aws_.find(place, made.what, true_now());
        if (event.answer.error().kind == error_class::denied) judge_->describes_refused(place);
        if (event.answer.error().kind == error_class::not_found && gone) judge_->unheard(*gone);
        return;
    }
    const auto& told = *event.answer;
    if (told.name == made.what) {
        judge_->describe_told(place, made.what);
        // Whose quota it is stands in the job's ARN.
        judge_->account_told(made.lane);
    }
    const auto job = aws_.find_created(told.account_id, told.region, told.name, told.created);
    if (job) judge_->heard(*job, now_);
    if (job && told.name == made.what) judge_->explained(*job, told, now_);
    const bool is_true = calm_ && made.sent >= calm_from_ && told.name == made.what;
    if (job && is_true) judge_->described_truly(*job, clocks::true_wall(made.sent), now_);
}

void world::hear(const core::listed& event, const call& made) {
    if (!event.answer) return;
    if (!event.answer->jobs.empty()) judge_->account_told(made.lane);
    for (const auto& told : event.answer->jobs) {
        const auto job = aws_.find_created(told.account_id, told.region, told.name, told.created);
        if (job) judge_->heard(*job, now_);
    }
}

void world::hear(const core::tags_read& event, const call& made) {
    if (event.answer) {
        judge_->tags_told(made.lane);
    } else if (event.answer.error().kind == error_class::denied) {
        judge_->tags_refused(place_of(made.lane));
    }
}

void world::perform(const core::describe& what) {
    const call made{
        what.lane, aws_operation::describe, what.name, now_, what.deadline + limits::answer_grace};
    begin_call(made);
    judge_->describe_asked(place_of(what.lane), what.name);
    answer<core::described>(made, what.id, [&](wall_time when) {
        return aws_.describe(place_of(what.lane), what.name, when);
    });
}

void world::perform(const core::list_jobs& what) {
    const call made{what.lane, aws_operation::list, {}, now_, what.deadline + limits::answer_grace};
    begin_call(made);
    answer<core::listed>(made, what.id, [&](wall_time when) {
        return aws_.list(place_of(what.lane), what.query, when);
    });
}

void world::perform(const core::read_tags& what) {
    const call made{what.lane, aws_operation::tags, {}, now_, what.deadline + limits::answer_grace};
    begin_call(made);
    judge_->tags_asked(what.lane, place_of(what.lane), now_);
    answer<core::tags_read>(made, what.id, [&](wall_time when) {
        return aws_.tags(place_of(what.lane), what.arn, when);
    });
}

void world::perform(const core::commit& what) {
    auto batch = what.batch;
    if (chosen_.lie == sabotage::early_delivery) batch.alerts.clear();
    const auto planned = disk_.begin(std::move(batch), clocks_.ours(now_));
    if (planned.is_trouble) judge_->storage_failed();
    schedule_for_engine(planned.done, [this, id = what.id, fails = planned.fails] {
        disk_.finish();
        core::committed event{id, {}};
        if (fails) {
            event.error.emplace();
            event.error->detail = "disk full";
        }
        feed(event);
    });
}

receiver_endpoint& world::endpoint(const core::deliver& what) {
    return endpoints_.at(engine_->plan().endpoints[what.endpoint.value].url);
}

// The receiver takes it on the way; its answer may never be heard.
void world::perform(const core::deliver& what) {
    result_.alerts += what.alerts.size();
    judge_->delivering(what, now_);
    const auto& url = engine_->plan().endpoints[what.endpoint.value].url;
    auto& given_up = deliveries_[url];
    if (now_ < given_up) judge_->violated("two deliveries in flight to " + url, now_);
    given_up = what.deadline + limits::answer_grace;
    const auto most = calm_ ? milliseconds(50) : faults_.receiver.latency_max;
    const auto arrives = now_ + upto(most / 2);
    const auto answers = arrives + milliseconds(1) + upto(most / 2);
    const bool hangs = chance(faults_.receiver.hangs);
    // One for both ways: most of what a world copies are alerts.
    const auto sent = std::make_shared<const core::deliver>(what);
    schedule(arrives, [this, url, sent, answers, hangs, epoch = epoch_] {
        const bool is_poison = url == "http://am-1:9093";
        const auto told =
            endpoints_.at(url).take(*sent, now_, is_poison ? poisoned_ : std::string());
        if (hangs || epoch != epoch_ || !running_) return;
        schedule_for_engine(answers, [this, url, sent, told] {
            deliveries_[url] = {};
            if (now_ >= sent->deadline + limits::answer_grace) {
                // The machine slept meanwhile: it was given up, and the answer comes after that.
                feed(core::woke{});
                if (running_) feed(core::delivered{sent->id, told, date_header()});
                return;
            }
            if (told) judge_->confirmed(*sent, now_);
            feed(core::delivered{sent->id, told, date_header()});
        });
    });
}

// Like a delivery; what does not come back is as good as a refusal.
void world::perform(const core::read_back& what) {
    judge_->asking(what, now_);
    const auto& url = engine_->plan().endpoints[what.endpoint.value].url;
    const auto most = calm_ ? milliseconds(50) : faults_.receiver.latency_max;
    const auto part = [&] {
        return milliseconds(asking_.below(static_cast<std::uint64_t>(most.count() / 2) + 1));
    };
    const auto arrives = now_ + part();
    const auto answers = arrives + milliseconds(1) + part();
    const bool hangs = faulty() && asking_.unit() < faults_.receiver.hangs;
    const auto asked = std::make_shared<const core::read_back>(what);
    schedule(arrives, [this, url, asked, answers, hangs, epoch = epoch_] {
        const auto told = endpoints_.at(url).tell(*asked, now_, faults_.receiver.untold);
        if (epoch != epoch_ || !running_) return;
        if (hangs) judge_->not_told(url);
        if (hangs) return;
        schedule_for_engine(answers, [this, url, asked, told] {
            if (now_ >= asked->deadline + limits::answer_grace) {
                // The machine slept meanwhile, as with a delivery.
                judge_->not_told(url);
                feed(core::woke{});
            } else if (told) {
                judge_->told_back(*asked, *told);
            } else {
                judge_->not_told(url);
            }
            if (running_) feed(core::read_back_told{asked->id, told, {}});
        });
    });
}

void world::perform(const core::stop&) {
    log_.add("stopped", now_);
    lose_process();
    restart_after(std::chrono::minutes(10));
}

}  // namespace trainwatch::sim
