#include "io/control_socket.hpp"

#include <cerrno>
#include <cstring>
#include <list>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "io/as_value.hpp"
#include "io/control_line.hpp"
#include "io/deadline.hpp"
#include "io/gate.hpp"
#include "io/rethrow.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::io {

namespace {

using boost::asio::steady_timer;
using boost::system::error_code;

class owned_socket {
public:
    explicit owned_socket(int value) : value_(value) {}
    ~owned_socket() {
        if (value_ >= 0) ::close(value_);
    }
    owned_socket(const owned_socket&) = delete;
    owned_socket& operator=(const owned_socket&) = delete;
    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

int new_socket() {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int bind_to(int socket, const std::string& path) {
    const sockaddr_un address = address_of(path);
    const auto* const as = reinterpret_cast<const sockaddr*>(&address);
    return ::bind(socket, as, sizeof address) == 0 ? 0 : errno;
}

// 0 where somebody listens: a full queue is a sign of life too.
int connect_to(const std::string& path) {
    const owned_socket probe(new_socket());
    const sockaddr_un address = address_of(path);
    const auto* const as = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(probe.get(), as, sizeof address) == 0) return 0;
    return errno == EAGAIN ? 0 : errno;
}

failure cannot_listen(
    const std::string& path, const std::string& why, std::string cure, int number
) {
    return {
        .kind = error_class::internal,
        .code = system_code(number),
        .detail = "control socket " + path + ": " + why,
        .cure = std::move(cure)};
}

// Removes what a daemon that is gone has left behind. Two that start at the same moment could both
// find it so; the second then has the file, and the first is not reached by commands.
result<void> clear(const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return {};
    if (!S_ISSOCK(facts.st_mode)) {
        return cannot_listen(
            path, "a file that is no socket stands there", "give another --control.socket", EEXIST
        );
    }
    const int refused = connect_to(path);
    if (refused == 0) {
        return cannot_listen(
            path,
            "another daemon listens there",
            "stop it, or give this one its own --control.socket",
            EADDRINUSE
        );
    }
    if (refused != ECONNREFUSED && refused != ENOENT) {
        return cannot_listen(
            path,
            system_code(refused).message(),
            "remove the file if it is nobody's, or give another --control.socket",
            refused
        );
    }
    ::unlink(path.c_str());
    return {};
}

struct file_id {
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const file_id&) const = default;
};

std::optional<file_id> identify(const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return std::nullopt;
    return file_id{facts.st_dev, facts.st_ino};
}

struct conversation {
    conversation(local::socket from, const boost::asio::any_io_executor& executor)
        : socket(std::move(from)), limit(executor, [this] { stop(); }) {}

    void stop() {
        error_code ignored;
        socket.cancel(ignored);
    }

    local::socket socket;
    deadline limit;
    bool reading = true;  // nothing is lost by closing
};

// Shared with the reply, which its keeper may drop or call when the session is gone.
struct pending_answer {
    explicit pending_answer(const boost::asio::any_io_executor& executor) : given(executor) {}

    gate given;
    std::string text{};
};

class socket_server final : public control_server {
public:
    socket_server(
        local::acceptor acceptor,
        std::string path,
        control_handler handler,
        const control_limits& bounds
    )
        : acceptor_(std::move(acceptor))
        , path_(std::move(path))
        , file_(identify(path_))
        , handler_(std::move(handler))
        , bounds_(bounds)
        , bell_(acceptor_.get_executor()) {}

    task<void> serve() override {
        const auto executor = co_await boost::asio::this_coro::executor;
        while (!closed_) {
            if (sessions_.size() >= bounds_.connections_max) {
                bell_.expires_at(steady_timer::time_point::max());
                co_await bell_.async_wait(as_value);
                continue;
            }
            local::socket socket(executor);
            const auto [code] = co_await acceptor_.async_accept(socket, as_value);
            if (closed_) break;
            if (!code) {
                const place at = sessions_.emplace(sessions_.end(), std::move(socket), executor);
                boost::asio::co_spawn(executor, serve_one(at), rethrow);
                continue;
            }
            bell_.expires_after(limits::accept_pause);
            co_await bell_.async_wait(as_value);
        }
        while (!sessions_.empty()) {
            bell_.expires_at(steady_timer::time_point::max());
            co_await bell_.async_wait(as_value);
        }
    }

    void close() override {
        if (std::exchange(closed_, true)) return;
        error_code ignored;
        acceptor_.close(ignored);
        if (file_ && identify(path_) == file_) ::unlink(path_.c_str());
        bell_.cancel();
        for (conversation& one : sessions_) {
            if (one.reading) one.socket.close(ignored);
        }
    }

private:
    using place = std::list<conversation>::iterator;

    task<void> serve_one(place at) {
        at->limit.expires_after(bounds_.read);
        auto line = co_await read_line(at->socket, at->limit, bounds_.request_bytes_max);
        at->limit.stop();
        at->reading = false;
        std::string answer;
        if (line && !line->empty()) {
            const auto due = std::make_shared<pending_answer>(acceptor_.get_executor());
            handler_(std::move(*line), [due](std::string text) {
                due->text = std::move(text);
                due->given.open();
            });
            co_await due->given.wait();
            answer = std::move(due->text);
        } else if (!line && line.error().kind == error_class::rejected) {
            answer = wire::encode(wire::control_answer{false, {line.error().detail}});
        }
        at->limit.expires_after(bounds_.write);
        if (!answer.empty()) co_await write_text(at->socket, at->limit, answer);
        sessions_.erase(at);
        bell_.cancel();
    }

    local::acceptor acceptor_;
    const std::string path_;
    const std::optional<file_id> file_;
    const control_handler handler_;
    const control_limits bounds_;
    std::list<conversation> sessions_{};
    steady_timer bell_;  // wakes serve()
    bool closed_ = false;
};

}  // namespace

result<std::unique_ptr<control_server>> create_control_server(
    const boost::asio::any_io_executor& executor,
    const std::string& path,
    control_handler handler,
    const control_limits& bounds
) {
    CHECK(handler != nullptr);
    if (path.size() > control_path_bytes_max) {
        return cannot_listen(
            path, "the path is longer than sockets allow", "give a shorter one", ENAMETOOLONG
        );
    }
    if (auto cleared = clear(path); cleared.has_error()) return cleared.error();
    owned_socket socket(new_socket());
    // The file gets these rights the moment it is made, whatever the umask leaves of them.
    int refused = ::fchmod(socket.get(), S_IRUSR | S_IWUSR) == 0 ? 0 : errno;
    if (refused == 0) refused = bind_to(socket.get(), path);
    if (refused == 0 && ::listen(socket.get(), SOMAXCONN) != 0) refused = errno;
    if (refused != 0) {
        return cannot_listen(
            path,
            system_code(refused).message(),
            "its folder has to exist and be writable for the daemon",
            refused
        );
    }
    local::acceptor acceptor(executor, local(), socket.release());
    return std::make_unique<socket_server>(std::move(acceptor), path, std::move(handler), bounds);
}

}  // namespace trainwatch::io
