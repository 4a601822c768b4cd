#include "app/control_desk.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/explanation.hpp"

namespace trainwatch::app {
namespace {

std::string quoted_name(const std::string& text) {
    return "\"" + valid_utf8(text, 200) + "\"";
}

std::string refusal(std::string why) {
    return wire::encode(wire::control_answer{false, {std::move(why)}});
}

std::string count_of(std::size_t alerts) {
    return alerts == 1 ? std::string("1 alert") : std::to_string(alerts) + " alerts";
}

// For whoever reads it elsewhere than it was made: no colours, and no width to wrap to.
constexpr wire::text_style plain_style{wire::unwrapped, false, true};
// Room for what JSON adds.
constexpr std::size_t text_bytes_max = limits::control_answer_bytes_max / 4;

// Each has a ledger of its own, and an Alertmanager that hears both would see it end and fire.
std::string other_replicas(unsigned replicas) {
    if (replicas <= 1) return {};
    return "This is one of " + std::to_string(replicas) +
        " replicas: acknowledge it at the others too, or they go on telling it.\n";
}

}  // namespace

wire::control_answer explain_rows(
    const result<domain::ledger_batch>& rows, const std::string& job, wall_time now
) {
    if (rows.has_error()) {
        const auto& why = rows.error();
        return {false, {why.detail + (why.cure.empty() ? "" : "; " + why.cure)}};
    }
    auto text = wire::render_explanation({*rows, now, plain_style});
    if (text.empty()) {
        const auto kept = format_duration(limits::ledger_retention);
        return {
            false,
            {"the ledger knows no job " + quoted_name(job) +
             "; names are case-sensitive, and what ended more than " + kept + " ago is forgotten"}};
    }
    if (text.size() > text_bytes_max) {
        return {
            false,
            {"there is too much to tell of " + quoted_name(job) +
             "; ask for one job by its ARN, or the ledger with sqlite3"}};
    }
    return {true, {}, {}, std::move(text)};
}

wire::control_answer tell_acknowledgement(const core::acknowledgement& done, unsigned replicas) {
    if (done.job.empty()) return {false, {"the daemon is stopping; nothing was acknowledged"}};
    if (!done.known) {
        return {
            false,
            {"no job " + quoted_name(done.job) +
             " is known here; names are case-sensitive, an ARN names one of several"}};
    }
    if (done.ended.empty()) {
        const auto none = "No alert about the end of " + quoted_name(done.job) + " fires.\n";
        return {true, {}, {}, none + other_replicas(replicas)};
    }
    wire::control_answer answer{true};
    answer.text = "Acknowledged, " + count_of(done.ended.size()) + " ended:\n";
    for (const auto& identity : done.ended)
        answer.text += "  " + identity + "\n";
    answer.text += other_replicas(replicas);
    if (!done.kept) {
        answer.warnings.emplace_back(
            "the ledger cannot be written at present: a restart before it can would not know of "
            "this"
        );
    }
    return answer;
}

void control_desk::obey(const std::string& line, const io::control_reply& reply) {
    const auto asked = wire::read_control_request(line);
    if (asked.has_error()) {
        reply(refusal(asked.error().detail));
        return;
    }
    if (asked->command == "reload") {
        with_.reloads.ask("control socket", [reply](const reload_outcome& outcome) {
            reply(wire::encode(wire::control_answer{outcome.ok, outcome.errors, outcome.warnings}));
        });
        return;
    }
    const bool is_explain = asked->command == "explain";
    if (!is_explain && asked->command != "ack") {
        reply(refusal("this daemon does not know the command " + quoted_name(asked->command)));
        return;
    }
    const auto job = asked->arguments.find(job_argument);
    if (job == asked->arguments.end() || job->second.empty()) {
        reply(refusal("\"" + asked->command + "\" needs a \"" + job_argument + "\""));
        return;
    }
    if (is_explain) {
        when_open([this, name = job->second, reply] { explain(name, reply); }, reply);
    } else {
        when_open([this, name = job->second, reply] { acknowledge(name, reply); }, reply);
    }
}

void control_desk::when_open(std::function<void()> work, const io::control_reply& reply) {
    if (is_closed_) {
        reply(refusal("the daemon is stopping; ask again when it runs"));
    } else if (is_open_) {
        work();
    } else {
        waiting_.push_back({std::move(work), reply});
    }
}

void control_desk::open() {
    is_open_ = true;
    for (const auto& each : std::exchange(waiting_, {}))
        each.work();
}

void control_desk::close() {
    is_closed_ = true;
    for (const auto& each : std::exchange(waiting_, {}))
        each.reply(refusal("the daemon is stopping; ask again when it runs"));
}

void control_desk::explain(const std::string& job, const io::control_reply& reply) {
    with_.driving.look_up(job, [this, job, reply](const result<domain::ledger_batch>& rows) {
        auto answer = explain_rows(rows, job, with_.time.now().wall);
        if (with_.engine.view().storage_degraded) {
            answer.warnings.emplace_back(
                "the ledger cannot be written at present; what it tells may be old: the page and "
                "/api/v1/jobs have what is known now"
            );
        }
        reply(wire::encode(answer));
    });
}

void control_desk::acknowledge(const std::string& job, const io::control_reply& reply) {
    const auto replicas = with_.replicas;
    with_.driving.acknowledge(job, [reply, replicas](const core::acknowledgement& done) {
        reply(wire::encode(tell_acknowledgement(done, replicas)));
    });
}

}  // namespace trainwatch::app
