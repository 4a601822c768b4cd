#include "app/equipment.hpp"

#include <fstream>
#include <optional>

#include "tests/io/certificates.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::app::equipment_test {
namespace {

using testing::HasSubstr;

constexpr seconds long_enough{30};
const std::string refused = R"({"__type":"ValidationException","message":"no"})";
const std::string refusal =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: " + std::to_string(refused.size()) + "\r\n\r\n" +
    refused;

wire::url somewhere(const std::string& host = "127.0.0.1", std::uint16_t port = 9) {
    wire::url where;
    where.host = host;
    where.port = port;
    where.path = "/";
    return where;
}

class Equipment : public testing::Test {
protected:
    Equipment() {
        domain::connection_settings research;
        research.name = "research";
        research.regions = {"eu-west-1"};
        inputs.settings.connections = {research};
        inputs.access["research"] = access_to(somewhere());
        domain::watch_list_settings list;
        list.name = "all";
        list.jobs = {"a"};
        inputs.settings.watch_lists = {list};
        inputs.settings.receivers = {receiver("main", "http://127.0.0.1:9/hook")};
        inputs.receiver_proxies["main"] = {};
    }

    static domain::receiver_settings receiver(const std::string& name, const std::string& url) {
        domain::receiver_settings made;
        made.name = name;
        made.kind = domain::receiver_kind::webhook;
        made.urls = {url};
        return made;
    }

    static connection_access access_to(const wire::url& where) {
        connection_access access;
        domain::static_keys keys;
        keys.keys.access_key_id = "AKIAIOSFODNN7EXAMPLE";
        keys.keys.secret_access_key = "secret";
        access.credentials.base = keys;
        access.credentials.source = "a test";
        access.plan_again = [plan = access.credentials] { return plan; };
        access.sagemaker["eu-west-1"] = where;
        access.sagemaker["us-east-1"] = where;
        access.user_agent = "test";
        return access;
    }

    result<void> install() {
        auto next = domain::succeed(plan, domain::make_watch_plan(inputs.settings));
        auto done = equipped.install(inputs, next);
        if (done.has_value()) plan = std::move(next);
        return done;
    }

    io::sagemaker_client* client(std::size_t lane) { return equipped.clients().at(lane).get(); }
    io::notifier* notifier(std::size_t at) { return equipped.notifiers().at(at).get(); }

    failure trouble_of(io::sagemaker_client& asked) {
        const auto until = time->now().mono + long_enough;
        const auto answer = on.run(asked.describe("a", until));
        return answer.outcome ? failure{} : answer.outcome.error();
    }

    static io::task<void> keep(
        io::task<io::describe_answer> asking, std::optional<io::describe_answer>& into
    ) {
        auto answer = co_await std::move(asking);
        into.emplace(std::move(answer));
    }

