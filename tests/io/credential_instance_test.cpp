// The instance metadata service, and the published sequences of its newer path.
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "io/instance_metadata.hpp"
#include "tests/io/credential_cases.hpp"

namespace trainwatch::io::credential_instance_test {
namespace {

namespace json = boost::json;

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* new_path = "/latest/meta-data/iam/security-credentials-extended/";
constexpr const char* old_path = "/latest/meta-data/iam/security-credentials/";

class InstanceCredentials : public CredentialWorld {
protected:
    std::vector<std::string> asked_paths() const {
        std::vector<std::string> out;
        for (const auto& one : world->requests)
            out.push_back(one.request.method + " " + one.request.target);
        return out;
    }

    std::string id_now() {
        const auto keys = current();
        return keys ? (*keys)->access_key_id : keys.error().detail;
    }
};

TEST_F(InstanceCredentials, asks_for_a_token_a_role_and_its_keys) {
    use(source_kind::instance);
    EXPECT_EQ(id_now(), "AKID1");
    EXPECT_THAT(
        asked_paths(),
        ElementsAre(
            "PUT /latest/api/token",
            std::string("GET ") + new_path,
            std::string("GET ") + new_path + "watcher"
        )
    );
    EXPECT_EQ(world->requests[0].header("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
    EXPECT_EQ(world->requests[1].header("x-aws-ec2-metadata-token"), "metadata-token-1");
    for (const auto& one : world->requests) {
        EXPECT_EQ(one.how, route::direct);
        EXPECT_EQ(one.within, seconds(1));
    }
    EXPECT_EQ((*news.back()).account_id, "111122223333");
}

TEST_F(InstanceCredentials, token_is_kept_until_shortly_before_its_end) {
    use(source_kind::instance);
    ASSERT_EQ(id_now(), "AKID1");
    world->pass(hours(5));
    ASSERT_EQ(id_now(), "AKID2");
    EXPECT_EQ(asked_paths().back(), std::string("GET ") + new_path + "watcher");
    EXPECT_EQ(world->requests.size(), 4U);
    world->pass(minutes(58));
    ASSERT_EQ(id_now(), "AKID3");
    EXPECT_EQ(asked_paths()[4], "PUT /latest/api/token");
}

TEST_F(InstanceCredentials, life_of_a_token_is_what_the_service_says) {
    use(source_kind::instance);
    world->answer = [this](const asked& what) -> reply {
        auto out = std::get<wire::http_response>(healthy(what));
        if (what.request.method == "PUT")
            out.headers.emplace_back("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "600");
        return out;
    };
    ASSERT_EQ(id_now(), "AKID1");
    world->pass(hours(1));
    ASSERT_EQ(id_now(), "AKID2");
    EXPECT_EQ(asked_paths()[3], "PUT /latest/api/token");
}

TEST_F(InstanceCredentials, forgotten_token_is_replaced) {
    use(source_kind::instance);
    ASSERT_EQ(id_now(), "AKID1");
    std::string good = "metadata-token-2";
    world->answer = [&](const asked& what) -> reply {
        if (what.request.method == "PUT") return ok(good);
        if (what.header("x-aws-ec2-metadata-token") != good)
            return wire::http_response{401, {}, ""};
        return healthy(what);
    };
    world->pass(hours(1));
    EXPECT_EQ(id_now(), "AKID2");
    EXPECT_EQ(world->requests.size(), 3U + 3U);
}

TEST_F(InstanceCredentials, token_that_is_never_good_is_no_loop) {
    use(source_kind::instance);
    world->answer = [this](const asked& what) -> reply {
        if (what.request.method == "PUT") return healthy(what);
        return wire::http_response{401, {}, ""};
    };
    EXPECT_EQ(current().error().kind, error_class::denied);
    EXPECT_EQ(world->requests.size(), 4U);
}

TEST_F(InstanceCredentials, busy_service_is_asked_again) {
    use(source_kind::instance);
    int answers = 0;
    world->answer = [&](const asked& what) -> reply {
        if (++answers % 2 == 1) return wire::http_response{503, {}, ""};
        return healthy(what);
    };
    EXPECT_EQ(id_now(), "AKID1");
    EXPECT_EQ(world->requests.size(), 6U);
}

TEST_F(InstanceCredentials, silent_service_is_asked_as_often_as_configured) {
    auto with = plan_of(source_kind::instance);
    std::get<domain::instance_metadata>(with.base).attempts = 3;
    std::get<domain::instance_metadata>(with.base).timeout = milliseconds(2'500);
    use(with);
    world->answer = [](const asked&) -> reply { return played_state::silence{}; };
    const failure why = current().error();
    EXPECT_EQ(why.kind, error_class::transient);
    EXPECT_EQ(world->requests.size(), 3U);
    EXPECT_EQ(world->requests[0].within, milliseconds(2'500));
    // What looks like silence is often a container on EC2.
    EXPECT_THAT(why.cure, HasSubstr("hop limit to 2"));
}

TEST_F(InstanceCredentials, no_source_at_all_says_what_the_plan_says) {
    auto with = plan_of(source_kind::last_resort);
    std::get<domain::instance_metadata>(with.base).nothing_found =
        "no AWS keys: set AWS_ACCESS_KEY_ID";
    use(with);
    world->answer = [](const asked&) -> reply { return played_state::silence{}; };
    const failure why = current().error();
    EXPECT_EQ(why.kind, error_class::denied);
    EXPECT_EQ(
        why.detail,
        "no AWS keys: set AWS_ACCESS_KEY_ID (instance metadata at 169.254.169.254: reading from "
        "169.254.169.254 timed out)"
    );
    EXPECT_THAT(why.cure, HasSubstr("hop limit"));
    EXPECT_EQ(world->requests.size(), 1U);
}

TEST_F(InstanceCredentials, last_resort_that_was_there_is_a_source_in_trouble) {
    use(source_kind::last_resort);
    ASSERT_EQ(id_now(), "AKID1");
    world->answer = [](const asked&) -> reply { return played_state::silence{}; };
    world->pass(minutes(52));
    EXPECT_EQ(id_now(), "AKID1");
    EXPECT_EQ(news.back().error().kind, error_class::transient);
    EXPECT_THAT(news.back().error().detail, StartsWith("instance metadata at 169.254.169.254: "));
}

TEST_F(InstanceCredentials, expired_keys_go_on_with_one_warning_an_extension) {
    use(source_kind::instance);
    ASSERT_EQ(id_now(), "AKID1");
    world->answer = [](const asked& what) -> reply { return refused_connection(what.to.host); };
    world->pass(hours(1));
    const std::size_t before = news.size();
    // Asked each second for twenty minutes.
    for (int i = 0; i < 1200; ++i) {
        ASSERT_EQ(id_now(), "AKID1");
        world->pass(seconds(1));
    }
    settle();
    EXPECT_GE(news.size() - before, 2U);
    EXPECT_LE(news.size() - before, 4U);
    // They work: news of them, and no failure.
    ASSERT_TRUE(news.back()) << news.back().error().detail;
    EXPECT_TRUE(news.back()->is_extended);
    EXPECT_EQ(news.back()->source, "profile ec2");
    EXPECT_EQ(news.back()->account_id, "111122223333");
    EXPECT_LT(news.back()->expires.value(), world->now.wall);
    make_healthy();
    world->pass(minutes(15));
    EXPECT_EQ(id_now(), "AKID2");
    EXPECT_FALSE(news.back()->is_extended);
}

TEST_F(InstanceCredentials, keys_that_arrive_past_their_end_are_extended_ones) {
    use(source_kind::instance);
    life = -minutes(5);
    ASSERT_EQ(id_now(), "AKID1");
    ASSERT_EQ(news.size(), 1U);
    ASSERT_TRUE(news[0]) << news[0].error().detail;
    EXPECT_TRUE(news[0]->is_extended);
    EXPECT_EQ(news[0]->expires, expires());
}

TEST_F(InstanceCredentials, role_that_does_not_trust_the_service_is_denied) {
    use(source_kind::instance);
    world->answer = [this](const asked& what) -> reply {
        if (what.request.target != std::string(new_path) + "watcher") return healthy(what);
        return ok(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume it"})");
    };
    const failure why = current().error();
    EXPECT_EQ(why.kind, error_class::denied);
    EXPECT_THAT(why.detail, HasSubstr("EC2 cannot assume it"));
    EXPECT_THAT(why.cure, HasSubstr("trust policy"));
    EXPECT_THAT(why.cure, HasSubstr("ec2.amazonaws.com"));
}

TEST_F(InstanceCredentials, name_of_a_role_is_no_path) {
    use(source_kind::instance);
    world->answer = [this](const asked& what) -> reply {
        if (what.request.target == new_path) return ok("../../user-data");
        return healthy(what);
    };
    EXPECT_EQ(current().error().kind, error_class::malformed);
    EXPECT_EQ(world->requests.size(), 2U);
}

TEST_F(InstanceCredentials, base_path_of_the_service_is_kept) {
    auto with = plan_of(source_kind::instance);
    std::get<domain::instance_metadata>(with.base).url = "http://127.0.0.1:8080/imds";
    use(with);
    world->answer = [](const asked&) -> reply { return wire::http_response{404, {}, ""}; };
    current();
    EXPECT_EQ(world->requests[0].url(), "http://127.0.0.1:8080/imds/latest/api/token");
}

TEST_F(InstanceCredentials, older_service_is_remembered) {
    use(source_kind::instance);
    world->answer = [this](const asked& what) -> reply {
        const std::string& target = what.request.target;
        if (target == "/latest/api/token") return healthy(what);
        if (target == old_path) return ok("watcher\n");
        if (target == std::string(old_path) + "watcher")
            return ok(instance_document(next_id(), expires()));
        return wire::http_response{404, {}, ""};
    };
    ASSERT_EQ(id_now(), "AKID1");
    EXPECT_EQ(world->requests.size(), 4U);
    world->pass(hours(1));
    ASSERT_EQ(id_now(), "AKID2");
    EXPECT_EQ(asked_paths().back(), std::string("GET ") + old_path + "watcher");
    EXPECT_EQ(world->requests.size(), 5U);
}

// ---- the region
// ----------------------------------------------------------------------------------

class InstanceRegion : public CredentialWorld {
protected:
    result<std::string> ask(const std::string& body, int status = 200) {
        world->answer = [=, this](const asked& what) -> reply {
            if (what.request.method == "PUT") return healthy(what);
            return wire::http_response{status, {}, body};
        };
        played_world here(world);
        const domain::instance_metadata where{.url = "http://169.254.169.254"};
        return on.run(instance_region(where, "trainwatchd/1", here));
    }
};

TEST_F(InstanceRegion, is_what_the_service_says) {
    EXPECT_EQ(ask("eu-west-1\n").value(), "eu-west-1");
    EXPECT_EQ(
        world->requests.back().url(), "http://169.254.169.254/latest/meta-data/placement/region"
    );
    EXPECT_EQ(world->requests.back().how, route::direct);
}

TEST_F(InstanceRegion, is_a_part_of_a_host_name_or_nothing) {
    for (const char* body : {"", "eu-west-1.evil.example", "<html>", "-eu", "EU-WEST-1"})
        EXPECT_EQ(ask(body).error().kind, error_class::malformed) << body;
    EXPECT_EQ(ask(std::string(64, 'a')).error().kind, error_class::malformed);
}

TEST_F(InstanceRegion, that_is_not_told_is_a_failure) {
    EXPECT_EQ(ask("", 404).error().kind, error_class::denied);
    EXPECT_EQ(ask("", 503).error().kind, error_class::transient);
}

// ---- published sequences
// -------------------------------------------------------------------------

std::string without_slash(std::string path) {
    if (path.ends_with('/')) path.pop_back();
    return path;
}

json::value read_vectors(const std::string& name) {
    std::ifstream file(std::string(TRAINWATCH_SHARED_DIR) + "/vectors/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str().empty() ? json::value() : json::parse(text.str());
}

TEST_F(InstanceCredentials, published_sequences_are_walked) {
    const auto cases = read_vectors("imds/imds-extended-sequence-tests.json");
    if (cases.is_null()) GTEST_SKIP() << "the shared vectors are not here";
    int walked = 0;
    for (const auto& one : cases.as_array()) {
        const auto& config = one.at("config").as_object();
        // Whether the service may be asked at all is decided before (wire/credential_plan).
        if (config.contains("envVars")) continue;
        SCOPED_TRACE(one.at("summary").as_string().c_str());
        auto with = plan_of(source_kind::instance);
        if (const auto* given = config.at("ec2InstanceProfileName").if_string())
            std::get<domain::instance_metadata>(with.base).instance_profile = std::string(*given);
        world = std::make_shared<played_state>();
        world->now.wall = parse_iso8601("2025-03-12T00:00:00Z").value();
        use(with);
        const auto& expectations = one.at("expectations").as_array();
        std::size_t next = 0;
        world->answer = [&](const asked& what) -> reply {
            if (what.request.method == "PUT") return ok("token");
            if (next == expectations.size()) {
                ADD_FAILURE() << "one more: " << what.request.target;
                return wire::http_response{500, {}, ""};
            }
            const auto& expected = expectations[next++];
            EXPECT_EQ(without_slash(what.request.target), expected.at("get").as_string());
            const auto& response = expected.at("response").as_object();
            wire::http_response out;
            out.status = static_cast<int>(response.at("status").as_int64());
            if (const auto* body = response.if_contains("body"))
                out.body =
                    body->is_string() ? std::string(body->as_string()) : json::serialize(*body);
            return out;
        };
        for (const auto& outcome : one.at("outcomes").as_array()) {
            // The keys of each case end at their own time: past it, they are fetched again.
            const auto keys = current();
            const std::string want(outcome.at("result").as_string());
            EXPECT_EQ(keys.has_value(), want == "credentials");
            if (keys) {
                const auto* account = outcome.as_object().if_contains("accountId");
                EXPECT_EQ((*keys)->account_id, account ? std::string(account->as_string()) : "");
                const auto end = (*keys)->expires.value();
                world->pass(end - world->now.wall + hours(1));
            }
        }
        EXPECT_EQ(next, expectations.size());
        source->close();
        settle();
        ++walked;
    }
    EXPECT_EQ(walked, 12);
}

}  // namespace
}  // namespace trainwatch::io::credential_instance_test
