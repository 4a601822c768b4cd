// Another configuration for the running daemon: read and checked on the worker, then put in force
// as a whole or not at all.
//
// Whoever asks (SIGHUP, the control socket, HTTP) gets the outcome. What does not change at a
// reload is not looked at: flags, addresses that are listened on, the log, the storage.
// Alertmanagers that are found by name come and go between reloads too, the same way.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "app/configuration.hpp"
#include "app/driver.hpp"
#include "app/equipment.hpp"
#include "app/kept_watch_lists.hpp"
#include "app/name_watch.hpp"
#include "app/reload_outcome.hpp"
#include "app/taking_turns.hpp"
#include "io/clock.hpp"
#include "io/log.hpp"
#include "io/service_manager.hpp"
#include "io/worker.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::app {

// Once more what the daemon was started with; runs on the worker, one at a time.
using configuration_source =
    std::function<configuration_reading(const configuration_before& in_force)>;

// What a reload may not do: leave a connection without keys that had some, bring one that never
// had, or take a file's list away that neither the file nor its last good version gives any more.
// What was in the same trouble before keeps nobody from changing the rest.
reload_outcome judge_reading(
    const configuration_reading& reading,
    const std::map<std::string, failure>& troubles_before,
    const std::vector<watch_list_file>& files_before
);
std::map<std::string, failure> troubles_of(const wiring_inputs& inputs);

class reloading {
public:
    // All outlive it.
    struct tools {
        equipment& equipped;
        driver& driving;
        io::log& log;
        io::service_manager& manager;
        const io::clock& time;
        wire::process_facts& process;
    };
    reloading(
        const boost::asio::any_io_executor& executor,
        tools with,
        name_source look_up = io::look_up_addresses
    );

    // What is in force at the start.
    void begin_with(const wiring_inputs& inputs, const domain::watch_plan& plan);
    // From where a reload reads; without one there is nothing to reload from.
    void read_from(configuration_source source) { source_ = std::move(source); }
    // The daemon has started: reloads that were asked for meanwhile begin, and names are looked up
    // again.
    void open();
    // This endpoint was not reached. Where its name was looked up, that happens again soon.
    void tell_unreached(endpoint_id endpoint);

    // `by` is for the log: "SIGHUP".
    void ask(std::string by, std::function<void(const reload_outcome&)> then);
    // The daemon stops: whoever waits is told so, and nothing changes any more.
    void close();

private:
    void begin(const std::vector<std::string>& by);
    void remember(const wiring_inputs& inputs, const domain::watch_plan& plan);
    void follow_names(const found_names& found);
    void keep_lists();
    void tell_not_kept(const failure& why);
    void judge(const configuration_reading& reading);
    void put_in_force(const wiring_inputs& inputs, reload_outcome outcome);
    void finish(const reload_outcome& outcome);
    void tell(const reload_outcome& outcome);

    const tools with_;
    configuration_source source_{};
    taking_turns<reload_outcome> turns_;
    std::string asked_by_{};
    // Of the plan in force, which the engine has: what a next one's numbers follow on.
    domain::watch_plan numbers_{};
    std::map<std::string, failure> troubles_{};
    wiring_inputs in_force_{};
    std::string kept_lists_folder_{};
    bool lists_are_kept_ = true;  // as far as it is known
    bool is_open_ = false;
    std::unique_ptr<io::worker> worker_;
    name_watch names_;
};

}  // namespace trainwatch::app
