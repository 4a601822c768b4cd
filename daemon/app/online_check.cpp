#include "app/online_check.hpp"

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/aws_connection.hpp"
#include "app/lane_trial.hpp"
#include "app/receiver_trust.hpp"
#include "base/limits.hpp"
#include "core/claims.hpp"
#include "domain/credentials.hpp"
#include "domain/watch_plan.hpp"
#include "io/receiver_probe.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

failure with_cure(failure why) {
    if (why.cure.empty() && why.kind == error_class::transient) {
        why.cure = "check its address, and that it runs";
    }
    return why;
}

std::string name_of(const domain::endpoint& endpoint) {
    // The address of a webhook may be a secret.
    const bool shown = endpoint.kind == domain::receiver_kind::alertmanager;
    return "receiver " + endpoint.receiver + (shown ? ", " + endpoint.url : std::string()) + ": ";
}

class online_check {
public:
    online_check(const wiring_inputs& inputs, milliseconds within)
        : inputs_(inputs)
        , plan_(domain::make_watch_plan(inputs.settings))
        , claims_(plan_)
        , within_(within)
        , clock_(io::create_system_clock()) {}

    online_report run() {
        lines_.resize(plan_.lanes.size() + plan_.endpoints.size());
        trials_.resize(plan_.lanes.size());
        for (std::size_t i = 0; i < plan_.lanes.size(); ++i)
            start_lane(i);
        for (std::size_t i = 0; i < plan_.endpoints.size(); ++i)
            start_receiver(i);
        // Each ends by itself and says more than that it is late; this is for those that do not.
        asio::steady_timer timer(context_, within_ + limits::leave_grace);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (!error) give_up();
        });
        while (under_way_ > 0 && context_.run_one() > 0) {
        }
        timer.cancel();
        close_all();
        context_.run();
        return collect();
    }

