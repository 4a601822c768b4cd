#include "app/found_names.hpp"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/name_watch.hpp"
#include "app/receiver_trust.hpp"
#include "base/limits.hpp"
#include "domain/watch_plan.hpp"
#include "io/name_lookup.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::app::found_names_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const std::string by_name = "dns+http://am.example:9093/base";

domain::settings with_urls(std::vector<std::string> urls) {
    domain::settings config;
    domain::receiver_settings receiver;
    receiver.name = "main";
    receiver.urls = std::move(urls);
    config.receivers = {receiver};
    return config;
}

// A name service that says what it is told to say.
class name_service {
public:
    using addresses = result<std::vector<std::string>>;

    // It is asked on the worker's thread too.
    name_source source() {
        return [this](const std::string& name) {
            const std::lock_guard<std::mutex> alone(lock_);
            asked_.push_back(name);
            return says_;
        };
    }
    void say(addresses what) {
        const std::lock_guard<std::mutex> alone(lock_);
        says_ = std::move(what);
    }
    void fail() {
        say(failure{
            .kind = error_class::transient, .detail = "looking up am.example", .cure = "check it"});
    }
    std::vector<std::string> asked() {
        const std::lock_guard<std::mutex> alone(lock_);
        return asked_;
    }

private:
    std::mutex lock_{};
    addresses says_ = std::vector<std::string>{"10.0.0.8", "10.0.0.9"};
    std::vector<std::string> asked_{};
};

using addresses = std::vector<std::string>;

class FoundNames : public testing::Test {
protected:
    const std::vector<std::string>& told(const found_names& found) {
        config = with_urls({by_name, "http://fixed:9093"});
        take_names(found, config);
        urls.clear();
        for (const auto& endpoint : domain::make_watch_plan(config).endpoints)
            urls.push_back(endpoint.url);
        return urls;
    }
    found_names look(const found_names& former = {}) {
        return look_up_names({by_name}, former, service.source());
    }

    name_service service;
    domain::settings config;
    std::vector<std::string> urls;
};

TEST_F(FoundNames, are_told_one_by_one_beside_what_is_fixed) {
    EXPECT_THAT(names_of(with_urls({by_name, "http://fixed:9093"})), ElementsAre(by_name));
    EXPECT_THAT(
        told(look()),
        ElementsAre("http://10.0.0.8:9093/base", "http://10.0.0.9:9093/base", "http://fixed:9093")
    );
    EXPECT_THAT(service.asked(), ElementsAre("am.example"));
    const auto plan = domain::make_watch_plan(config);
    EXPECT_EQ(plan.endpoints[0].found_by, by_name);
    EXPECT_EQ(plan.endpoints[2].found_by, "");
}

TEST_F(FoundNames, of_version_six_stand_in_brackets) {
    service.say(addresses{"fd00::8"});
    EXPECT_THAT(told(look()), Contains("http://[fd00::8]:9093/base"));
}

TEST_F(FoundNames, stay_while_the_name_service_fails) {
    const auto before = look();
    service.fail();
    const auto after = look(before);
    EXPECT_THAT(told(after), SizeIs(3));
    EXPECT_FALSE(leads_elsewhere(before, after));
}

TEST_F(FoundNames, are_none_where_the_first_lookup_fails) {
    service.fail();
    EXPECT_THAT(told(look()), ElementsAre("http://fixed:9093"));
}

TEST_F(FoundNames, that_vanish_are_told_nothing_after_some_lookups) {
    auto found = look();
    service.say(addresses{"10.0.0.9", "10.0.0.10"});
    auto next = look(found);
    EXPECT_TRUE(leads_elsewhere(found, next)) << "one is new";
    EXPECT_THAT(told(next), SizeIs(4));
    for (unsigned i = 2; i < limits::name_misses_max; ++i) {
        next = look(found = next);
        EXPECT_FALSE(leads_elsewhere(found, next));
    }
    // A lookup that fails is none.
    service.fail();
    next = look(found = next);
    EXPECT_FALSE(leads_elsewhere(found, next));
    service.say(addresses{"10.0.0.9", "10.0.0.10"});
    next = look(found = next);
    EXPECT_TRUE(leads_elsewhere(found, next));
    EXPECT_THAT(
        told(next),
        ElementsAre("http://10.0.0.10:9093/base", "http://10.0.0.9:9093/base", "http://fixed:9093")
    );
}

TEST_F(FoundNames, that_come_back_in_time_begin_anew) {
    auto found = look();
    for (int i = 0; i < 10; ++i) {
        service.say(addresses{i % 2 == 0 ? "10.0.0.8" : "10.0.0.9"});
        const auto next = look(found);
        EXPECT_FALSE(leads_elsewhere(found, next));
        found = next;
    }
}

