#include "app/driver.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "app/loaded_ledger.hpp"
#include "io/rethrow.hpp"
#include "proto/clock_witnesses.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

// Asio's timer stands still while the machine sleeps, our clock does not: look at it this often.
constexpr nanoseconds longest_wait = seconds(5);

io::log_level level_of(core::note_level level) {
    switch (level) {
        case core::note_level::debug:
            return io::log_level::debug;
        case core::note_level::info:
            return io::log_level::info;
        case core::note_level::warning:
            return io::log_level::warning;
        case core::note_level::error:
            return io::log_level::error;
    }
    return io::log_level::error;
}

// One line for `systemctl status`.
std::string status_line(const domain::view& view) {
    const auto firing = std::count_if(view.alerts.begin(), view.alerts.end(), [](const auto& a) {
        return a.state == domain::alert_state::firing;
    });
    std::string line = "watching " + std::to_string(view.watched) + " jobs, " +
        std::to_string(view.live) + " live, " + std::to_string(firing) + " alerts";
    const auto down = std::count_if(view.lanes.begin(), view.lanes.end(), [](const auto& lane) {
        return lane.heard && !lane.up;
    });
    if (down > 0) {
        line += ", " + std::to_string(down) + " of " + std::to_string(view.lanes.size()) +
            " connections down";
    }
    if (!view.first_pass_complete) line += ", first look under way";
    if (view.storage_degraded) line += ", storage degraded";
    return line;
}

}  // namespace

class driver::implementation {
public:
    implementation(const asio::any_io_executor& executor, driver_tools tools)
        : executor_(executor), tools_(tools), wakeup_(executor) {}

    io::task<void> run() {
        auto loaded = co_await tools_.store->load();
        // Somebody may have asked for an end meanwhile: all else follows from what it holds.
        events_.emplace_front(core::restored{ledger_of(std::move(loaded))});
        while (true) {
            step_through_events();
            tools_.manager.watchdog();
            if (stopped_) break;
            arm();
            co_await wakeup_.async_wait(asio::as_tuple(asio::use_awaitable));
            tools_.store->tend();
            push_woke_when_due();
        }
        // The engine takes nothing any more.
        for (const auto& then : std::exchange(on_acknowledged_, {}))
            then({});
    }

    void request_stop() {
        if (std::exchange(stop_requested_, true)) return;
        push(core::stop_requested{});
    }

    void tell_credentials(std::string connection, result<domain::credential_facts> news) {
        push(core::credentials_told{std::move(connection), std::move(news)});
    }

    void reconfigure(domain::watch_plan plan, std::function<void()> then) {
        on_reconfigured_.push_back(std::move(then));
        push(core::reconfigured{std::move(plan)});
    }

    void acknowledge(std::string job, std::function<void(const core::acknowledgement&)> then) {
        on_acknowledged_.push_back(std::move(then));
        push(core::acknowledged{std::move(job)});
    }

    void look_up(std::string job, std::function<void(const result<domain::ledger_batch>&)> then) {
        asio::co_spawn(executor_, read_about(std::move(job), std::move(then)), io::rethrow);
    }

    void add_to_status(std::string words) {
        said_beside_ = std::move(words);
        tell_status();
    }

    std::function<void()> on_restored{};
    std::function<void(const domain::view&)> on_step{};
    std::function<void(endpoint_id)> on_unreached{};

private:
    domain::ledger ledger_of(result<domain::ledger> loaded) {
        is_unreadable_ = loaded.has_error();
        auto known = ledger_for_engine(std::move(loaded), tools_.store->written());
        if (known.damaged) {
            say_of_store("the ledger cannot be read; starting from AWS' history", *known.damaged);
        }
        return known;
    }

    void say_of_store(const char* what, const failure& why) {
        io::log_fields fields{{"error", why.detail}};
        if (!why.cure.empty()) fields.emplace_back("cure", why.cure);
        tools_.log.write(io::log_level::error, what, fields);
    }

