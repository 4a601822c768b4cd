#include "app/alert_trial_text.hpp"

#include <utility>
#include <vector>

#include "app/plan_text.hpp"
#include "app/version.hpp"
#include "base/limits.hpp"
#include "wire/delivery_advice.hpp"
#include "wire/terminal_text.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

using domain::receiver_kind;

std::string in_milliseconds(nanoseconds took) {
    return std::to_string(std::chrono::ceil<milliseconds>(took).count()) + " ms";
}

std::string without_address(std::string text, receiver_kind kind, const std::string& url) {
    if (kind != receiver_kind::webhook) return text;
    const auto where = wire::parse_url(url);
    return where ? wire::without_address(std::move(text), *where) : text;
}

std::string told(
    const failure& why, const domain::receiver_settings& receiver, const std::string& url
) {
    const auto cure = wire::advise_on_delivery(why, receiver.kind);
    const auto text = why.detail + (cure.empty() ? std::string() : ": " + cure);
    return wire::terminal_safe(without_address(text, receiver.kind, url));
}

std::string answer_of(const io::timed_receipt& receipt) {
    return "HTTP " + std::to_string(receipt.outcome->status) + " in " +
        in_milliseconds(receipt.took);
}

// Empty while the clocks are near enough for alerts.
std::string told_of_clock(std::optional<milliseconds> offset) {
    if (!offset || std::chrono::abs(*offset) < limits::clock_skew_told) return {};
    const auto apart = format_duration(std::chrono::floor<seconds>(std::chrono::abs(*offset)));
    return "; its clock is " + apart + (offset->count() > 0 ? " ahead of" : " behind") +
        " this machine's: correct the wrong one (chrony)";
}

std::string told_of_quiet(const wire::held_alert& held) {
    if (held.is_silenced) return ", but a silence there keeps it quiet";
    if (held.is_inhibited) return ", but an inhibition there keeps it quiet";
    return {};
}

trial_line told_of_alertmanager(
    const io::alert_trial& trial,
    const domain::receiver_settings& receiver,
    const std::string& url,
    const domain::alert_message& sent
) {
    const auto answer = answer_of(trial.posted);
    const auto clock = told_of_clock(trial.clock_offset);
    if (!trial.read_back) return {"FAILED: " + answer + ", and nobody asked for it" + clock};
    if (trial.read_back->has_error()) {
        return {
            "FAILED: " + answer + ", but it cannot be asked whether it has the alert: " +
            told(trial.read_back->error(), receiver, url) + clock};
    }
    const auto* const held = wire::find_held(**trial.read_back, sent.labels);
    if (held == nullptr) {
        return {
            "FAILED: " + answer +
            ", but it does not have the alert: see --alerts.per-alertname-limit there; and behind "
            "a "
            "load balancer give each Alertmanager's own address" +
            clock};
    }
    const auto goes = held->receivers.empty()
        ? std::string(", read back")
        : ", read back; its routes give it to " + wire::terminal_safe(joined(held->receivers));
    return {"ok, " + answer + goes + told_of_quiet(*held) + clock, true};
}

trial_line told_of_webhook(
    const io::alert_trial& trial, const domain::receiver_settings& receiver, const std::string& url
) {
    const auto answer = answer_of(trial.posted);
    if (!trial.ended) return {"FAILED: " + answer + ", and it was not told of the end"};
    if (trial.ended->outcome.has_error()) {
        return {
            "FAILED: it took the alert (" + answer +
            ") and not its end: " + told(trial.ended->outcome.error(), receiver, url)};
    }
    return {
        "ok, " + answer + ", its end " + answer_of(*trial.ended) +
            "; a webhook cannot be asked what it keeps",
        true};
}

}  // namespace

domain::alert_message make_test_alert(
    const test_sender& sender, const domain::label_map& configured
) {
    domain::alert_message alert;
    alert.labels = {
        {"alertname", "TrainwatchdTest"}, {"severity", "info"}, {"test", iso8601(sender.at)}};
    if (!sender.replica.empty()) alert.labels.emplace("replica", sender.replica);
    alert.labels.insert(configured.begin(), configured.end());
    alert.starts_at = sender.at;
    alert.ends_at = sender.at + limits::test_alert_lasts;
    alert.annotations = {
        {"summary", "This is only a test of the way from trainwatchd to you: nothing is wrong."},
        {"description",
         "Somebody ran trainwatchd test-alert on " + sender.host + " at " + iso8601(sender.at) +
             ". No training job is concerned, there is nothing to do, and the alert ends by itself "
             "within " +
             format_duration(limits::test_alert_lasts) + "."},
        {"sent_by", std::string("trainwatchd ") + version + " on " + sender.host},
    };
    return alert;
}

std::string shown_endpoint(const domain::receiver_settings& receiver, const std::string& url) {
    if (receiver.kind == receiver_kind::alertmanager) return receiver.name + ", " + url;
    if (!receiver.url_file.empty()) return receiver.name + ", webhook in " + receiver.url_file;
    const auto where = wire::parse_url(url);
    if (!where) return receiver.name + ", webhook";
    const bool is_bare = where->path == "/" && where->query.empty();
    return receiver.name + ", webhook " + (where->tls ? "https://" : "http://") +
        where->host_header() + (is_bare ? "/" : "/…");
}

trial_line told_of_trial(
    const io::alert_trial& trial,
    const domain::receiver_settings& receiver,
    const std::string& url,
    const domain::alert_message& sent
) {
    if (trial.posted.outcome.has_error()) {
        return {
            "FAILED after " + in_milliseconds(trial.posted.took) + ": " +
            told(trial.posted.outcome.error(), receiver, url) + told_of_clock(trial.clock_offset)};
    }
    if (receiver.kind == receiver_kind::webhook) return told_of_webhook(trial, receiver, url);
    return told_of_alertmanager(trial, receiver, url, sent);
}

trial_line told_of_no_trial(const failure& why) {
    const auto cure = why.cure.empty() ? std::string() : ": " + why.cure;
    return {"FAILED: " + wire::terminal_safe(why.detail + cure)};
}

}  // namespace trainwatch::app
