#include "io/program.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io::program_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using words = std::vector<std::string>;

constexpr seconds long_enough{30};

class Program : public testing::Test {
protected:
    result<std::string> run(const words& arguments, nanoseconds within = long_enough) {
        return on.run(runner->run(arguments, within));
    }

    result<std::string> shell(const std::string& script, nanoseconds within = long_enough) {
        return run({"/bin/sh", "-c", script}, within);
    }

    loop on;
    std::unique_ptr<program_runner> runner = create_program_runner();
};

TEST_F(Program, prints_what_it_prints) {
    EXPECT_EQ(run({"printf", "%s", "{\"Version\":1}"}).value(), "{\"Version\":1}");
}

TEST_F(Program, no_shell_looks_at_the_arguments) {
    EXPECT_EQ(
        run({"printf", "%s|", "$HOME", "a b", "`id`", ";", "*"}).value(), "$HOME|a b|`id`|;|*|"
    );
}

TEST_F(Program, that_does_not_exist_is_denied_and_not_named) {
    const auto out = run({"/nonexistent/secret-helper", "--password=hunter2"});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().kind, error_class::denied);
    EXPECT_EQ(out.error().detail, "cannot be started: No such file or directory");
}

// As a stack trace has it.
TEST_F(Program, last_line_of_its_complaint_is_told_and_nothing_else) {
    const auto out =
        shell("echo secret-output; echo 'Traceback:' >&2; echo 'not signed in' >&2; exit 3");
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().kind, error_class::denied);
    EXPECT_EQ(out.error().detail, "ended with exit code 3: not signed in");
}

TEST_F(Program, keys_in_its_complaint_stay_out) {
    const auto out = shell(
        "echo 'bad key AKIAIOSFODNN7EXAMPLE, secret=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY in "
        "/opt/Company/tools-2026/keys' >&2; exit 1"
    );
    EXPECT_EQ(
        out.error().detail,
        "ended with exit code 1: bad key (hidden), secret=(hidden) in "
        "/opt/Company/tools-2026/keys"
    );
    // After a word that announces one, whatever it looks like.
    EXPECT_EQ(
        shell("echo '{\"SessionToken\": \"abcdefgh\"} aws_secret_access_key=/short' >&2; exit 1")
            .error()
            .detail,
        "ended with exit code 1: {\"SessionToken\": \"(hidden)\"} aws_secret_access_key=(hidden)"
    );
}

TEST_F(Program, that_dies_of_a_signal_is_denied) {
    EXPECT_EQ(shell("kill -TERM $$").error().detail, "was ended by signal 15");
}

TEST_F(Program, has_no_input_and_no_descriptors_of_ours) {
    // Asio's sockets are inherited by whoever does not close them.
    const int ours = open("/dev/null", O_RDONLY);
    ASSERT_GE(ours, 3);
    EXPECT_EQ(shell("cat; ls /proc/self/fd | wc -w").value(), "4\n");  // ls opens one itself
    close(ours);
}

TEST_F(Program, does_not_speak_to_systemd_in_our_name) {
    setenv("NOTIFY_SOCKET", "/run/nowhere", 1);
    setenv("TRAINWATCH_TEST_VARIABLE", "inherited", 1);
    EXPECT_EQ(shell("echo \"$TRAINWATCH_TEST_VARIABLE/$NOTIFY_SOCKET\"").value(), "inherited/\n");
    unsetenv("NOTIFY_SOCKET");
    unsetenv("TRAINWATCH_TEST_VARIABLE");
}

TEST_F(Program, at_its_deadline_it_is_killed_with_all_that_it_started) {
    // The grandchild holds the pipe open: who waits for its end would wait for ever.
    const std::string file = testing::TempDir() + "trainwatch-program-" + std::to_string(getpid());
    const auto out =
        shell("tail -f /dev/null & echo $! > " + file + "; tail -f /dev/null", milliseconds(300));
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().kind, error_class::transient);
    EXPECT_EQ(out.error().detail, "did not end in time and was killed");
    pid_t grandchild = 0;
    std::ifstream(file) >> grandchild;
    std::remove(file.c_str());
    ASSERT_GT(grandchild, 0);
    // Gone, or a zombie until init has taken it.
    const auto is_alive = [grandchild] {
        std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
        std::string number;
        std::string name;
        std::string status;
        return (stat >> number >> name >> status) && status != "Z" && status != "X";
    };
    const auto latest = std::chrono::steady_clock::now() + long_enough;
    while (is_alive() && std::chrono::steady_clock::now() < latest) {
    }
    EXPECT_FALSE(is_alive());
}

TEST_F(Program, that_leaves_something_running_is_not_waited_for) {
    const auto out = shell("tail -f /dev/null & echo $!");
    const pid_t left = std::atoi(out.value().c_str());
    ASSERT_GT(left, 0);
    EXPECT_EQ(kill(left, SIGKILL), 0);
}

TEST_F(Program, that_prints_without_end_is_stopped) {
    const auto out = run({"yes"});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().detail, "printed too much");
}

TEST_F(Program, may_complain_at_length) {
    const auto out = shell("yes complaint | head -c 1000000 >&2; echo fine");
    EXPECT_EQ(out.value(), "fine\n");
}

TEST_F(Program, much_output_arrives_whole) {
    const std::size_t most = limits::credential_process_output_max;
    EXPECT_EQ(shell("yes | head -c " + std::to_string(most)).value().size(), most);
    EXPECT_FALSE(shell("yes | head -c " + std::to_string(most + 1)));
}

TEST_F(Program, ends_when_its_runner_closes) {
    std::optional<result<std::string>> out;
    const auto wait = [](program_runner& with, auto& into) -> task<void> {
        words arguments{"tail", "-f", "/dev/null"};
        into = co_await with.run(arguments, long_enough);
    };
    on.spawn(wait(*runner, out));
    on.context().poll();
    runner->close();
    on.run_until([&] { return out.has_value(); });
    EXPECT_EQ(out->error().detail, "was stopped");
    EXPECT_EQ(run({"true"}).error().detail, "was stopped");
}

TEST_F(Program, control_characters_of_a_complaint_stay_out) {
    EXPECT_EQ(
        shell("printf 'red \\033[31m' >&2; exit 1").error().detail,
        "ended with exit code 1: red  [31m"
    );
}

}  // namespace
}  // namespace trainwatch::io::program_test