    // Each trouble once, however often the engine tries again.
    void tell_of_commit(const std::optional<failure>& error) {
        const auto detail = error ? error->detail : std::string();
        if (detail == store_trouble_) return;
        store_trouble_ = detail;
        if (error) say_of_store("the ledger cannot be written; going on from memory", *error);
    }

    void push(core::event happened) {
        events_.push_back(std::move(happened));
        wakeup_.cancel();
    }

    void step_through_events() {
        while (!events_.empty() && !stopped_) {
            const core::event happened = std::move(events_.front());
            events_.pop_front();
            for (auto& action : tools_.engine.step(happened, tools_.time.now())) {
                std::visit([this](auto& what) { perform(what); }, action);
            }
            if (std::holds_alternative<core::restored>(happened) && on_restored) on_restored();
            if (std::holds_alternative<core::reconfigured>(happened)) told_of_reconfiguration();
            if (on_step) on_step(tools_.engine.view());
        }
        tell_status();
    }

    void told_of_reconfiguration() {
        const auto then = std::move(on_reconfigured_.front());
        on_reconfigured_.pop_front();
        then();
    }

    // An event that came while the loop was busy has no timer to cancel: it must not wait.
    void arm() {
        nanoseconds wait = longest_wait;
        if (const auto interval = tools_.manager.watchdog_interval()) {
            wait = std::min(wait, *interval);
        }
        if (const auto due = tools_.engine.next_wakeup()) {
            wait = std::min(wait, *due - tools_.time.now().mono);
        }
        if (!events_.empty()) wait = nanoseconds(0);
        wakeup_.expires_after(std::max(wait, nanoseconds(0)));
    }

    void push_woke_when_due() {
        const auto due = tools_.engine.next_wakeup();
        if (due && *due <= tools_.time.now().mono) events_.push_back(core::woke{});
    }

    void tell_status() {
        auto line = status_line(tools_.engine.view());
        if (!said_beside_.empty()) line += "; " + said_beside_;
        if (line == told_) return;
        tools_.manager.status(line);
        told_ = std::move(line);
    }

    void perform(core::describe& what) {
        asio::co_spawn(executor_, describe_job(std::move(what)), io::rethrow);
    }
    void perform(core::list_jobs& what) {
        asio::co_spawn(executor_, list_page(std::move(what)), io::rethrow);
    }
    void perform(core::read_tags& what) {
        asio::co_spawn(executor_, read_tags_of_job(std::move(what)), io::rethrow);
    }
    void perform(core::commit& what) {
        asio::co_spawn(executor_, commit_batch(std::move(what)), io::rethrow);
    }
    void perform(core::deliver& what) {
        asio::co_spawn(executor_, deliver_alerts(std::move(what)), io::rethrow);
    }
    void perform(core::read_back& what) {
        asio::co_spawn(executor_, read_alerts_back(std::move(what)), io::rethrow);
    }
    void perform(core::note& what) {
        if (is_unreadable_) tell_as_unreadable(what);
        tools_.log.write(level_of(what.level), what.name, what.fields);
    }
    void perform(core::acknowledgement& what) {
        const auto then = std::move(on_acknowledged_.front());
        on_acknowledged_.pop_front();
        then(what);
    }
    void perform(core::stop&) { stopped_ = true; }

    io::task<void> read_about(
        std::string job, std::function<void(const result<domain::ledger_batch>&)> then
    ) {
        const auto rows = co_await tools_.store->about(job);
        then(rows);
    }

    io::task<void> describe_job(core::describe what) {
        auto& client = *tools_.clients.at(what.lane.value);
        auto answer = co_await client.describe(what.name, what.deadline);
        if (answer.outcome) {
            const auto& seen = *answer.outcome;
            tools_.documents.put(what.slot, seen.created, answer.document, tools_.time.now().wall);
        }
        witnesses_.heard_aws(answer.clock_offset, tools_.time.now());
        push(core::described{what.id, std::move(answer.outcome), answer.took, answer.clock_offset});
    }