TEST_F(FoundNames, are_bounded) {
    std::vector<std::string> many;
    for (int i = 0; i < 200; ++i)
        many.push_back("10.0.0." + std::to_string(i));
    service.say(many);
    EXPECT_THAT(told(look()), SizeIs(limits::name_addresses_max + 1));
}

TEST_F(FoundNames, trouble_is_said_once_and_so_is_its_end) {
    const auto well = look();
    EXPECT_THAT(notes_of_names({}, well), IsEmpty());
    service.fail();
    const auto first = look(well);
    const auto notes = notes_of_names(well, first);
    ASSERT_THAT(notes, SizeIs(1));
    EXPECT_EQ(notes[0].level, io::log_level::warning);
    EXPECT_THAT(notes[0].fields, Contains(Pair("address", by_name)));
    EXPECT_THAT(notes[0].fields, Contains(Pair("reason", "looking up am.example: check it")));
    EXPECT_THAT(notes[0].fields, Contains(Pair("meanwhile", HasSubstr("http://10.0.0.8:9093"))));
    const auto second = look(first);
    EXPECT_THAT(notes_of_names(first, second), IsEmpty());
    service.say(addresses{"10.0.0.8", "10.0.0.9"});
    const auto over = notes_of_names(second, look(second));
    ASSERT_THAT(over, SizeIs(1));
    EXPECT_EQ(over[0].level, io::log_level::info);
}

TEST_F(FoundNames, certificate_and_proxy_go_by_the_name) {
    domain::endpoint endpoint;
    endpoint.url = "https://10.0.0.8:9093";
    endpoint.found_by = "dns+https://am.example:9093";
    EXPECT_EQ(named_url(endpoint).host, "am.example");
    EXPECT_EQ(access_towards({}, endpoint).tls.server_name, "am.example");
    domain::receiver_access chosen;
    chosen.tls.server_name = "other.example";
    EXPECT_EQ(access_towards(chosen, endpoint).tls.server_name, "other.example");
    endpoint.found_by.clear();
    EXPECT_EQ(access_towards({}, endpoint).tls.server_name, "");
}

// Of this machine, without asking a server.
TEST(NameLookup, finds_what_every_machine_knows) {
    const auto found = io::look_up_addresses("localhost");
    ASSERT_TRUE(found.has_value()) << found.error().detail;
    EXPECT_THAT(*found, testing::Each(testing::AnyOf("127.0.0.1", "::1")));
    EXPECT_THAT(io::look_up_addresses("127.0.0.1").value(), ElementsAre("127.0.0.1"));
}

TEST(NameLookup, says_what_to_check_where_nothing_is_found) {
    // No name of DNS: no server is asked.
    const std::string name(64, 'a');
    const auto found = io::look_up_addresses(name);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().kind, error_class::transient);
    EXPECT_THAT(found.error().detail, testing::StartsWith("looking up " + name + ": "));
    EXPECT_THAT(found.error().cure, HasSubstr("/etc/resolv.conf"));
}

class NameWatch : public testing::Test {
protected:
    std::unique_ptr<name_watch> watch(milliseconds refresh, milliseconds least) {
        auto made = std::make_unique<name_watch>(
            on.executor(),
            *log,
            service.source(),
            [this](const found_names& found) { heard.push_back(found); },
            refresh,
            least
        );
        made->follow({by_name}, look_up_names({by_name}, {}, service.source()));
        return made;
    }

    io::loop on;
    std::unique_ptr<io::log> log = io::create_log(io::log_level::error, io::log_format::logfmt, {});
    name_service service;
    std::vector<found_names> heard;
};

TEST_F(NameWatch, looks_again_and_tells_of_news_alone) {
    const auto watched = watch(milliseconds(1), milliseconds(1));
    on.run_until([&] { return service.asked().size() > 3; });
    EXPECT_THAT(heard, IsEmpty());
    service.say(addresses{"10.0.0.10"});
    on.run_until([&] { return !heard.empty(); });
    EXPECT_TRUE(heard[0].at(by_name).misses.contains("http://10.0.0.10:9093/base"));
    watched->close();
}

TEST_F(NameWatch, looks_sooner_once_an_address_does_not_answer) {
    const auto watched = watch(std::chrono::hours(1), milliseconds(1));
    ASSERT_THAT(service.asked(), SizeIs(1));
    watched->hurry();
    on.run_until([&] { return service.asked().size() > 1; });
    watched->close();
}

}  // namespace
}  // namespace trainwatch::app::found_names_test