    io::loop on;
    std::unique_ptr<io::clock> time = io::create_system_clock();
    wiring_inputs inputs;
    domain::watch_plan plan;
    std::vector<std::string> heard_keys_of;
    equipment equipped{on.executor(), *time, [this](const std::string& name, const auto&) {
                           heard_keys_of.push_back(name);
                       }};
};

TEST_F(Equipment, what_stays_the_same_stays) {
    ASSERT_TRUE(install());
    const auto* const before = client(0);
    const auto* const hook = notifier(0);
    inputs.settings.watch_lists[0].jobs.push_back("b");
    ASSERT_TRUE(install());
    EXPECT_EQ(client(0), before);
    EXPECT_EQ(notifier(0), hook);
    EXPECT_EQ(equipped.retired(), 0U);
}

TEST_F(Equipment, other_certificates_in_the_same_file_mean_another_notifier) {
    ASSERT_TRUE(install());
    const auto* const before = notifier(0);
    inputs.settings.receivers[0].access.tls.ca_content = 1;
    ASSERT_TRUE(install());
    EXPECT_NE(notifier(0), before);
    const auto* const after = notifier(0);
    ASSERT_TRUE(install());
    EXPECT_EQ(notifier(0), after);
}

TEST_F(Equipment, addresses_that_a_name_leads_to_come_and_go_one_by_one) {
    const std::string name = "dns+http://am.example:9093";
    inputs.settings.receivers[0].kind = domain::receiver_kind::alertmanager;
    inputs.settings.receivers[0].urls = {name};
    inputs.settings.receivers[0].found[name] = {"http://10.0.0.8:9093", "http://10.0.0.9:9093"};
    ASSERT_TRUE(install());
    ASSERT_EQ(equipped.notifiers().size(), 2U);
    const auto* const stays = notifier(1);
    inputs.settings.receivers[0].found[name] = {"http://10.0.0.10:9093", "http://10.0.0.9:9093"};
    ASSERT_TRUE(install());
    ASSERT_EQ(equipped.notifiers().size(), 3U);
    EXPECT_TRUE(plan.endpoints[0].gone);
    EXPECT_EQ(notifier(1), stays);
    EXPECT_EQ(plan.endpoints[2].url, "http://10.0.0.10:9093");
}

TEST_F(Equipment, new_region_gets_a_client_and_shares_the_keys) {
    ASSERT_TRUE(install());
    const auto* const before = client(0);
    inputs.settings.connections[0].regions.push_back("us-east-1");
    ASSERT_TRUE(install());
    ASSERT_EQ(equipped.clients().size(), 2U);
    EXPECT_EQ(client(0), before);
    EXPECT_EQ(equipped.retired(), 0U);
}

TEST_F(Equipment, changed_endpoint_is_asked_from_now_on_and_calls_under_way_finish) {
    io::scripted_server former(on, {{{refusal}}});
    io::scripted_server next(on, {{{refusal}}});
    inputs.access["research"] = access_to(former.origin());
    ASSERT_TRUE(install());
    auto& old = *client(0);
    std::optional<io::describe_answer> answer;
    on.spawn(keep(old.describe("a", time->now().mono + long_enough), answer));
    inputs.access["research"] = access_to(next.origin());
    ASSERT_TRUE(install());
    EXPECT_NE(client(0), &old);
    EXPECT_EQ(equipped.retired(), 1U);
    on.run_until([&] { return answer.has_value(); });
    EXPECT_THAT(answer->outcome.error().detail, HasSubstr("ValidationException"));
    EXPECT_EQ(former.requests().size(), 1U);
    EXPECT_THAT(trouble_of(*client(0)).detail, HasSubstr("ValidationException"));
    EXPECT_EQ(next.requests().size(), 1U);
}

TEST_F(Equipment, other_keys_mean_another_client_and_former_keys_are_no_news_any_more) {
    ASSERT_TRUE(install());
    auto& old = *client(0);
    auto changed = access_to(somewhere());
    std::get<domain::static_keys>(changed.credentials.base).keys.access_key_id = "AKIAOTHER";
    changed.plan_again = [plan = changed.credentials] { return plan; };
    inputs.access["research"] = changed;
    ASSERT_TRUE(install());
    EXPECT_NE(client(0), &old);
    trouble_of(old);
    EXPECT_THAT(heard_keys_of, testing::IsEmpty());
    trouble_of(*client(0));
    EXPECT_THAT(heard_keys_of, testing::ElementsAre("research"));
}

TEST_F(Equipment, what_is_gone_fails_at_once_and_its_number_stays) {
    ASSERT_TRUE(install());
    inputs.settings.connections[0].regions = {"us-east-1"};
    inputs.settings.receivers = {receiver("other", "http://127.0.0.1:9/other")};
    inputs.receiver_proxies["other"] = {};
    ASSERT_TRUE(install());
    ASSERT_EQ(equipped.clients().size(), 2U);
    EXPECT_THAT(trouble_of(*client(0)).detail, HasSubstr("no longer has this connection"));
    ASSERT_EQ(equipped.notifiers().size(), 2U);
    const auto until = time->now().mono + long_enough;
    const auto delivered = on.run(notifier(0)->deliver({}, until));
    EXPECT_THAT(delivered.outcome.error().detail, HasSubstr("no longer has this receiver"));
    EXPECT_EQ(equipped.retired(), 1U);
    // Once is enough: another reload finds it gone already.
    ASSERT_TRUE(install());
    EXPECT_EQ(equipped.retired(), 1U);
}

TEST_F(Equipment, trust_that_cannot_be_had_changes_nothing) {
    ASSERT_TRUE(install());
    const auto* const before = client(0);
    inputs.access["research"].ca_bundle = "/nowhere/ca.pem";
    inputs.settings.receivers = {receiver("other", "http://127.0.0.1:9/other")};
    inputs.receiver_proxies["other"] = {};
    const auto done = install();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail, HasSubstr("connection \"research\""));
    EXPECT_THAT(done.error().detail, HasSubstr("/nowhere/ca.pem"));
    EXPECT_EQ(client(0), before);
    EXPECT_EQ(equipped.notifiers().size(), 1U);
    EXPECT_EQ(equipped.retired(), 0U);
}

TEST_F(Equipment, address_that_is_none_changes_nothing_either) {
    ASSERT_TRUE(install());
    inputs.settings.receivers = {receiver("other", "no address")};
    inputs.receiver_proxies["other"] = {};
    inputs.access["research"] = access_to(somewhere("127.0.0.1", 10));
    const auto* const before = client(0);
    EXPECT_FALSE(install());
    EXPECT_EQ(client(0), before);
}

TEST_F(Equipment, file_of_certificates_with_other_content_is_another_trust) {
    const auto reader = [](const char* text) -> file_reader {
        return [text](const std::string&) -> result<std::string> { return std::string(text); };
    };
    auto access = access_to(somewhere());
    access.ca_bundle = "/etc/ca.pem";
    EXPECT_EQ(face_of(access, reader("one")), face_of(access, reader("one")));
    EXPECT_NE(face_of(access, reader("one")), face_of(access, reader("two")));
}

TEST_F(Equipment, after_its_close_nothing_keeps_the_loop_running) {
    ASSERT_TRUE(install());
    inputs.access["research"] = access_to(somewhere("127.0.0.1", 10));
    ASSERT_TRUE(install());
    EXPECT_EQ(equipped.retired(), 1U);
    equipped.close();
    const auto begun = time->now().mono;
    on.context().run();
    EXPECT_LT(time->now().mono - begun, long_enough / 2);
}

}  // namespace
}  // namespace trainwatch::app::equipment_test
