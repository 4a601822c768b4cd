// Where the running daemon takes commands from its control socket: reload, explain and ack. Reads
// the question, has it done, answers. Words are wire/control_message.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "app/driver.hpp"
#include "app/reloading.hpp"
#include "base/failure.hpp"
#include "core/action.hpp"
#include "core/engine.hpp"
#include "domain/ledger.hpp"
#include "io/clock.hpp"
#include "io/control_socket.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::app {

// The argument of `explain` and `ack`: a name or an ARN.
inline constexpr const char* job_argument = "job";

// What `explain` says of the rows about `job`, or of why there are none to be had.
wire::control_answer explain_rows(
    const result<domain::ledger_batch>& rows, const std::string& job, wall_time now
);
// What `ack` says of what it came to at one of so many daemons with the same configuration.
wire::control_answer tell_acknowledgement(const core::acknowledgement& done, unsigned replicas);

class control_desk {
public:
    // All outlive it.
    struct tools {
        reloading& reloads;
        driver& driving;
        const core::engine& engine;
        const io::clock& time;
        unsigned replicas = 1;  // process_settings::replicas
    };
    explicit control_desk(tools with) : with_(with) {}

    // Answers each line once: at once, or when it is done.
    void obey(const std::string& line, const io::control_reply& reply);
    // What the ledger knows has been taken in: questions about it that came before are answered.
    void open();
    // The daemon stops: whoever asks from now on about the ledger, or waits to, is told so.
    void close();

private:
    void explain(const std::string& job, const io::control_reply& reply);
    void acknowledge(const std::string& job, const io::control_reply& reply);

    struct waiting {
        std::function<void()> work;
        io::control_reply reply;
    };
    void when_open(std::function<void()> work, const io::control_reply& reply);

    const tools with_;
    std::deque<waiting> waiting_{};
    bool is_open_ = false;
    bool is_closed_ = false;
};

}  // namespace trainwatch::app
