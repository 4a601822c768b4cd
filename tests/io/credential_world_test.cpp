// The real world of credential sources: loopback sockets, files, programs.
#include "io/credential_world.hpp"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "io/credential_source.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/played_answers.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::credential_world_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RealWorld : public testing::Test {
protected:
    std::string write(const std::string& text) {
        std::ofstream(file) << text;
        return file;
    }

    void TearDown() override {
        std::remove(file.c_str());
        world->close();
    }

    const std::string file = testing::TempDir() + "trainwatch-world-" + std::to_string(getpid());
    std::unique_ptr<clock> time = create_system_clock();
    loop on;
    std::unique_ptr<credential_world> world = create_credential_world(nullptr, {}, *time);
};

TEST_F(RealWorld, reads_files_as_they_are_now) {
    EXPECT_EQ(world->read_file(write("one\n")).value(), "one\n");
    EXPECT_EQ(world->read_file(write("two")).value(), "two");
}

TEST_F(RealWorld, file_that_is_not_there_is_named) {
    const auto read = world->read_file("/nonexistent/token");
    EXPECT_EQ(read.error().kind, error_class::denied);
    EXPECT_EQ(read.error().detail, "cannot read /nonexistent/token: No such file or directory");
}

TEST_F(RealWorld, file_in_a_home_tells_of_units_that_hide_homes) {
    const auto read = world->read_file("/home/nobody-here/.aws/sso/cache/token.json");
    EXPECT_THAT(read.error().cure, HasSubstr("ProtectHome=yes"));
    EXPECT_THAT(read.error().cure, HasSubstr("LoadCredential="));
}

TEST_F(RealWorld, directories_and_endless_files_are_no_tokens) {
    EXPECT_EQ(world->read_file("/tmp").error().detail, "cannot read /tmp: Is a directory");
    EXPECT_THAT(world->read_file("/dev/zero").error().detail, HasSubstr("File too large"));
    const std::string most(limits::token_file_bytes_max, 'a');
    EXPECT_EQ(world->read_file(write(most)).value(), most);
    EXPECT_FALSE(world->read_file(write(most + "a")));
}

TEST_F(RealWorld, pipe_that_nobody_writes_is_not_waited_for) {
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(world->read_file(file).value(), "");
}

TEST_F(RealWorld, runs_programs) {
    std::vector<std::string> arguments{"printf", "hello"};
    EXPECT_EQ(on.run(world->run(arguments, seconds(30))).value(), "hello");
}

TEST_F(RealWorld, closed_it_ends_what_waits_and_what_comes) {
    bool is_over = false;
    const auto wait = [](credential_world& in, bool& done) -> task<void> {
        co_await in.pause(std::chrono::hours(1));
        done = true;
    };
    on.spawn(wait(*world, is_over));
    on.context().poll();
    EXPECT_FALSE(is_over);
    world->close();
    on.run_until([&] { return is_over; });
    is_over = false;
    on.spawn(wait(*world, is_over));
    on.run_until([&] { return is_over; });
    wire::url nowhere;
    nowhere.host = "127.0.0.1";
    nowhere.port = 1;
    const auto answer = on.run(world->exchange(nowhere, route::direct, {}, seconds(1)));
    EXPECT_EQ(answer.error().detail, "stopped");
}

// ---- a whole source over sockets
// -----------------------------------------------------------------

class LoopbackCredentials : public RealWorld {
protected:
    result<credential_snapshot> ask(const domain::credential_plan& plan) {
        credential_source_options options;
        options.plan = [plan]() -> result<domain::credential_plan> { return plan; };
        options.user_agent = "trainwatchd/1";
        // Which must not be used on this machine: nobody listens there.
        options.proxies.for_http = wire::proxy_server{"127.0.0.1", 1, "", ""};
        source = create_credential_source(std::move(options), *time);
        auto keys = on.run(source->current(mono_time::max()));
        source->close();
        on.context().restart();
        on.context().poll();
        return keys;
    }

    wall_time later() const { return time->now().wall + std::chrono::hours(1); }

    static std::string url_of(const scripted_server& server) {
        return "http://" + server.origin().host_header();
    }

    std::unique_ptr<credential_source> source;
};

TEST_F(LoopbackCredentials, agent_of_a_container) {
    scripted_server server(
        on,
        {{{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"},
          {http_ok(container_document("AKID1", later()))}}}
    );
    domain::credential_plan plan;
    plan.source = "container";
    plan.base = domain::container_endpoint{
        .url = url_of(server) + "/v1/credentials", .token_file = write("agent-token-1")};
    const auto keys = ask(plan);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->access_key_id, "AKID1");
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_THAT(server.requests()[1], StartsWith("GET /v1/credentials HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests()[1], HasSubstr("\r\nAuthorization: agent-token-1\r\n"));
}

TEST_F(LoopbackCredentials, instance_metadata) {
    scripted_server server(
        on,
        {{{http_ok("metadata-token-1", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\n")},
          {http_ok("watcher")},
          {http_ok(instance_document("AKID1", later()))}}}
    );
    domain::credential_plan plan;
    plan.source = "instance metadata";
    plan.base = domain::instance_metadata{.url = url_of(server), .timeout = seconds(30)};
    const auto keys = ask(plan);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->account_id, "111122223333");
    EXPECT_THAT(server.requests().at(0), StartsWith("PUT /latest/api/token HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests().at(0), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(LoopbackCredentials, nobody_listens) {
    wire::url origin;
    {
        scripted_server server(on, {});
        origin = server.origin();
    }
    on.context().restart();
    on.context().poll();
    domain::credential_plan plan;
    plan.source = "instance metadata";
    plan.base = domain::instance_metadata{
        .url = "http://" + origin.host_header(), .timeout = seconds(30), .is_last_resort = true};
    const auto keys = ask(plan);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().kind, error_class::denied);
    EXPECT_THAT(keys.error().detail, StartsWith("no AWS credentials ("));
    EXPECT_THAT(keys.error().detail, HasSubstr("Connection refused"));
}

TEST_F(LoopbackCredentials, program_then_role) {
    scripted_server server(on, {{{http_ok(sts_document("AssumeRole", "AKIDROLE", later()))}}});
    domain::credential_plan plan;
    plan.source = "profile research";
    plan.base =
        domain::credential_process{{"printf", "%s", process_document("AKID1", later())}, ""};
    plan.roles = {{.role_arn = "arn:aws:iam::444455556666:role/watch"}};
    plan.sts = {"eu-west-1", url_of(server)};
    // On loopback, but the rules say a proxy; those of NO_PROXY are wire/proxy's.
    const auto keys = ask(plan);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ((*keys)->access_key_id, "AKIDROLE");
    EXPECT_THAT(
        server.requests().at(0), HasSubstr("Authorization: AWS4-HMAC-SHA256 Credential=AKID1/")
    );
}

}  // namespace
}  // namespace trainwatch::io::credential_world_test
