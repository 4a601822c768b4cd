#include "io/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/as_value.hpp"

extern char** environ;

namespace trainwatch::io {

namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

failure system_failure(std::string doing, int number) {
    const error_code code(number, boost::system::system_category());
    doing += ": " + code.message();
    return {.kind = error_class::denied, .code = code, .detail = std::move(doing)};
}

// Ends of pipes until they have an owner.
class descriptor {
public:
    explicit descriptor(int value = -1) : value_(value) {}
    descriptor(descriptor&& other) noexcept : value_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

struct one_way {
    descriptor read{};
    descriptor write{};
};

result<one_way> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("pipe", errno);
    return one_way{descriptor(ends[0]), descriptor(ends[1])};
}

// What a child must not say in our name: that we are ready, or alive.
bool is_ours(std::string_view assignment) {
    constexpr std::array<std::string_view, 3> names{
        "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID="};
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return assignment.substr(0, name.size()) == name;
    });
}

std::vector<char*> inherited_environment() {
    std::vector<char*> out;
    for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
        if (!is_ours(*one)) out.push_back(*one);
    }
    out.push_back(nullptr);
    return out;
}

class spawn_settings {
public:
    spawn_settings(int output, int complaints) {
        CHECK(posix_spawn_file_actions_init(&actions_) == 0);
        CHECK(posix_spawnattr_init(&attributes_) == 0);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, complaints, STDERR_FILENO);
        // Sockets of ours are nobody else's business.
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        sigset_t none{};
        sigset_t usual{};
        sigemptyset(&none);
        sigemptyset(&usual);
        sigaddset(&usual, SIGPIPE);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &usual);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        );
    }
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

result<pid_t> spawn(const std::vector<std::string>& arguments, int output, int complaints) {
    std::vector<char*> words;
    for (const std::string& one : arguments)
        words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    std::vector<char*> variables = inherited_environment();
    const spawn_settings settings(output, complaints);
    pid_t pid = -1;
    const int error = posix_spawnp(
        &pid,
        words.front(),
        settings.actions(),
        settings.attributes(),
        words.data(),
        variables.data()
    );
    if (error != 0) return system_failure("cannot be started", error);
    return pid;
}

// One line that is safe in a log.
std::string first_line(std::string_view text) {
    text = trim(text);
    std::string line =
        valid_utf8(trim(text.substr(0, text.find('\n'))), limits::credential_process_complaint_max);
    std::replace_if(
        line.begin(), line.end(), [](unsigned char one) { return one < 0x20 || one == 0x7F; }, ' '
    );
    return line;
}

// A pipe of a child, read as long as it runs.
class collector {
public:
    collector(const boost::asio::any_io_executor& executor, int descriptor, std::size_t most)
        : from_(executor, descriptor), most_(most) {
        from_.non_blocking(true);
    }

    // Calls `full` once there is more than may be kept. `self` keeps us until the read is over.
    template <class Owner, class Full>
    void read(std::shared_ptr<Owner> self, Full full) {
        const auto into = boost::asio::buffer(buffer_);
        from_.async_read_some(into, [this, self, full](error_code error, std::size_t size) {
            if (error) return;
            keep(size);
            if (overflows_) full();
            read(self, full);
        });
    }

    // What a child that has ended left in the pipe. Not up to its end: a grandchild may hold it.
    void drain() {
        error_code error;
        while (!error) {
            const std::size_t size = from_.read_some(boost::asio::buffer(buffer_), error);
            if (!error) keep(size);
        }
    }

    void close() {
        error_code ignored;
        from_.close(ignored);
    }

    const std::string& text() const { return text_; }
    bool overflows() const { return overflows_; }

private:
    void keep(std::size_t size) {
        const std::size_t room = most_ - text_.size();
        overflows_ = overflows_ || size > room;
        text_.append(buffer_.data(), std::min(size, room));
    }

    stream_descriptor from_;
    std::size_t most_;
    std::array<char, 4096> buffer_{};
    std::string text_{};
    bool overflows_ = false;
};