private:
    struct line {
        std::string text{};
        bool is_well = false;
    };

    const connection_access& access_of(std::size_t lane) const {
        return inputs_.access.at(plan_.lanes[lane].connection);
    }

    // Each ends by writing its line.
    template <class Answer, class Then>
    void spawn(io::task<Answer> work, Then then) {
        ++under_way_;
        asio::co_spawn(
            context_,
            std::move(work),
            [this, then = std::move(then)](const std::exception_ptr& error, const Answer& answer) {
                --under_way_;
                if (error) std::rethrow_exception(error);
                then(answer);
            }
        );
    }

    void start_lane(std::size_t lane) {
        const auto& name = plan_.lanes[lane].connection;
        auto& connection = connections_[name];
        if (!connection.credentials) {
            auto opened = open_connection(
                access_of(lane),
                [this, name](const auto& news) {
                    if (news) keys_[name] = *news;
                },
                *clock_
            );
            if (opened.has_error()) {
                lines_[lane] = {name_of(lane) + told_of_failure(opened.error())};
                return;
            }
            connection = std::move(opened.value());
        }
        clients_.push_back(
            open_client(access_of(lane), plan_.lanes[lane].region, connection, *clock_)
        );
        trials_[lane].emplace(plan_, claims_, lane_id{lane});
        go_on(lane, *clients_.back(), clock_->now().mono + within_);
    }

    // Asks what the trial wants next, and again when the answer is there.
    void go_on(std::size_t lane, io::sagemaker_client& client, mono_time until) {
        auto& trial = *trials_[lane];
        const auto take = [this, lane, &trial, &client, until](const auto& answer) {
            trial.take(answer);
            go_on(lane, client, until);
        };
        const auto step = trial.next();
        if (const auto* describe = std::get_if<lane_trial::describe>(&step)) {
            spawn(client.describe(describe->job, until), take);
        } else if (std::holds_alternative<lane_trial::list>(step)) {
            spawn(client.list({}, until), take);
        } else if (const auto* tags = std::get_if<lane_trial::read_tags>(&step)) {
            spawn(client.tags(tags->arn, until), take);
        } else {
            keep(lane, trial.told(keys_[plan_.lanes[lane].connection]), trial.is_well());
        }
    }

    std::string name_of(std::size_t lane) const {
        return "connection " + plan_.lanes[lane].connection + ", " + plan_.lanes[lane].region +
            ": ";
    }

    void start_receiver(std::size_t number) {
        const auto& endpoint = plan_.endpoints[number];
        const auto slot = plan_.lanes.size() + number;
        const auto where = wire::parse_url(endpoint.url);
        if (where.has_error()) {
            lines_[slot] = {app::name_of(endpoint) + told_of_failure(where.error())};
            return;
        }
        const auto& configured = receiver_access_of(inputs_.settings, endpoint.receiver);
        const auto access = access_towards(configured, endpoint);
        const auto trust = trust_.of(access.tls);
        if (trust.has_error()) {
            lines_[slot] = {app::name_of(endpoint) + told_of_failure(trust.error())};
            return;
        }
        const auto proxy =
            wire::proxy_for(named_url(endpoint), inputs_.receiver_proxies.at(endpoint.receiver));
        spawn(
            io::probe_receiver(
                endpoint.kind, *where, {*trust, proxy, {}, access.authorization}, *clock_, within_
            ),
            [this, slot](const auto& done) { keep_receiver(slot, done); }
        );
    }

    const domain::endpoint& endpoint_of(std::size_t slot) const {
        return plan_.endpoints[slot - plan_.lanes.size()];
    }

    void keep_receiver(std::size_t slot, const result<void>& done) {
        const auto& endpoint = endpoint_of(slot);
        const auto name = app::name_of(endpoint);
        if (done.has_error()) {
            keep(slot, name + told_of_failure(with_cure(done.error())), false);
        } else if (endpoint.kind == domain::receiver_kind::alertmanager) {
            keep(slot, name + "ok, an Alertmanager answers; no alert was sent", true);
        } else {
            keep(slot, name + "ok, it takes connections; nothing was posted", true);
        }
    }

    void keep(std::size_t slot, std::string text, bool is_well) {
        if (lines_[slot].text.empty()) lines_[slot] = {std::move(text), is_well};
    }

    void give_up() {
        const auto late = "FAILED: no answer within " + format_duration(within_);
        for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
            const auto& name = plan_.lanes[i].connection;
            const auto& credentials = connections_[name].credentials;
            const auto source = credentials ? credentials->source() : std::string();
            const bool has_keys = !keys_[name].source.empty();
            keep(i, name_of(i) + told_of_silence(source, has_keys, within_), false);
        }
        for (std::size_t i = plan_.lanes.size(); i < lines_.size(); ++i)
            keep(i, app::name_of(endpoint_of(i)) + late, false);
        close_all();
    }

    // What is under way ends with a failure then, which nobody hears any more.
    void close_all() {
        for (auto& client : clients_)
            client->close();
        for (auto& [name, connection] : connections_) {
            if (connection.credentials) connection.credentials->close();
        }
    }

    online_report collect() {
        online_report report;
        for (auto& each : lines_) {
            report.is_well = report.is_well && each.is_well;
            report.lines.push_back(std::move(each.text));
        }
        for (const auto& receiver : inputs_.settings.receivers) {
            for (const auto& url : receiver.urls) {
                const auto named = inputs_.names.find(url);
                if (named == inputs_.names.end() || named->second.trouble.empty()) continue;
                report.is_well = false;
                report.lines.push_back(
                    "receiver " + receiver.name + ", " + url + ": FAILED: " + named->second.trouble
                );
            }
        }
        return report;
    }

    const wiring_inputs& inputs_;
    const domain::watch_plan plan_;
    const core::claims claims_;
    const milliseconds within_;
    asio::io_context context_{1};
    std::unique_ptr<io::clock> clock_;
    std::vector<line> lines_{};
    std::size_t under_way_ = 0;
    std::map<std::string, domain::credential_facts> keys_{};
    std::map<std::string, aws_connection> connections_{};
    std::vector<std::unique_ptr<io::sagemaker_client>> clients_{};
    std::vector<std::optional<lane_trial>> trials_{};
    receiver_trust trust_{};
};

}  // namespace

std::string told_of_silence(const std::string& source, bool has_keys, milliseconds within) {
    const auto from = source.empty() ? std::string() : " from " + source;
    const auto late = " within " + format_duration(within);
    if (!has_keys) return "FAILED: no keys" + from + late;
    return "FAILED: no answer of SageMaker" + late + ", with keys" + from;
}

online_report check_online(const wiring_inputs& inputs, milliseconds within) {
    return online_check(inputs, within).run();
}

}  // namespace trainwatch::app
