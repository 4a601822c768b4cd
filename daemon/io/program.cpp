#include "io/program.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <signal.h>
#include <sys/wait.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/as_value.hpp"
#include "io/program_spawn.hpp"

namespace trainwatch::io {

namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

// Long, and of letters in both cases and digits, or an AWS key's name: nothing that people read.
bool may_be_secret(std::string_view word) {
    constexpr std::size_t shortest = 20;
    if (word.size() < shortest || word.front() == '/') return false;
    const auto has = [&](char first, char last) {
        return std::any_of(word.begin(), word.end(), [&](char one) {
            return one >= first && one <= last;
        });
    };
    return has('0', '9') && has('A', 'Z') && (has('a', 'z') || word.substr(0, 1) == "A");
}

// "SessionToken", "aws_secret_access_key", "password": what follows is nobody's business.
bool announces_secret(std::string_view word) {
    const std::string text = lower(word);
    const auto holds = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    return holds("secret") || holds("token") || holds("password") || text.ends_with("key");
}

// The program's words without what may be a key: they are shown where anybody may look.
std::string without_secrets(std::string_view line) {
    constexpr std::string_view between = " \t\"'=:,;()<>[]{}";
    std::string shown;
    bool is_announced = false;  // by a word, and by = or : after it
    char separator = ' ';
    std::string_view before;
    while (!line.empty()) {
        const auto end = std::min(line.find_first_of(between), line.size());
        const auto word = line.substr(0, end);
        if (!word.empty()) {
            const bool hidden = is_announced || may_be_secret(word);
            shown += hidden ? std::string_view("(hidden)") : word;
            is_announced = false;
            before = word;
        }
        if (end < line.size()) separator = line[end];
        if (separator == '=' || separator == ':') is_announced = announces_secret(before);
        shown += line.substr(end, 1);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return shown;
}

// The last line, which says why in most languages; safe in a log.
std::string last_line(std::string_view text) {
    text = trim(text);
    const auto begin = text.rfind('\n');
    const auto last = trim(begin == std::string_view::npos ? text : text.substr(begin + 1));
    std::string line = valid_utf8(without_secrets(last), limits::credential_process_complaint_max);
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
    child(const boost::asio::any_io_executor& executor, spawned_program from)
        : pid_(from.pid)
        , ended_(executor, from.ended.release())
        , output_(executor, from.output.release(), limits::credential_process_output_max)
        , complaints_(executor, from.complaints.release(), limits::credential_process_output_max)
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
        const std::string said = last_line(complaints_.text());
        if (!said.empty()) detail += ": " + said;
        failure why{.kind = error_class::denied, .detail = std::move(detail)};
        if (WIFSIGNALED(status_)) {
            why.cure =
                "run it by hand as the service's user; where only the unit ends it, see "
                "MemoryDenyWriteExecute= in systemd/README.md";
        }
        return why;
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

class spawning_runner final : public program_runner {
public:
    task<result<std::string>> run(std::vector<std::string> arguments, nanoseconds within) override {
        const auto executor = co_await boost::asio::this_coro::executor;
        auto spawned = spawn_program(arguments);
        if (!spawned) co_return spawned.error();
        const auto running = std::make_shared<child>(executor, std::move(*spawned));
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
