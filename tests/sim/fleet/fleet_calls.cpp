// What the watcher asks for, and AWS' answers on their way back.
#include <cstdio>

#include "fleet.hpp"

namespace trainwatch::sim {
namespace {

std::string label(const domain::label_map& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

}  // namespace

void fleet::tell(
    const std::vector<std::size_t>& told, wall_time sampled, milliseconds latency, core::event event
) {
    schedule(now_ + latency, [this, told, sampled, event = std::move(event)] {
        for (const auto job : told)
            ruler_->observed(job, sampled);
        feed(event);
    });
}

void fleet::perform(const core::list_jobs& what) {
    count_call(aws_operation::list);
    const auto latency = milliseconds(50 + random_.below(251));
    const auto sampled = wall(now_) + latency / 2;
    auto answer = aws_->list(what.query, sampled);
    if (chosen_.trace) {
        std::printf(
            "%10.3f list after %s before %s token %s: %s\n",
            static_cast<double>((now_ - began_mono).count()) / 1e9,
            what.query.created_after ? iso8601(*what.query.created_after).c_str() : "-",
            what.query.created_before ? iso8601(*what.query.created_before).c_str() : "-",
            what.query.token.c_str(),
            answer ? (std::to_string(answer->jobs.size()) + " " + answer->next_token).c_str()
                   : answer.error().detail.c_str()
        );
    }
    auto told = aws_->told();
    if (answer) {
        auto& jobs = answer->jobs;
        const auto name = workload::name(liar_);
        if (chosen_.lie == fleet_lie::hidden_job) {
            std::erase_if(jobs, [&name](const auto& one) { return one.name == name; });
        }
        for (auto& one : jobs) {
            if (chosen_.lie != fleet_lie::frozen_job || one.name != name) continue;
            one = jobs_.summary(liar_, one.created);
        }
    }
    tell(
        told, sampled, latency, core::listed{what.id, std::move(answer), latency, milliseconds(0)}
    );
}

void fleet::perform(const core::describe& what) {
    count_call(aws_operation::describe);
    const auto latency = milliseconds(50 + random_.below(251));
    const auto sampled = wall(now_) + latency / 2;
    auto answer = aws_->describe(what.name, sampled);
    if (chosen_.trace) {
        std::printf(
            "%10.3f describe %s: %s\n",
            static_cast<double>((now_ - began_mono).count()) / 1e9,
            what.name.c_str(),
            answer ? (answer->status.text + "/" + answer->secondary.text).c_str()
                   : answer.error().detail.c_str()
        );
    }
    auto told = aws_->told();
    if (answer && chosen_.lie == fleet_lie::frozen_job && what.name == workload::name(liar_)) {
        answer = jobs_.shown(liar_, answer->created);
    }
    tell(
        told,
        sampled,
        latency,
        core::described{what.id, std::move(answer), latency, milliseconds(0)}
    );
}

void fleet::perform(const core::read_tags& what) {
    count_call(aws_operation::tags);
    const auto latency = milliseconds(50 + random_.below(251));
    auto answer = aws_->tags(wall(now_) + latency / 2);
    schedule(now_ + latency, core::tags_read{what.id, std::move(answer), latency, milliseconds(0)});
}

void fleet::perform(const core::commit& what) {
    for (const auto& row : what.batch.alerts) {
        const auto& labels = row.alert.labels;
        const auto name = label(labels, "alertname");
        if (name != "TrainingJobFailed" && name != "TrainingJobMaxRuntimeExceeded") continue;
        const auto job = label(labels, "training_job");
        if (lost_.empty() && measuring_) lost_ = job;
        if (chosen_.lie == fleet_lie::lost_alert && job == lost_) continue;
        alerts_[job].insert(name + "/" + domain::identity(labels));
    }
    schedule(now_ + milliseconds(3), core::committed{what.id, {}});
}

}  // namespace trainwatch::sim
