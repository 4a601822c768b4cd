#include "core/notes.hpp"

#include <variant>

#include "base/text.hpp"

namespace trainwatch::core {
namespace {

using domain::seen_as;

note_fields fields_of(const domain::job_view& job, const std::string& region) {
    return {
        {"training_job", job.target.name},
        {"aws_region", region},
        {"watch_list", job.target.watch_list},
    };
}

void add_entry(note_fields& fields, std::size_t index, const domain::transition& entry) {
    fields.emplace_back("index", std::to_string(index));
    fields.emplace_back("secondary_status", entry.status.text);
    fields.emplace_back("started", iso8601(entry.started));
}

void add_message(note_fields& fields, const std::string& message) {
    if (!message.empty()) fields.emplace_back("message", valid_utf8(message));
}

note_level level_of(seen_as seen) {
    return seen == seen_as::live ? note_level::info : note_level::debug;
}

// One overload a finding; each takes the fields that name the job and completes the line.
class writer {
public:
    writer(const domain::job_view& job, note_fields about) : job_(job), about_(std::move(about)) {}

    note operator()(const domain::job_appeared& found) const {
        auto fields = about_;
        fields.emplace_back("account_id", job_.last->account_id);
        fields.emplace_back("status", job_.last->status.text);
        fields.emplace_back("secondary_status", job_.last->secondary.text);
        fields.emplace_back("created", iso8601(job_.last->created));
        fields.emplace_back("already_ended", found.already_ended ? "true" : "false");
        // A first start pages through weeks of ended jobs: that is no news.
        const bool is_past = found.already_ended && job_.summarised;
        return {is_past ? note_level::debug : note_level::info, "job_appeared", std::move(fields)};
    }
    note operator()(const domain::name_reused& found) const {
        auto fields = about_;
        fields.emplace_back("previous_created", iso8601(found.previous.created));
        fields.emplace_back("created", iso8601(job_.last->created));
        return {note_level::info, "name_reused", std::move(fields)};
    }
    note operator()(const domain::transition_entered& found) const {
        auto fields = about_;
        add_entry(fields, found.index, found.entry);
        add_message(fields, found.entry.message);
        return {level_of(found.seen), "transition", std::move(fields)};
    }
    note operator()(const domain::transition_left& found) const {
        auto fields = about_;
        add_entry(fields, found.index, found.entry);
        fields.emplace_back("ended", iso8601(found.entry.ended.value_or(found.entry.started)));
        return {note_level::debug, "transition_left", std::move(fields)};
    }
    note operator()(const domain::message_changed& found) const {
        auto fields = about_;
        add_entry(fields, found.index, found.entry);
        add_message(fields, found.entry.message);
        return {note_level::info, "message_changed", std::move(fields)};
    }
    note operator()(const domain::history_rewritten& found) const {
        auto fields = about_;
        fields.emplace_back("index", std::to_string(found.index));
        return {note_level::warning, "history_rewritten", std::move(fields)};
    }
    note operator()(const domain::status_changed& found) const {
        auto fields = about_;
        fields.emplace_back("from", found.from.text);
        fields.emplace_back("to", found.to.text);
        return {note_level::info, "status_changed", std::move(fields)};
    }
    note operator()(const domain::job_ended& found) const {
        auto fields = about_;
        fields.emplace_back("outcome", std::string(to_string(found.ending.outcome)));
        fields.emplace_back("failure_class", std::string(to_string(found.ending.failure_class)));
        if (found.ended) fields.emplace_back("ended", iso8601(*found.ended));
        if (!job_.last->failure_reason.empty()) {
            fields.emplace_back("failure_reason", valid_utf8(job_.last->failure_reason));
        }
        if (found.seen == seen_as::old) fields.emplace_back("alerted", "false");
        const bool is_past = found.seen == seen_as::old && job_.summarised;
        return {is_past ? note_level::debug : note_level::info, "job_ended", std::move(fields)};
    }
    note operator()(const domain::stale_answer& found) const {
        auto fields = about_;
        fields.emplace_back("created", iso8601(found.about.created));
        return {note_level::warning, "stale_answer", std::move(fields)};
    }
    note operator()(const domain::reappeared&) const {
        return {note_level::info, "job_reappeared", about_};
    }
    note operator()(const domain::inconsistent& found) const {
        auto fields = about_;
        fields.emplace_back("kept", found.from.text);
        fields.emplace_back("claimed", found.to.text);
        return {note_level::warning, "inconsistent", std::move(fields)};
    }
    note operator()(const domain::unknown_value_seen& found) const {
        auto fields = about_;
        fields.emplace_back("member", found.member);
        fields.emplace_back("value", valid_utf8(found.value));
        // A status decides what a job is taken for; a new instance type is only worth knowing.
        const bool decides = found.member == "TrainingJobStatus" ||
            found.member == "SecondaryStatus" ||
            found.member == "SecondaryStatusTransitions.Status";
        return decides ? note{note_level::warning, "unknown_status", std::move(fields)}
                       : note{note_level::info, "unknown_value", std::move(fields)};
    }

private:
    const domain::job_view& job_;
    note_fields about_;
};

}  // namespace

note make_note(note_level level, std::string name, note_fields fields) {
    return {level, std::move(name), std::move(fields)};
}

void add_failure(note_fields& fields, const failure& why) {
    fields.emplace_back("error", std::string(to_string(why.kind)));
    if (!why.detail.empty()) fields.emplace_back("detail", why.detail);
    if (!why.request_id.empty()) fields.emplace_back("request_id", why.request_id);
    if (!why.cure.empty()) fields.emplace_back("cure", why.cure);
}

std::vector<note> notes_of(
    const domain::job_view& job,
    const std::string& region,
    const std::vector<domain::finding>& findings
) {
    std::vector<note> notes;
    if (findings.empty()) return notes;
    const writer write(job, fields_of(job, region));
    for (const auto& finding : findings)
        notes.push_back(std::visit(write, finding));
    return notes;
}

note note_of_missing(const domain::job_view& job, const std::string& region, bool is_shared_out) {
    auto fields = fields_of(job, region);
    const bool may_be_elsewhere = !job.last && is_shared_out;
    const bool expected = (job.last && job.ending) || may_be_elsewhere;
    fields.emplace_back("last_status", job.last ? job.last->status.text : "never seen");
    if (may_be_elsewhere) {
        fields.emplace_back("cure", "none if another shard finds it; it is looked for again");
    } else if (!job.last) {
        fields.emplace_back(
            "cure", "check the name and the regions of its watch list; it is looked for again"
        );
    }
    return {expected ? note_level::info : note_level::warning, "job_missing", std::move(fields)};
}

note note_of_retired(const domain::job_view& job, const std::string& region) {
    return {note_level::debug, "job_retired", fields_of(job, region)};
}

note note_of_failed_poll(
    note_level level, const domain::job_view& job, const std::string& region, const failure& why
) {
    auto fields = fields_of(job, region);
    add_failure(fields, why);
    return {level, "poll_failed", std::move(fields)};
}

note note_of_recovered_poll(const domain::job_view& job, const std::string& region) {
    return {note_level::info, "poll_recovered", fields_of(job, region)};
}

note note_of_headline(
    std::size_t jobs, std::uint64_t live, std::size_t alerts, const std::string& next_sweep
) {
    std::string sentence =
        "watching " + std::to_string(jobs) + " jobs, " + std::to_string(live) + " live, ";
    if (!next_sweep.empty()) sentence += "next sweep in " + next_sweep + ", ";
    sentence += std::to_string(alerts) + " alerts";
    note_fields fields{
        {"summary", std::move(sentence)},
        {"jobs", std::to_string(jobs)},
        {"live", std::to_string(live)},
        {"alerts", std::to_string(alerts)},
    };
    if (!next_sweep.empty()) fields.emplace_back("next_sweep_in", next_sweep);
    return make_note(note_level::info, "watching", std::move(fields));
}

note note_of_damaged_ledger(const failure& why, wall_time alerts_since) {
    note_fields fields;
    add_failure(fields, why);
    fields.emplace_back("alerts_since", iso8601(alerts_since));
    fields.emplace_back(
        "effect",
        "what is known is rebuilt from AWS; what ended since alerts_since is alerted under its old "
        "identity, and a webhook may hear of it twice; counters begin at zero"
    );
    return make_note(note_level::warning, "ledger_damaged", std::move(fields));
}

note note_of_alert(note_level level, std::string name, const domain::alert& alert) {
    note_fields fields{{"alert", domain::identity(alert.labels)}};
    if (const auto reason = alert.annotations.find("failure_reason");
        reason != alert.annotations.end()) {
        fields.emplace_back("failure_reason", reason->second);
    }
    if (const auto because = alert.annotations.find("resolved_because");
        because != alert.annotations.end()) {
        fields.emplace_back("resolved_because", because->second);
    }
    return {level, std::move(name), std::move(fields)};
}

note note_of_delivery(
    note_level level,
    std::string name,
    const domain::endpoint& endpoint,
    std::size_t alerts,
    const failure* why
) {
    note_fields fields{{"receiver", endpoint.receiver}};
    // The URL of a webhook may hold a secret.
    if (endpoint.kind == domain::receiver_kind::alertmanager) {
        fields.emplace_back("url", endpoint.url);
    }
    fields.emplace_back("alerts", std::to_string(alerts));
    if (why) add_failure(fields, *why);
    return {level, std::move(name), std::move(fields)};
}

note note_of_read_back(
    note_level level, std::string name, const domain::endpoint& endpoint, const failure* why
) {
    note_fields fields{{"receiver", endpoint.receiver}, {"url", endpoint.url}};
    if (why) {
        add_failure(fields, *why);
        fields.emplace_back("effect", "what it says 200 to counts as confirmed");
    }
    return {level, std::move(name), std::move(fields)};
}

note note_of_receiver_clock(const domain::endpoint& endpoint, milliseconds ahead) {
    note_fields fields{{"receiver", endpoint.receiver}, {"url", endpoint.url}};
    fields.emplace_back("ahead", format_duration(std::chrono::floor<seconds>(ahead)));
    fields.emplace_back("effect", "alerts had ended by its clock; they are sent again by that");
    return {note_level::warning, "receiver_clock_ahead", std::move(fields)};
}

}  // namespace trainwatch::core
