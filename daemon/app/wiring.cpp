#include "app/wiring.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/first_pass.hpp"
#include "base/limits.hpp"
#include "io/hangup.hpp"
#include "io/rethrow.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

}  // namespace

wiring::wiring(domain::watch_plan plan, unsigned replicas, std::uint64_t seed, io::log& log)
    : log_(log)
    , clock_(io::create_system_clock())
    , manager_(io::create_service_manager())
    , process_(initial_process_facts(clock_->now().wall))
    , engine_(std::move(plan), seed)
    , documents_(limits::documents_bytes_max)
    , equipment_(
          context_.get_executor(),
          *clock_,
          [this](const auto& name, const auto& news) { driver_.tell_credentials(name, news); }
      )
    , routes_(engine_, documents_, *clock_, process_)
    , driver_(
          context_.get_executor(),
          {engine_,
           equipment_.clients(),
           equipment_.notifiers(),
           documents_,
           store_,
           log_,
           *manager_,
           *clock_}
      )
    , reloading_(context_.get_executor(), {equipment_, driver_, log_, *manager_, *clock_, process_})
    , desk_({reloading_, driver_, engine_, *clock_, replicas}) {}

result<std::unique_ptr<wiring>> wiring::build(wiring_inputs inputs, io::log& log) {
    auto plan = domain::make_watch_plan(inputs.settings);
    const auto replicas = inputs.settings.process.replicas;
    std::unique_ptr<wiring> built(new wiring(std::move(plan), replicas, inputs.seed, log));
    if (auto opened = built->open_ledger(inputs.ledger); opened.has_error()) return opened.error();
    const auto& in_force = built->engine_.plan();
    auto done = built->equipment_.install(inputs, in_force);
    if (done.has_error()) return done.error();
    built->reloading_.begin_with(inputs, in_force);
    return built;
}

result<void> wiring::open_ledger(const std::string& path) {
    auto opened = io::create_store(context_.get_executor(), *clock_, path);
    if (opened.has_error()) return opened.error();
    store_ = std::move(opened.value());
    return {};
}

result<void> wiring::listen(const io::listen_options& where) {
    auto listener = io::listen(context_.get_executor(), where);
    if (listener.has_error()) return listener.error();
    const bool is_v6 = where.address.find(':') != std::string::npos;
    const auto host = is_v6 ? "[" + where.address + "]" : where.address;
    log_.write(
        io::log_level::info,
        "listening",
        {{"address", host + ":" + std::to_string(listener.value()->port())}}
    );
    servers_.push_back(io::create_http_server(
        std::move(listener.value()),
        [this](const wire::http_request& request) { return routes_.answer(request); },
        {},
        [this](const wire::http_request& request, const io::http_reply& reply) {
            return answer_late(request, reply);
        }
    ));
    return {};
}

void wiring::reload_from(configuration_source source, bool over_http) {
    reloading_.read_from(std::move(source));
    routes_.allow_reload(over_http);
}

result<void> wiring::listen_for_commands(const std::string& path) {
    const auto handler = [this](const std::string& line, const io::control_reply& reply) {
        desk_.obey(line, reply);
    };
    auto opened = io::create_control_server(context_.get_executor(), path, handler);
    if (opened.has_error()) return opened.error();
    control_ = std::move(opened.value());
    return {};
}

bool wiring::answer_late(const wire::http_request& request, const io::http_reply& reply) {
    if (!routes_.is_reload(request)) return false;
    reloading_.ask("HTTP", [reply](const reload_outcome& outcome) {
        reply(reload_response(outcome));
    });
    return true;
}

void wiring::announce_ready() {
    routes_.mark_ready();
    manager_->ready();
    reloading_.open();
    desk_.open();
}

void wiring::stop_on_signal() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        manager_->stopping();
        driver_.request_stop();
        reloading_.close();
        desk_.close();
        // What is asked of AWS has no more use; deliveries are drained.
        equipment_.close_clients();
    });
}

// Whoever sends it does not wait for an answer: the log has it.
void wiring::reload_on_hangup() {
    hangup_.add(SIGHUP);
    hangup_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        reloading_.ask("SIGHUP", [](const reload_outcome&) {});
        reload_on_hangup();
    });
}

// Once the driver is done everything is closed, and the context runs until nothing waits any
// more: no coroutine outlives what it refers to.
void wiring::close_all() {
    signals_.cancel();
    hangup_.cancel();
    for (auto& server : servers_)
        server->close();
    reloading_.close();
    desk_.close();
    if (control_) control_->close();
    equipment_.close();
}

void wiring::run_until_stopped() {
    asio::co_spawn(context_, driver_.run(), [this](const std::exception_ptr& error) {
        io::rethrow(error);
        close_all();
    });
    context_.run();
    log_.flush();
}

void wiring::run() {
    driver_.on_restored([this] { announce_ready(); });
    driver_.on_unreached([this](endpoint_id endpoint) { reloading_.tell_unreached(endpoint); });
    stop_on_signal();
    reload_on_hangup();
    io::take_hangup();
    if (control_) asio::co_spawn(context_, control_->serve(), io::rethrow);
    for (auto& server : servers_)
        asio::co_spawn(context_, server->serve(), io::rethrow);
    run_until_stopped();
}

void wiring::run_first_pass() {
    driver_.on_step([this](const domain::view& view) {
        if (is_first_pass_over(view)) driver_.request_stop();
    });
    stop_on_signal();
    run_until_stopped();
}

bool wiring::run_until(std::function<bool(const domain::view&)> finished, milliseconds tick) {
    asio::steady_timer timer(context_);
    bool leaving = false;
    bool drained = false;
    const auto look = [&] {
        if (leaving || !finished(engine_.view())) return;
        leaving = true;
        driver_.request_stop();
        // Nobody waits for other answers any more.
        equipment_.close_clients();
        timer.expires_after(limits::leave_grace);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (!error) context_.stop();
        });
    };
    std::function<void()> next_tick = [&] {
        timer.expires_after(tick);
        timer.async_wait([&](const boost::system::error_code& error) {
            if (error || leaving) return;
            look();
            if (!leaving) next_tick();
        });
    };
    driver_.on_step([&](const domain::view&) { look(); });
    next_tick();
    asio::co_spawn(context_, driver_.run(), [&](const std::exception_ptr& error) {
        io::rethrow(error);
        drained = true;
        timer.cancel();
        close_all();
    });
    context_.run();
    return drained;
}

}  // namespace trainwatch::app
