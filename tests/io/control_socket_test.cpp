#include "io/control_socket.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <sys/stat.h>

#include "io/as_value.hpp"
#include "io/clock.hpp"
#include "tests/io/certificates.hpp"
#include "tests/io/loop.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::io::control_socket_test {
namespace {

using local = boost::asio::local::stream_protocol;
using testing::EndsWith;
using testing::HasSubstr;

constexpr seconds long_enough{30};
constexpr milliseconds soon{20};

void echo(const std::string& line, const control_reply& reply) {
    reply("heard " + line + "\n");
}

task<void> keep(task<result<std::string>> asking, std::optional<result<std::string>>& into) {
    auto answer = co_await std::move(asking);
    into.emplace(std::move(answer));
}

class ControlSocket : public testing::Test {
protected:
    void TearDown() override {
        if (server) server->close();
        on.run_until([&] { return !serving; });
    }

    void serve(control_handler handler = echo, const control_limits& bounds = {}) {
        server = create_control_server(on.executor(), path, std::move(handler), bounds).value();
        serving = true;
        on.spawn(serve_to_the_end());
    }

    task<void> serve_to_the_end() {
        co_await server->serve();
        serving = false;
    }

    result<std::string> ask(const std::string& line, nanoseconds within = long_enough) {
        return on.run(ask_control(path, line, within));
    }

    // What somebody gets who sends these bytes and reads to the end.
    std::string raw(const std::string& bytes, bool and_ends = false) {
        local::socket socket(on.context());
        socket.connect(local::endpoint(path));
        return on.run(send_and_hear(socket, bytes, and_ends));
    }

    static task<std::string> send_and_hear(local::socket& to, std::string bytes, bool and_ends) {
        const auto from = boost::asio::buffer(bytes);
        co_await boost::asio::async_write(to, from, as_value);
        boost::system::error_code ignored;
        if (and_ends) to.shutdown(local::socket::shutdown_send, ignored);
        std::string heard;
        auto into = boost::asio::dynamic_buffer(heard);
        co_await boost::asio::async_read(to, into, as_value);
        co_return heard;
    }

    std::string trouble_of_another() {
        const auto other = create_control_server(on.executor(), path, echo);
        EXPECT_FALSE(other);
        return other ? std::string() : other.error().detail;
    }