    io::task<void> list_page(core::list_jobs what) {
        auto& client = *tools_.clients.at(what.lane.value);
        auto answer = co_await client.list(what.query, what.deadline);
        witnesses_.heard_aws(answer.clock_offset, tools_.time.now());
        push(core::listed{what.id, std::move(answer.outcome), answer.took, answer.clock_offset});
    }

    io::task<void> read_tags_of_job(core::read_tags what) {
        auto& client = *tools_.clients.at(what.lane.value);
        auto answer = co_await client.tags(what.arn, what.deadline);
        witnesses_.heard_aws(answer.clock_offset, tools_.time.now());
        push(core::tags_read{what.id, std::move(answer.outcome), answer.took, answer.clock_offset});
    }

    io::task<void> commit_batch(core::commit what) {
        auto done = co_await tools_.store->commit(what.id, what.batch);
        std::optional<failure> error;
        if (done.has_error()) error = done.error();
        tell_of_commit(error);
        push(core::committed{what.id, std::move(error)});
    }

    io::task<void> deliver_alerts(core::deliver what) {
        auto& notifier = *tools_.notifiers.at(what.endpoint.value);
        auto answer = co_await notifier.deliver(what.alerts, what.deadline);
        const bool is_unreached =
            answer.outcome.has_error() && answer.outcome.error().kind == error_class::transient;
        if (is_unreached && on_unreached) on_unreached(what.endpoint);
        const auto offset = witnesses_.believed(answer.clock_offset, tools_.time.now());
        push(core::delivered{what.id, std::move(answer.outcome), offset});
    }

    io::task<void> read_alerts_back(core::read_back what) {
        auto& notifier = *tools_.notifiers.at(what.endpoint.value);
        auto answer = co_await notifier.ask_held(what.alerts, what.deadline);
        const auto offset = witnesses_.believed(answer.clock_offset, tools_.time.now());
        push(core::read_back_told{what.id, std::move(answer.held), offset});
    }

    asio::any_io_executor executor_;
    driver_tools tools_;
    asio::steady_timer wakeup_;
    std::deque<core::event> events_{};
    std::deque<std::function<void()>> on_reconfigured_{};  // one for each such event in the queue
    // Likewise.
    std::deque<std::function<void(const core::acknowledgement&)>> on_acknowledged_{};
    std::string told_{};
    std::string said_beside_{};
    std::string store_trouble_{};  // told already
    proto::clock_witnesses witnesses_{};
    bool is_unreadable_ = false;  // the ledger, which is there
    bool stop_requested_ = false;
    bool stopped_ = false;
};

driver::driver(const asio::any_io_executor& executor, driver_tools tools)
    : self_(std::make_unique<implementation>(executor, tools)) {}

driver::~driver() = default;

io::task<void> driver::run() {
    return self_->run();
}

void driver::on_restored(std::function<void()> then) {
    self_->on_restored = std::move(then);
}

void driver::on_step(std::function<void(const domain::view&)> then) {
    self_->on_step = std::move(then);
}

void driver::on_unreached(std::function<void(endpoint_id)> then) {
    self_->on_unreached = std::move(then);
}

void driver::tell_credentials(std::string connection, result<domain::credential_facts> news) {
    self_->tell_credentials(std::move(connection), std::move(news));
}

void driver::reconfigure(domain::watch_plan plan, std::function<void()> then) {
    self_->reconfigure(std::move(plan), std::move(then));
}

void driver::acknowledge(std::string job, std::function<void(const core::acknowledgement&)> then) {
    self_->acknowledge(std::move(job), std::move(then));
}

void driver::look_up(
    std::string job, std::function<void(const result<domain::ledger_batch>&)> then
) {
    self_->look_up(std::move(job), std::move(then));
}

void driver::add_to_status(std::string words) {
    self_->add_to_status(std::move(words));
}

void driver::request_stop() {
    self_->request_stop();
}

}  // namespace trainwatch::app
