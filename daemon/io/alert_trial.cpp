#include "io/alert_trial.hpp"

#include <utility>

#include "base/limits.hpp"
#include "io/notifier.hpp"

namespace trainwatch::io {

namespace {

struct timed_answer {
    timed_receipt receipt;
    std::optional<milliseconds> clock_offset{};
};

task<timed_answer> post(
    notifier& to, const clock& time, domain::alert_message alert, mono_time until
) {
    std::vector<domain::alert_message> alerts{std::move(alert)};
    const mono_time begun = time.now().mono;
    delivery_answer answer = co_await to.deliver(std::move(alerts), until);
    const nanoseconds took = time.now().mono - begun;
    co_return timed_answer{{std::move(answer.outcome), took}, answer.clock_offset};
}

task<result<std::vector<wire::held_alert>>> ask(
    const wire::url& where,
    http_client_options with,
    const clock& time,
    const domain::label_map& labels,
    mono_time until
) {
    const auto client = create_http_client(where, std::move(with), time);
    wire::http_request question =
        wire::encode_alerts_question(where.host_header(), where.path, labels);
    const auto answer = co_await client->exchange(std::move(question), until);
    client->close();
    if (!answer) co_return answer.error();
    co_return wire::read_held_alerts(answer->response);
}

}  // namespace

task<alert_trial> try_alert(
    domain::receiver_kind kind,
    wire::url where,
    http_client_options with,
    const clock& time,
    domain::alert_message alert,
    nanoseconds within,
    std::string secret
) {
    const mono_time until = time.now().mono + within;
    const auto to = create_notifier(kind, where, with, time, std::move(secret));
    timed_answer first = co_await post(*to, time, alert, until);
    alert_trial trial{std::move(first.receipt), first.clock_offset};
    if (trial.posted.outcome.has_error()) {
        to->close();
        co_return trial;
    }
    if (kind == domain::receiver_kind::webhook) {
        alert.state = domain::alert_state::resolved;
        alert.ends_at = time.now().wall;
        timed_answer last = co_await post(*to, time, alert, until);
        trial.ended = std::move(last.receipt);
        to->close();
        co_return trial;
    }
    if (trial.clock_offset && *trial.clock_offset >= limits::clock_skew_told) {
        alert.ends_at = alert.ends_at.value_or(alert.starts_at) + *trial.clock_offset;
        timed_answer again = co_await post(*to, time, alert, until);
        trial.posted = std::move(again.receipt);
    }
    to->close();
    if (trial.posted.outcome.has_value()) {
        trial.read_back = co_await ask(where, with, time, alert.labels, until);
    }
    co_return trial;
}

}  // namespace trainwatch::io
