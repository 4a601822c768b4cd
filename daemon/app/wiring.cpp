#include "app/wiring.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/limits.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

void rethrow(const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
}

}  // namespace

wiring::wiring(domain::watch_plan plan, std::uint64_t seed, io::log& log)
    : log_(log)
    , clock_(io::create_system_clock())
    , manager_(io::create_service_manager())
    , store_(io::create_memory_store())
    , process_(initial_process_facts(clock_->now().wall))
    , engine_(std::move(plan), seed)
    , documents_(limits::documents_bytes_max)
    , routes_(engine_, documents_, *clock_, process_)
    , driver_(
          context_.get_executor(),
          {engine_, clients_, notifiers_, documents_, *store_, log_, *manager_, *clock_}
      ) {}

result<std::unique_ptr<wiring>> wiring::build(wiring_inputs inputs, io::log& log) {
    auto plan = domain::make_watch_plan(inputs.settings);
    std::unique_ptr<wiring> built(new wiring(std::move(plan), inputs.seed, log));
    if (auto done = built->build_clients(inputs); done.has_error()) return done.error();
    if (auto done = built->build_notifiers(inputs); done.has_error()) return done.error();
    return built;
}

result<void> wiring::build_clients(const wiring_inputs& inputs) {
    for (const auto& lane : engine_.plan().lanes) {
        const auto& access = inputs.access.at(lane.connection);
        auto& connection = connections_[lane.connection];
        if (!connection.credentials) {
            const auto tell = [this, name = lane.connection](const auto& news) {
                driver_.tell_credentials(name, news);
            };
            auto opened = open_connection(access, tell, *clock_);
            if (opened.has_error()) return opened.error();
            connection = std::move(opened.value());
        }
        clients_.push_back(open_client(access, lane.region, connection, *clock_));
    }
    return {};
}

result<void> wiring::build_notifiers(const wiring_inputs& inputs) {
    if (engine_.plan().endpoints.empty()) return {};
    auto trust = io::create_tls_client_context("");
    if (trust.has_error()) return trust.error();
    for (const auto& endpoint : engine_.plan().endpoints) {
        auto where = wire::parse_url(endpoint.url);
        if (where.has_error()) return where.error();
        if (where->tls) {
            if (auto any = io::check_trust(**trust); any.has_error()) return any.error();
        }
        const auto proxy = wire::proxy_for(*where, inputs.receiver_proxies.at(endpoint.receiver));
        notifiers_.push_back(
            io::create_notifier(endpoint.kind, *where, {trust.value(), proxy}, *clock_)
        );
    }
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
        [this](const wire::http_request& request) { return routes_.answer(request); }
    ));
    return {};
}

void wiring::announce_ready() {
    routes_.mark_ready();
    manager_->ready();
}

void wiring::stop_on_signal() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        manager_->stopping();
        driver_.request_stop();
        // What is asked of AWS has no more use; deliveries are drained.
        close_clients();
    });
}

// Whoever sends it wants a reload, which takes a restart for now; dying of it would help nobody.
void wiring::survive_hangup() {
    hangup_.add(SIGHUP);
    hangup_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        log_.write(
            io::log_level::warning,
            "SIGHUP: this version reads its configuration at start only; restart it to apply a "
            "change",
            {}
        );
        survive_hangup();
    });
}

void wiring::close_clients() {
    for (auto& client : clients_)
        client->close();
    for (auto& [name, connection] : connections_)
        connection.credentials->close();
}

// Once the driver is done everything is closed, and the context runs until nothing waits any
// more: no coroutine outlives what it refers to.
void wiring::close_all() {
    signals_.cancel();
    hangup_.cancel();
    for (auto& server : servers_)
        server->close();
    close_clients();
    for (auto& notifier : notifiers_)
        notifier->close();
}

void wiring::run_until_stopped() {
    asio::co_spawn(context_, driver_.run(), [this](const std::exception_ptr& error) {
        rethrow(error);
        close_all();
    });
    context_.run();
    log_.flush();
}

void wiring::run() {
    driver_.on_restored([this] { announce_ready(); });
    stop_on_signal();
    survive_hangup();
    for (auto& server : servers_)
        asio::co_spawn(context_, server->serve(), rethrow);
    run_until_stopped();
}

void wiring::run_first_pass() {
    driver_.on_step([this](const domain::view& view) {
        if (view.first_pass_complete) driver_.request_stop();
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
        close_clients();
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
        rethrow(error);
        drained = true;
        timer.cancel();
        close_all();
    });
    context_.run();
    return drained;
}

}  // namespace trainwatch::app
