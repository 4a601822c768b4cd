// Builds the daemon's objects in order and owns them. One screen, no framework.
//
// References between them point to earlier members, so that destruction in reverse order is safe.
// What cannot be built (a port in use, a CA file that is not there) is a failure with a line for
// people; nothing has been started then.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "app/aws_connection.hpp"
#include "app/connection_access.hpp"
#include "app/document_shelf.hpp"
#include "app/driver.hpp"
#include "app/process_facts.hpp"
#include "app/routes.hpp"
#include "base/failure.hpp"
#include "core/engine.hpp"
#include "domain/settings.hpp"
#include "io/clock.hpp"
#include "io/credential_source.hpp"
#include "io/http_server.hpp"
#include "io/log.hpp"
#include "io/notifier.hpp"
#include "io/sagemaker_client.hpp"
#include "io/service_manager.hpp"
#include "io/store.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::app {

struct wiring_inputs {
    domain::settings settings{};
    // By connection name, all of them: decided before anything is built.
    std::map<std::string, connection_access> access{};
    std::map<std::string, wire::proxy_rules> receiver_proxies{};  // by receiver
    std::uint64_t seed = 0;                                       // of the jitter
};

class wiring {
public:
    // `log` outlives the wiring.
    static result<std::unique_ptr<wiring>> build(wiring_inputs inputs, io::log& log);

    // Opens one more listening socket; its address is logged.
    result<void> listen(const io::listen_options& where);

    // Runs until SIGTERM or SIGINT and the drain that follows, or until the engine stops.
    void run();

    // Runs until every target was looked at once, then stops.
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
    wiring(domain::watch_plan plan, std::uint64_t seed, io::log& log);
    result<void> build_clients(const wiring_inputs& inputs);
    result<void> build_notifiers(const wiring_inputs& inputs);
    void announce_ready();
    void stop_on_signal();
    void survive_hangup();
    void close_clients();
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
    std::map<std::string, aws_connection> connections_{};
    std::vector<std::unique_ptr<io::sagemaker_client>> clients_{};  // by lane_id
    std::vector<std::unique_ptr<io::notifier>> notifiers_{};        // by endpoint_id
    routes routes_;
    std::vector<std::unique_ptr<io::http_server>> servers_{};
    driver driver_;
};

}  // namespace trainwatch::app
