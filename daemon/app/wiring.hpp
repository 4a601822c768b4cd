// Builds the daemon's objects in order and owns them. One screen, no framework.
//
// References between them point to earlier members, so that destruction in reverse order is safe.
// What cannot be built (a port in use, a CA file that is not there) is a failure with a line for
// people; nothing has been started then.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "app/control_desk.hpp"
#include "app/document_shelf.hpp"
#include "app/driver.hpp"
#include "app/equipment.hpp"
#include "app/process_facts.hpp"
#include "app/reloading.hpp"
#include "app/routes.hpp"
#include "app/wiring_inputs.hpp"
#include "base/failure.hpp"
#include "core/engine.hpp"
#include "io/clock.hpp"
#include "io/control_socket.hpp"
#include "io/http_server.hpp"
#include "io/log.hpp"
#include "io/service_manager.hpp"
#include "io/store.hpp"

namespace trainwatch::app {

class wiring {
public:
    // `log` outlives the wiring.
    static result<std::unique_ptr<wiring>> build(wiring_inputs inputs, io::log& log);

    // Opens one more listening socket; its address is logged.
    result<void> listen(const io::listen_options& where);

    // A reload reads from there. POST and PUT of /-/reload ask for one where `over_http` allows it.
    void reload_from(configuration_source source, bool over_http);

    // Opens the socket for commands to the running daemon.
    result<void> listen_for_commands(const std::string& path);

    // Runs until SIGTERM or SIGINT and the drain that follows, or until the engine stops.
    void run();

    // Runs until everything was looked at once (app/first_pass), then stops.
    void run_first_pass();

    // Runs until `finished`, which is asked after each step and each `tick`; signals keep their
    // usual effect. False when something was still under way a moment later and was abandoned:
    // the process has to end then without taking this object apart.
    bool run_until(std::function<bool(const domain::view&)> finished, milliseconds tick);

    const core::engine& engine() const { return engine_; }
    const wire::process_facts& process() const { return process_; }
    const document_shelf& documents() const { return documents_; }
    instant now() const { return clock_->now(); }

private:
    wiring(domain::watch_plan plan, unsigned replicas, std::uint64_t seed, io::log& log);
    result<void> open_ledger(const std::string& path);
    void announce_ready();
    void stop_on_signal();
    void reload_on_hangup();
    bool answer_late(const wire::http_request& request, const io::http_reply& reply);
    void close_all();
    void run_until_stopped();

    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    boost::asio::signal_set hangup_{context_};
    io::log& log_;
    std::unique_ptr<io::clock> clock_;
    std::unique_ptr<io::service_manager> manager_;
    std::unique_ptr<io::store> store_;
    wire::process_facts process_;
    core::engine engine_;
    document_shelf documents_;
    equipment equipment_;
    routes routes_;
    std::vector<std::unique_ptr<io::http_server>> servers_{};
    std::unique_ptr<io::control_server> control_{};
    driver driver_;
    reloading reloading_;
    control_desk desk_;
};

}  // namespace trainwatch::app