    temporary_folder folder;
    const std::string path = folder.file("control");
    loop on;
    std::unique_ptr<control_server> server;
    bool serving = false;
};

TEST_F(ControlSocket, line_is_answered_by_a_line) {
    serve();
    EXPECT_EQ(ask("one\n").value(), "heard one");
    EXPECT_EQ(ask("two\n").value(), "heard two");
}

TEST_F(ControlSocket, file_is_for_its_owner_alone_whatever_the_umask) {
    const auto before = ::umask(0);
    serve();
    ::umask(before);
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(ControlSocket, file_goes_with_the_server) {
    serve();
    server->close();
    on.run_until([&] { return !serving; });
    EXPECT_FALSE(std::filesystem::exists(path));
    const auto later = ask("x\n");
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().kind, error_class::not_found);
    EXPECT_THAT(later.error().detail, HasSubstr("no running daemon listens at " + path));
    EXPECT_THAT(later.error().cure, HasSubstr("--control.socket"));
}

TEST_F(ControlSocket, socket_of_a_dead_daemon_is_replaced) {
    { boost::asio::local::stream_protocol::acceptor dead(on.context(), local::endpoint(path)); }
    ASSERT_TRUE(std::filesystem::exists(path));
    EXPECT_EQ(ask("x\n").error().kind, error_class::not_found);
    serve();
    EXPECT_EQ(ask("x\n").value(), "heard x");
}

TEST_F(ControlSocket, socket_of_a_living_daemon_is_not_replaced) {
    serve();
    EXPECT_THAT(trouble_of_another(), HasSubstr("another daemon listens there"));
    EXPECT_EQ(ask("x\n").value(), "heard x");
}

TEST_F(ControlSocket, file_that_is_no_socket_is_left_alone) {
    std::ofstream(path) << "precious";
    EXPECT_THAT(trouble_of_another(), HasSubstr("no socket"));
    EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(ControlSocket, successors_file_is_not_removed) {
    serve();
    std::filesystem::remove(path);
    const auto successor = create_control_server(on.executor(), path, echo);
    ASSERT_TRUE(successor);
    server->close();
    EXPECT_TRUE(std::filesystem::exists(path));
    (*successor)->close();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ControlSocket, folder_that_is_not_there_and_a_path_too_long_are_named) {
    const auto nowhere = create_control_server(on.executor(), folder.file("no/control"), echo);
    EXPECT_THAT(nowhere.error().detail, EndsWith("/no/control: No such file or directory"));
    EXPECT_THAT(nowhere.error().cure, HasSubstr("folder"));
    const std::string endless(200, 'x');
    EXPECT_THAT(
        create_control_server(on.executor(), endless, echo).error().detail, HasSubstr("longer")
    );
    EXPECT_FALSE(on.run(ask_control(endless, "x\n", long_enough)));
}

TEST_F(ControlSocket, request_that_is_too_long_is_refused) {
    serve(echo, {.request_bytes_max = 10});
    EXPECT_EQ(raw("0123456789\n"), "heard 0123456789\n");
    const auto refused = wire::read_control_answer(raw("0123456789a\n")).value();
    EXPECT_FALSE(refused.ok);
    EXPECT_THAT(refused.errors.at(0), HasSubstr("more than 10 bytes"));
    // Not only at the line's end: somebody may never send one.
    EXPECT_THAT(raw(std::string(1U << 20U, 'x')), HasSubstr("more than 10 bytes"));
}

TEST_F(ControlSocket, silent_peer_is_left_after_its_time) {
    serve(echo, {.read = soon});
    EXPECT_EQ(raw("half a li"), "");
    EXPECT_EQ(raw(""), "");
    EXPECT_EQ(ask("x\n").value(), "heard x");
}

TEST_F(ControlSocket, line_without_its_end_counts_when_the_peer_is_done) {
    serve();
    EXPECT_EQ(raw("no end", true), "heard no end\n");
    EXPECT_EQ(raw("", true), "");
}

TEST_F(ControlSocket, bytes_behind_the_line_do_no_harm) {
    serve();
    EXPECT_THAT(raw("one\ntwo\nthree"), testing::StartsWith("heard one\n"));
    EXPECT_EQ(raw(std::string("\0\x1b[2J\xff\n", 7)), std::string("heard \0\x1b[2J\xff\n", 13));
}

TEST_F(ControlSocket, who_gives_up_waiting_is_told_so_and_the_server_lives) {
    std::vector<control_reply> due;
    serve([&](const std::string&, control_reply reply) { due.push_back(std::move(reply)); });
    const auto late = ask("x\n", soon);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, boost::asio::error::timed_out);
    EXPECT_THAT(late.error().detail, HasSubstr("has not answered in time"));
    due.at(0)("too late\n");
    std::optional<result<std::string>> second;
    on.spawn(keep(ask_control(path, "y\n", long_enough), second));
    on.run_until([&] { return due.size() == 2; });
    due.at(1)("in time\n");
    on.run_until([&] { return second.has_value(); });
    EXPECT_EQ(second->value(), "in time");
}

TEST_F(ControlSocket, close_waits_for_the_replies_that_are_due) {
    control_reply due;
    serve([&](const std::string&, control_reply reply) { due = std::move(reply); });
    std::optional<result<std::string>> answer;
    on.spawn(keep(ask_control(path, "x\n", long_enough), answer));
    on.run_until([&] { return due != nullptr; });
    server->close();
    on.context().poll();
    EXPECT_TRUE(serving);
    due("last words\n");
    on.run_until([&] { return answer.has_value() && !serving; });
    EXPECT_EQ(answer->value(), "last words");
}

TEST_F(ControlSocket, those_beyond_the_limit_wait_for_their_turn) {
    serve(echo, {.read = long_enough, .connections_max = 1});
    std::optional<local::socket> first(std::in_place, on.context());
    first->connect(local::endpoint(path));
    std::optional<result<std::string>> second;
    on.spawn(keep(ask_control(path, "x\n", long_enough), second));
    on.context().poll();
    EXPECT_FALSE(second);
    first.reset();
    on.run_until([&] { return second.has_value(); });
    EXPECT_EQ(second->value(), "heard x");
}

}  // namespace
}  // namespace trainwatch::io::control_socket_test
