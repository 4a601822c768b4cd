// The loop between the engine and the world: next event -> step -> perform actions -> completions
// are events again. It knows no protocol and no rule.
//
// Everything runs on one thread. Each action that takes time becomes a coroutine whose result is
// pushed as an event; the engine never waits. The watchdog is petted from this loop only, so that
// a stuck loop does not look alive.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "app/document_shelf.hpp"
#include "base/time.hpp"
#include "core/engine.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "io/log.hpp"
#include "io/notifier.hpp"
#include "io/sagemaker_client.hpp"
#include "io/service_manager.hpp"
#include "io/store.hpp"

namespace trainwatch::app {

// What the driver performs actions with. Owned by wiring, which outlives the driver.
struct driver_tools {
    core::engine& engine;
    // By lane_id. What a call refers to outlives it, but not its place here: a reload replaces.
    std::vector<std::unique_ptr<io::sagemaker_client>>& clients;
    std::vector<std::unique_ptr<io::notifier>>& notifiers;  // by endpoint_id, likewise
    document_shelf& documents;
    const std::unique_ptr<io::store>& store;  // there when the driver runs
    io::log& log;
    io::service_manager& manager;
    const io::clock& time;
};

class driver {
public:
    driver(const boost::asio::any_io_executor& executor, driver_tools tools);
    ~driver();
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;

    // Loads the store, then turns events into actions until the engine says `stop`.
    io::task<void> run();

    // Called once, when the engine has taken in what the store remembers.
    void on_restored(std::function<void()> then);
    // Called after each step, with the view as that step left it.
    void on_step(std::function<void(const domain::view&)> then);

    // Called when nothing was heard from an endpoint that was to be told.
    void on_unreached(std::function<void(endpoint_id)> then);

    // A connection fetched its keys, or could not.
    void tell_credentials(std::string connection, result<domain::credential_facts> news);

    // Another configuration, which the tools are ready for already; `then` once the engine has it.
    void reconfigure(domain::watch_plan plan, std::function<void()> then);
    // A person has seen how this job ended (a name or an ARN); `then` with what that came to. Not
    // before the store's content is known (on_restored). Empty where the daemon has stopped.
    void acknowledge(std::string job, std::function<void(const core::acknowledgement&)> then);
    // What the store has about a job (a name or an ARN), once it has been read.
    void look_up(std::string job, std::function<void(const result<domain::ledger_batch>&)> then);
    // What the line for systemd says at its end beside the engine's state; empty: nothing.
    void add_to_status(std::string words);

    // SIGTERM. Harmless when repeated.
    void request_stop();

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace trainwatch::app