// A child and what it says. Shared with the handlers of Asio, which reap it even when nobody waits
// for its output any more.
class child : public std::enable_shared_from_this<child> {
public:
    child(
        const boost::asio::any_io_executor& executor,
        pid_t pid,
        int ended,
        int output,
        int complaints
    )
        : pid_(pid)
        , ended_(executor, ended)
        , output_(executor, output, limits::credential_process_output_max)
        , complaints_(executor, complaints, limits::credential_process_output_max)
        , done_(executor, boost::asio::steady_timer::time_point::max()) {}
    ~child() {
        if (reaped_) return;
        kill();
        waitpid(pid_, nullptr, 0);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    void begin(nanoseconds within) {
        const auto self = shared_from_this();
        output_.read(self, [this] { kill(); });
        complaints_.read(self, [] {});
        ended_.async_wait(stream_descriptor::wait_read, [self](error_code error) {
            if (!error) self->reap();
        });
        done_.expires_after(within);
    }

    task<result<std::string>> outcome() {
        if (!reaped_) co_await done_.async_wait(as_value);
        if (!reaped_) kill();
        output_.close();
        complaints_.close();
        co_return judge();
    }

    // The whole group, so that nothing that it started stays.
    void kill() {
        if (!reaped_) ::kill(-pid_, SIGKILL);
    }

    void abandon() {
        abandoned_ = true;
        kill();
    }

private:
    void reap() {
        waitpid(pid_, &status_, 0);
        reaped_ = true;
        output_.drain();
        complaints_.drain();
        done_.cancel();
    }

    result<std::string> judge() const {
        if (abandoned_) {
            return failure{
                .kind = error_class::transient,
                .code = boost::asio::error::operation_aborted,
                .detail = "was stopped"};
        }
        if (output_.overflows())
            return failure{.kind = error_class::malformed, .detail = "printed too much"};
        if (!reaped_) {
            return failure{
                .kind = error_class::transient,
                .code = boost::asio::error::timed_out,
                .detail = "did not end in time and was killed"};
        }
        if (WIFEXITED(status_) && WEXITSTATUS(status_) == 0) return output_.text();
        return complaint();
    }

    failure complaint() const {
        std::string detail = WIFEXITED(status_)
            ? "ended with exit code " + std::to_string(WEXITSTATUS(status_))
            : "was ended by signal " + std::to_string(WTERMSIG(status_));
        const std::string said = first_line(complaints_.text());
        if (!said.empty()) detail += ": " + said;
        return {.kind = error_class::denied, .detail = std::move(detail)};
    }

    const pid_t pid_;
    stream_descriptor ended_;
    collector output_;
    collector complaints_;
    boost::asio::steady_timer done_;
    int status_ = 0;
    bool reaped_ = false;
    bool abandoned_ = false;
};

result<std::shared_ptr<child>> start(
    const boost::asio::any_io_executor& executor, const std::vector<std::string>& arguments
) {
    auto output = make_pipe();
    if (!output) return output.error();
    auto complaints = make_pipe();
    if (!complaints) return complaints.error();
    const auto pid = spawn(arguments, output->write.get(), complaints->write.get());
    if (!pid) return pid.error();
    // By its number: the header of glibc 2.36 forgets that it may be read as C++.
    const int ended = static_cast<int>(syscall(SYS_pidfd_open, *pid, 0));
    if (ended < 0) {
        const int number = errno;
        ::kill(-*pid, SIGKILL);
        waitpid(*pid, nullptr, 0);
        return system_failure("cannot be watched (pidfd_open, Linux 5.3)", number);
    }
    return std::make_shared<child>(
        executor, *pid, ended, output->read.release(), complaints->read.release()
    );
}

class spawning_runner final : public program_runner {
public:
    task<result<std::string>> run(std::vector<std::string> arguments, nanoseconds within) override {
        CHECK(!arguments.empty());
        const auto executor = co_await boost::asio::this_coro::executor;
        const auto started = start(executor, arguments);
        if (!started) co_return started.error();
        const std::shared_ptr<child> running = *started;
        running->begin(within);
        if (closed_) running->abandon();
        running_.insert(running.get());
        auto outcome = co_await running->outcome();
        running_.erase(running.get());
        co_return outcome;
    }

    void close() override {
        closed_ = true;
        for (child* const one : running_)
            one->abandon();
    }

private:
    std::set<child*> running_{};
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<program_runner> create_program_runner() {
    return std::make_unique<spawning_runner>();
}

}  // namespace trainwatch::io
