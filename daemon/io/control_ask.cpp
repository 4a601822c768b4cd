#include <cerrno>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "io/as_value.hpp"
#include "io/control_line.hpp"
#include "io/control_socket.hpp"

namespace trainwatch::io {

namespace {

using boost::system::error_code;

failure not_reached(const std::string& path, error_code code) {
    failure why{
        .kind = error_class::transient,
        .code = code,
        .detail = "control socket " + path + ": " + code.message()};
    const int number = code.value();
    if (number == ENOENT || number == ECONNREFUSED || number == ENOTDIR) {
        why.kind = error_class::not_found;
        why.detail = "no running daemon listens at " + path + ": " + code.message();
        why.cure =
            "see that it runs, and with which --control.socket; started by hand it has none "
            "without "
            "that flag";
    } else if (number == EACCES || number == EPERM) {
        why.kind = error_class::denied;
        why.cure = "only root and the daemon's own user may: use sudo";
    } else if (number == EAGAIN) {
        why.cure = "others are asking it at this moment: try again";
    }
    return why;
}

failure told_of(const std::string& path, failure why) {
    if (why.code == boost::asio::error::timed_out) {
        why.detail = "the daemon at " + path + " has not answered in time";
        why.cure = "look into its log";
    } else {
        why.detail = "the daemon at " + path + ": " + why.detail;
    }
    return why;
}

}  // namespace

task<result<std::string>> ask_control(std::string path, std::string line, nanoseconds within) {
    if (path.size() > control_path_bytes_max)
        co_return not_reached(path, system_code(ENAMETOOLONG));
    const auto executor = co_await boost::asio::this_coro::executor;
    local::socket socket(executor);
    deadline limit(executor, [&socket] {
        error_code ignored;
        socket.cancel(ignored);
    });
    limit.expires_after(within);
    const local::endpoint where(path);
    const auto [code] = co_await socket.async_connect(where, as_value);
    if (code) co_return not_reached(path, code);
    // A daemon that refuses at once has stopped reading, and its answer says why.
    const auto written = co_await write_text(socket, limit, line);
    auto answer = co_await read_line(socket, limit, limits::control_answer_bytes_max);
    if (!answer) co_return told_of(path, written ? answer.error() : written.error());
    if (answer->empty()) {
        failure silent{.kind = error_class::transient};
        silent.detail = "the daemon at " + path + " ended without an answer";
        silent.cure = "look into its log";
        co_return silent;
    }
    co_return std::move(*answer);
}

}  // namespace trainwatch::io
