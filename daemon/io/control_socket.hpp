// A Unix socket through which commands speak to the running daemon: one line asked, one line
// answered, and the connection ends. What the lines say is wire/control_message.
//
// The file has mode 0600: who may connect is the daemon's own user, and root. Under the unit's
// DynamicUser= nobody else could be meant, and whoever commands here may silence alerts. Others go
// through sudo or systemctl, which have rules for it. Bounds: a request of 16 KB within 5 s, eight
// connections; others wait in the kernel's queue.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"

namespace trainwatch::io {

// Takes the answer, a line with its end. Once, at any time, on the executor's thread.
using control_reply = std::function<void(std::string line)>;
// Gets a line without its end.
using control_handler = std::function<void(std::string line, control_reply reply)>;

struct control_limits {
    milliseconds read = limits::control_read_deadline;
    milliseconds write = limits::control_write_deadline;
    std::size_t request_bytes_max = limits::control_request_bytes_max;
    std::size_t connections_max = limits::control_connections_max;
};

class control_server {
public:
    virtual ~control_server() = default;
    // Accepts until close(). Once. To be over before destruction, or the executor with it.
    virtual task<void> serve() = 0;
    // Removes the file if it is still ours. Replies that are due are waited for by serve().
    virtual void close() = 0;
};

// Replaces the socket of a daemon that is gone, never that of a living one, and no other file.
// Failure: internal, with the path and the cure.
result<std::unique_ptr<control_server>> create_control_server(
    const boost::asio::any_io_executor& executor,
    const std::string& path,
    control_handler handler,
    const control_limits& bounds = {}
);

// The answer's line, without its end, `within` so long. Failures name the path and the cure:
// not_found when no daemon listens there, denied without permission, transient for silence.
task<result<std::string>> ask_control(std::string path, std::string line, nanoseconds within);

}  // namespace trainwatch::io
