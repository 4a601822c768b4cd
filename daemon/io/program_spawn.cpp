#include "io/program_spawn.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"

extern char** environ;

namespace trainwatch::io {

namespace {

using boost::system::error_code;

failure system_failure(std::string doing, int number) {
    const error_code code(number, boost::system::system_category());
    doing += ": " + code.message();
    return {.kind = error_class::denied, .code = code, .detail = std::move(doing)};
}

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
        sigaddset(&usual, SIGXFSZ);
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
    if (error != 0) {
        failure why = system_failure("cannot be started", error);
        why.cure = "check that " + std::string(words.front()) +
            " is there and may be run by the service's user; under systemd it must not lie in a "
            "home directory";
        return why;
    }
    return pid;
}

}  // namespace

descriptor::~descriptor() {
    if (value_ >= 0) ::close(value_);
}

result<spawned_program> spawn_program(const std::vector<std::string>& arguments) {
    CHECK(!arguments.empty());
    auto output = make_pipe();
    if (!output) return output.error();
    auto complaints = make_pipe();
    if (!complaints) return complaints.error();
    const auto pid = spawn(arguments, output->write.get(), complaints->write.get());
    if (!pid) return pid.error();
    // By its number: the header of glibc 2.36 forgets that it may be read as C++.
    descriptor ended(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
    if (ended.get() < 0) {
        const int number = errno;
        ::kill(-*pid, SIGKILL);
        waitpid(*pid, nullptr, 0);
        return system_failure("cannot be watched (pidfd_open, Linux 5.3)", number);
    }
    return spawned_program{
        *pid, std::move(ended), std::move(output->read), std::move(complaints->read)};
}

}  // namespace trainwatch::io
