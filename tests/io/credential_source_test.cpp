#include "io/credential_source.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "tests/io/credential_cases.hpp"

namespace trainwatch::io::credential_source_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CredentialSource : public CredentialWorld {
protected:
    // Many ask at once; what each was given.
    std::vector<result<credential_snapshot>> ask_together(int count) {
        std::vector<result<credential_snapshot>> out;
        const auto ask = [](credential_source& from, auto& into) -> task<void> {
            auto keys = co_await from.current(mono_time::max());
            into.push_back(std::move(keys));
        };
        for (int i = 0; i < count; ++i)
            on.spawn(ask(*source, out));
        settle();
        return out;
    }

    std::vector<std::string> asked_urls() const {
        std::vector<std::string> out;
        for (const auto& one : world->requests)
            out.push_back(one.request.method + " " + one.url());
        return out;
    }

    static std::string id_of(const result<credential_snapshot>& keys) {
        return keys ? (*keys)->access_key_id : keys.error().detail;
    }
};

TEST_F(CredentialSource, static_keys_are_asked_for_once) {
    use(source_kind::static_keys);
    EXPECT_EQ(id_of(current()), "AKIDBASE");
    world->pass(hours(24 * 400));
    EXPECT_EQ(id_of(current()), "AKIDBASE");
    EXPECT_EQ(plans, 1);
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(*news[0], (domain::credential_facts{"environment", "", {}}));
}

TEST_F(CredentialSource, those_who_ask_together_share_one_fetch) {
    use(source_kind::role_of_instance);
    const auto keys = ask_together(100);
    ASSERT_EQ(keys.size(), 100U);
    for (const auto& one : keys)
        EXPECT_EQ(*one, *keys[0]);  // the very same snapshot
    EXPECT_EQ(fetches, 2);          // of the instance and of the role
    EXPECT_EQ(news.size(), 1U);
}

TEST_F(CredentialSource, those_who_ask_together_share_one_failure) {
    use(source_kind::container);
    world->answer = [](const asked& what) -> reply { return refused_connection(what.to.host); };
    const auto keys = ask_together(100);
    ASSERT_EQ(keys.size(), 100U);
    for (const auto& one : keys)
        EXPECT_EQ(one.error(), keys[0].error());
    EXPECT_EQ(world->requests.size(), 3U);  // one call, tried three times
    EXPECT_EQ(news.size(), 1U);
}

TEST_F(CredentialSource, renews_beside_its_users) {
    use(source_kind::container);
    ASSERT_EQ(id_of(current()), "AKID1");
    world->pass(minutes(49));
    world->answer = [this](const asked& what) -> reply {
        if (world->held.empty() && fetches == 1) return played_state::hold{};
        return healthy(what);
    };
    // The answer is held; nobody waits for it, and nobody asks a second time.
    EXPECT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(id_of(current()), "AKID1");
    settle();
    EXPECT_EQ(world->requests.size(), 2U);
    make_healthy();
    world->release();
    settle();
    EXPECT_EQ(id_of(current()), "AKID2");
    EXPECT_EQ(news.size(), 2U);
}

TEST_F(CredentialSource, good_keys_do_not_wait_long_for_newer_ones) {
    wait = milliseconds(20);
    use(source_kind::container);
    ASSERT_EQ(id_of(current()), "AKID1");
    world->pass(minutes(52));
    world->answer = [](const asked&) -> reply { return played_state::hold{}; };
    EXPECT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(world->held.size(), 1U);
}

TEST_F(CredentialSource, keys_that_end_while_newer_ones_are_awaited_are_not_given) {
    wait = milliseconds(1);
    use(source_kind::container);
    ASSERT_EQ(id_of(current()), "AKID1");
    world->pass(minutes(52));
    world->answer = [](const asked&) -> reply { return played_state::hold{}; };
    std::optional<result<credential_snapshot>> out;
    const auto ask = [](credential_source& from, auto& into) -> task<void> {
        into = co_await from.current(mono_time::max());
    };
    on.spawn(ask(*source, out));
    settle();
    world->pass(minutes(10));
    on.context().restart();
    on.context().run_for(milliseconds(50));
    EXPECT_FALSE(out);
    make_healthy();
    world->release();
    on.run_until([&] { return out.has_value(); });
    EXPECT_EQ(id_of(*out), "AKID2");
}

TEST_F(CredentialSource, keys_of_a_file_that_end_are_read_anew) {
    auto with = plan_of(source_kind::static_keys);
    auto& keys = std::get<domain::static_keys>(with.base).keys;
    keys.expires = world->now.wall + hours(1);
    use(with);
    ASSERT_EQ(id_of(current()), "AKIDBASE");
    // Somebody wrote newer ones.
    auto& newer = std::get<domain::static_keys>(plan.base).keys;
    newer.access_key_id = "AKIDNEWER";
    newer.expires = world->now.wall + hours(2);
    world->pass(minutes(52));
    EXPECT_EQ(id_of(current()), "AKIDNEWER");
}

TEST_F(CredentialSource, newer_keys_are_waited_for_near_the_end) {
    use(source_kind::container);
    ASSERT_EQ(id_of(current()), "AKID1");
    world->pass(minutes(52));
    EXPECT_EQ(id_of(current()), "AKID2");
}

TEST_F(CredentialSource, snapshot_outlives_its_replacement) {
    use(source_kind::container);
    const auto before = *current();
    world->pass(minutes(52));
    current();
    EXPECT_EQ(before->access_key_id, "AKID1");
    EXPECT_EQ(before->secret_access_key, "wJalrXUtnFEMI");
}

TEST_F(CredentialSource, broken_plan_is_an_error_and_is_made_again) {
    use(source_kind::static_keys);
    source->close();
    bool is_broken = true;
    credential_source_options options;
    options.plan = [&]() -> result<domain::credential_plan> {
        ++plans;
        if (is_broken)
            return failure{.kind = error_class::denied, .detail = "profile a: no role_arn"};
        return plan;
    };
    source = create_credential_source(
        std::move(options), {"s", 1}, std::make_unique<played_world>(world)
    );
    world->closed = false;
    EXPECT_EQ(current().error().detail, "profile a: no role_arn");
    // Not before its time, however often somebody asks.
    EXPECT_FALSE(current());
    EXPECT_EQ(plans, 1);
    is_broken = false;
    world->pass(seconds(1));
    EXPECT_EQ(id_of(current()), "AKIDBASE");
    EXPECT_EQ(plans, 2);
}

TEST_F(CredentialSource, plan_holds_as_long_as_it_works) {
    use(source_kind::container);
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(current());
        world->pass(hours(1));
    }
    EXPECT_EQ(plans, 1);
}

// ---- sources that do not answer
// ------------------------------------------------------------------

TEST_F(CredentialSource, that_does_not_answer_is_named_by_the_deadline) {
    for (const source_kind what :
         {source_kind::web_identity,
          source_kind::container,
          source_kind::instance,
          source_kind::last_resort,
          source_kind::single_sign_on,
          source_kind::role_of_instance}) {
        SCOPED_TRACE(to_string(what));
        world = std::make_shared<played_state>();
        use(what);
        world->answer = [](const asked&) -> reply { return played_state::hold{}; };
        const auto keys = current(milliseconds(5));
        ASSERT_FALSE(keys);
        EXPECT_EQ(keys.error().kind, error_class::transient);
        EXPECT_EQ(keys.error().code, boost::asio::error::timed_out);
        EXPECT_EQ(keys.error().detail, "waiting for keys from " + source->source() + " timed out");
        EXPECT_THAT(source->source(), StartsWith(plan.source));
        EXPECT_THAT(keys.error().cure, HasSubstr("can be reached"));
        source->close();
        settle();
    }
}

TEST_F(CredentialSource, that_fell_silent_tells_its_last_trouble) {
    use(source_kind::container);
    world->answer = [](const asked&) -> reply { return wire::http_response{403, {}, "{}"}; };
    const failure before = current().error();
    world->pass(seconds(1));
    world->answer = [](const asked&) -> reply { return played_state::hold{}; };
    const failure why = current(milliseconds(5)).error();
    EXPECT_EQ(
        why.detail, "waiting for keys from container timed out (before: " + before.detail + ")"
    );
    EXPECT_EQ(why.cure, before.cure);
}

TEST_F(CredentialSource, of_a_chain_points_at_the_link_that_is_silent) {
    for (const bool is_sts : {false, true}) {
        world = std::make_shared<played_state>();
        use(source_kind::role_of_instance);
        world->answer = [this, is_sts](const asked& what) -> reply {
            if (what.to.tls == is_sts) return played_state::hold{};
            return healthy(what);
        };
        const failure why = current(milliseconds(20)).error();
        EXPECT_THAT(
            why.cure,
            HasSubstr(is_sts ? "STS at sts.eu-west-1.amazonaws.com" : "at 169.254.169.254")
        );
        source->close();
        settle();
    }
}

TEST_F(CredentialSource, whoever_left_does_not_end_the_fetch) {
    use(source_kind::container);
    world->answer = [](const asked&) -> reply { return played_state::hold{}; };
    ASSERT_FALSE(current(milliseconds(5)));
    make_healthy();
    world->release();
    settle();
    EXPECT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(world->requests.size(), 1U);
}

// ---- keys that AWS refused
// -----------------------------------------------------------------------

TEST_F(CredentialSource, refused_keys_are_looked_for_again_in_the_files) {
    use(source_kind::static_keys);
    const auto old = *current();
    std::get<domain::static_keys>(plan.base).keys.access_key_id = "AKIDROTATED";
    EXPECT_TRUE(replace(old));
    EXPECT_EQ(id_of(current()), "AKIDROTATED");
}

TEST_F(CredentialSource, refused_keys_without_others_stay) {
    use(source_kind::static_keys);
    const auto old = *current();
    EXPECT_FALSE(replace(old));
    EXPECT_EQ(id_of(current()), "AKIDBASE");
}

TEST_F(CredentialSource, whoever_comes_late_with_refused_keys_gets_the_new_ones) {
    use(source_kind::container);
    const auto old = *current();
    EXPECT_TRUE(replace(old));
    EXPECT_TRUE(replace(old));
    EXPECT_EQ(fetches, 2);
}

TEST_F(CredentialSource, refusals_force_a_fetch_now_and_then_only) {
    use(source_kind::container);
    world->answer = [this](const asked&) -> reply {
        ++fetches;
        return ok(container_document("AKIDSAME", expires()));
    };
    const auto keys = *current();
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(replace(keys));
    EXPECT_EQ(fetches, 2);
    world->pass(limits::keys_forced_interval);
    EXPECT_FALSE(replace(keys));
    EXPECT_EQ(fetches, 3);
}

TEST_F(CredentialSource, refused_keys_remain_when_there_is_no_way_to_others) {
    use(source_kind::container);
    const auto keys = *current();
    world->answer = [](const asked& what) -> reply { return refused_connection(what.to.host); };
    EXPECT_FALSE(replace(keys));
    EXPECT_EQ(id_of(current()), "AKID1");
}

// ---- roles
// ---------------------------------------------------------------------------------------

TEST_F(CredentialSource, role_is_assumed_with_the_keys_before) {
    use(source_kind::role_with_static_keys);
    ASSERT_EQ(id_of(current()), "AKID1");
    ASSERT_EQ(world->requests.size(), 1U);
    const auto& request = world->requests[0];
    EXPECT_EQ(request.url(), "https://sts.eu-west-1.amazonaws.com/");
    EXPECT_EQ(request.how, route::as_configured);
    EXPECT_THAT(
        std::string(request.header("Authorization")),
        StartsWith("AWS4-HMAC-SHA256 Credential=AKIDBASE/20261124/eu-west-1/sts/aws4_request")
    );
    EXPECT_EQ(request.header("amz-sdk-request"), "attempt=1; max=3");
    EXPECT_EQ(request.header("User-Agent"), "trainwatchd/1");
    EXPECT_THAT(request.request.body, HasSubstr("RoleSessionName=trainwatchd-here-1"));
    EXPECT_THAT(request.request.body, HasSubstr("ExternalId=x-1"));
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(
        *news[0],
        (domain::credential_facts{
            "environment, then arn:aws:iam::444455556666:role/watch", "444455556666", expires()})
    );
}

TEST_F(CredentialSource, name_of_the_session_is_the_configured_one) {
    auto with = plan_of(source_kind::role_with_static_keys);
    with.roles[0].session_name = "nightly";
    use(with);
    current();
    EXPECT_THAT(world->requests[0].request.body, HasSubstr("RoleSessionName=nightly"));
}

TEST_F(CredentialSource, name_of_a_session_is_one_that_sts_takes) {
    const played_clock time(world);
    const std::string name = session_name(time);
    EXPECT_THAT(name, StartsWith("trainwatchd-"));
    EXPECT_THAT(name, testing::EndsWith("-1795510800"));
    EXPECT_LE(name.size(), 64U);
    EXPECT_EQ(
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_+=,.@-"),
        std::string::npos
    );
}

TEST_F(CredentialSource, each_link_of_a_chain_has_its_own_cache) {
    auto with = plan_of(source_kind::role_of_instance);
    with.roles.push_back({.role_arn = "arn:aws:iam::777788889999:role/last"});
    use(with);
    // The instance's keys last six hours, the roles' one.
    world->answer = [this](const asked& what) -> reply {
        life = what.to.tls ? hours(1) : hours(6);
        return healthy(what);
    };
    ASSERT_TRUE(current());
    const auto count = [this](const std::string& part) {
        std::size_t out = 0;
        for (const auto& one : world->requests)
            out += (one.url() + one.request.body).find(part) != std::string::npos;
        return out;
    };
    EXPECT_EQ(count("/watcher"), 1U);
    EXPECT_EQ(count("role%2Fwatch"), 1U);
    EXPECT_EQ(count("role%2Flast"), 1U);
    world->pass(minutes(55));
    ASSERT_TRUE(current());
    settle();
    EXPECT_EQ(count("/watcher"), 1U);
    EXPECT_EQ(count("role%2Fwatch"), 2U);
    EXPECT_EQ(count("role%2Flast"), 2U);
}

TEST_F(CredentialSource, keys_that_sts_calls_expired_are_renewed_once) {
    use(source_kind::role_of_instance);
    world->answer = [this](const asked& what) -> reply {
        const bool is_first = what.header("Authorization").find("AKID1/") != std::string::npos;
        if (what.to.tls && is_first) return sts_refusal(403, "ExpiredToken", "has expired");
        return healthy(what);
    };
    ASSERT_TRUE(current());
    EXPECT_EQ(fetches, 3);  // the instance's twice, then the role's
}

TEST_F(CredentialSource, keys_that_sts_calls_expired_for_good_are_no_loop) {
    use(source_kind::role_of_instance);
    world->answer = [this](const asked& what) -> reply {
        if (what.to.tls) return sts_refusal(403, "ExpiredToken", "has expired");
        return healthy(what);
    };
    EXPECT_EQ(current().error().remote_code, "ExpiredToken");
    EXPECT_EQ(fetches, 2);
}

TEST_F(CredentialSource, keys_without_newer_ones_say_why_there_are_none) {
    use(source_kind::role_of_instance);
    ASSERT_TRUE(current());
    world->answer = [](const asked& what) -> reply {
        if (!what.to.tls) return refused_connection(what.to.host);
        return sts_refusal(403, "ExpiredToken", "has expired");
    };
    world->pass(hours(2));
    const failure why = current().error();
    EXPECT_THAT(why.detail, StartsWith("assuming arn:aws:iam::444455556666:role/watch: "));
    EXPECT_THAT(why.detail, HasSubstr("(instance metadata at 169.254.169.254: connecting"));
}

TEST_F(CredentialSource, sts_is_tried_again_after_a_pause) {
    use(source_kind::role_with_static_keys);
    int answers = 0;
    world->answer = [&](const asked& what) -> reply {
        if (++answers < 3) return wire::http_response{503, {}, ""};
        return healthy(what);
    };
    EXPECT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(world->pauses.size(), 2U);
    EXPECT_EQ(world->requests[2].header("amz-sdk-request"), "attempt=3; max=3");
    EXPECT_EQ(
        world->requests[0].header("amz-sdk-invocation-id"),
        world->requests[2].header("amz-sdk-invocation-id")
    );
}

TEST_F(CredentialSource, sts_is_signed_for_by_its_own_clock) {
    // AWS is ten minutes ahead and says so while it refuses.
    use(source_kind::role_with_static_keys);
    int answers = 0;
    world->answer = [&](const asked& what) -> reply {
        wire::http_response out = ++answers == 1
            ? sts_refusal(403, "SignatureDoesNotMatch", "Signature expired")
            : std::get<wire::http_response>(healthy(what));
        out.headers.emplace_back("Date", http_date(what.when.wall + minutes(10)));
        return out;
    };
    ASSERT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(world->requests[0].header("X-Amz-Date"), "20261124T090000Z");
    EXPECT_THAT(std::string(world->requests[1].header("X-Amz-Date")), StartsWith("20261124T0910"));
}

TEST_F(CredentialSource, expiry_is_told_by_the_clock_of_sts) {
    // Our clock is an hour ahead: what ends in half an hour looks long expired.
    use(source_kind::role_with_static_keys);
    life = -minutes(30);
    world->answer = [&](const asked& what) -> reply {
        auto out = std::get<wire::http_response>(healthy(what));
        out.headers.emplace_back("Date", http_date(what.when.wall - hours(1)));
        return out;
    };
    EXPECT_EQ(id_of(current()), "AKID1");
}

TEST_F(CredentialSource, refusal_of_a_role_names_it) {
    use(source_kind::role_with_static_keys);
    world->answer = [](const asked&) -> reply {
        return sts_refusal(403, "AccessDenied", "User: arn:aws:iam::1:user/u is not authorized");
    };
    const failure why = current().error();
    EXPECT_EQ(why.kind, error_class::denied);
    EXPECT_EQ(why.remote_code, "AccessDenied");
    EXPECT_THAT(why.detail, StartsWith("assuming arn:aws:iam::444455556666:role/watch: "));
    EXPECT_EQ(world->requests.size(), 1U);
}

TEST_F(CredentialSource, refusal_of_sts_says_what_to_do) {
    struct refusal {
        const char* code;
        const char* message;
        const char* cure;
    };
    const refusal all[] = {
        {"AccessDenied",
         "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on "
         "resource: arn:aws:iam::444455556666:role/watch",
         "allow sts:AssumeRole to the user ann"},
        {"InvalidClientTokenId", "The security token included is invalid.", "AWS_ACCESS_KEY_ID"},
        {"SignatureDoesNotMatch", "It does not match.", "AWS_SECRET_ACCESS_KEY"},
        {"RegionDisabledException", "STS is not activated.", "enable the region eu-west-1"},
        {"ValidationError", "1 validation error detected", "check role_arn"},
    };
    for (const auto& one : all) {
        SCOPED_TRACE(one.code);
        world = std::make_shared<played_state>();
        use(source_kind::role_with_static_keys);
        world->answer = [one](const asked&) -> reply {
            return sts_refusal(403, one.code, one.message);
        };
        const failure why = current().error();
        EXPECT_THAT(why.cure, HasSubstr(one.cure));
        if (why.remote_code == "AccessDenied") {
            EXPECT_THAT(why.cure, HasSubstr(R"("Action":"sts:AssumeRole")"));
            EXPECT_THAT(why.cure, HasSubstr("trust policy"));
            EXPECT_THAT(why.cure, HasSubstr("external id"));
        }
        source->close();
        settle();
    }
}

TEST_F(CredentialSource, clock_that_sts_does_not_take_is_measured) {
    use(source_kind::role_with_static_keys);
    world->answer = [](const asked& what) -> reply {
        auto out =
            sts_refusal(403, "SignatureDoesNotMatch", "Signature not yet current: 1 is later");
        out.headers.emplace_back("Date", http_date(what.when.wall - minutes(10)));
        return out;
    };
    EXPECT_THAT(current().error().cure, StartsWith("set this machine's clock: it is 10m"));
}

TEST_F(CredentialSource, sts_out_of_reach_says_where_to_look) {
    use(source_kind::role_with_static_keys);
    world->answer = [](const asked& what) -> reply { return refused_connection(what.to.host); };
    EXPECT_THAT(current().error().cure, HasSubstr("check the network"));
}

// ---- web identity
// --------------------------------------------------------------------------------

TEST_F(CredentialSource, web_token_is_read_for_each_fetch_and_nothing_is_signed) {
    use(source_kind::web_identity);
    ASSERT_TRUE(current());
    world->files["/var/token"] = "web-token-2\n";
    world->pass(hours(1));
    ASSERT_TRUE(current());
    ASSERT_EQ(world->requests.size(), 2U);
    EXPECT_THAT(world->requests[0].request.body, HasSubstr("WebIdentityToken=web-token-1"));
    EXPECT_THAT(world->requests[0].request.body, Not(HasSubstr("%0A")));
    EXPECT_THAT(world->requests[1].request.body, HasSubstr("WebIdentityToken=web-token-2"));
    EXPECT_EQ(world->requests[0].header("Authorization"), "");
    EXPECT_EQ(world->requests[0].header("X-Amz-Date"), "");
    EXPECT_EQ((*news.back()).account_id, "444455556666");
}

TEST_F(CredentialSource, web_token_that_was_just_rotated_is_read_once_more) {
    use(source_kind::web_identity);
    world->answer = [this](const asked& what) -> reply {
        if (what.request.body.find("web-token-1") == std::string::npos) return healthy(what);
        world->files["/var/token"] = "web-token-2";
        return sts_refusal(400, "ExpiredTokenException", "Token expired");
    };
    EXPECT_EQ(id_of(current()), "AKID1");
    EXPECT_EQ(world->requests.size(), 2U);
}

TEST_F(CredentialSource, web_token_that_is_refused_is_sent_once) {
    use(source_kind::web_identity);
    world->answer = [](const asked&) -> reply {
        return sts_refusal(400, "InvalidIdentityToken", "No provider");
    };
    const failure why = current().error();
    EXPECT_THAT(why.cure, HasSubstr("/var/token"));
    EXPECT_EQ(world->requests.size(), 1U);
}

TEST_F(CredentialSource, role_that_does_not_trust_the_token_says_so) {
    use(source_kind::web_identity);
    world->answer = [](const asked&) -> reply {
        return sts_refusal(
            403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        );
    };
    EXPECT_THAT(current().error().cure, HasSubstr("issuer, subject and audience"));
}

// ---- containers
// ----------------------------------------------------------------------------------

TEST_F(CredentialSource, agent_is_asked_directly_with_the_token_of_the_file) {
    use(source_kind::container);
    ASSERT_TRUE(current());
    world->files["/var/token"] = "agent-token-2";
    world->pass(hours(1));
    ASSERT_TRUE(current());
    const auto& request = world->requests[0];
    EXPECT_EQ(request.url(), "http://169.254.170.23/v1/credentials");
    EXPECT_EQ(request.how, route::direct);
    EXPECT_EQ(request.within, limits::container_deadline);
    EXPECT_EQ(request.header("Authorization"), "agent-token-1");
    EXPECT_EQ(request.header("Accept"), "application/json");
    EXPECT_EQ(request.header("amz-sdk-request"), "");
    EXPECT_EQ(world->requests[1].header("Authorization"), "agent-token-2");
    EXPECT_EQ((*news.back()).account_id, "111122223333");
}

TEST_F(CredentialSource, token_of_the_environment_is_sent_to_the_agent) {
    auto with = plan_of(source_kind::container);
    with.base = domain::container_endpoint{
        .url = "http://169.254.170.2/v2/credentials/1?a=b", .token = "Basic abc"};
    use(with);
    ASSERT_FALSE(current());  // not an answer that healthy() knows
    EXPECT_EQ(world->requests[0].url(), "http://169.254.170.2/v2/credentials/1?a=b");
    EXPECT_EQ(world->requests[0].header("Authorization"), "Basic abc");
}

TEST_F(CredentialSource, agent_without_a_token_is_asked_without_one) {
    auto with = plan_of(source_kind::container);
    with.base = domain::container_endpoint{.url = "http://169.254.170.2/v1/credentials"};
    use(with);
    ASSERT_TRUE(current());
    EXPECT_EQ(world->requests[0].header("Authorization"), "");
}

TEST_F(CredentialSource, agent_that_refuses_the_token_says_where_it_came_from) {
    const std::pair<domain::container_endpoint, const char*> all[] = {
        {{.url = "http://169.254.170.23/v1/credentials", .token_file = "/var/token"},
         "/var/token (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)"},
        {{.url = "http://169.254.170.2/v1/credentials", .token = "Basic abc"},
         "the token in AWS_CONTAINER_AUTHORIZATION_TOKEN,"},
        {{.url = "http://169.254.170.2/v1/credentials"}, "the agent may want a token"},
    };
    for (const auto& [endpoint, cure] : all) {
        SCOPED_TRACE(cure);
        auto with = plan_of(source_kind::container);
        with.base = endpoint;
        world = std::make_shared<played_state>();
        use(with, source_kind::container);
        world->answer = [](const asked&) -> reply { return wire::http_response{401, {}, ""}; };
        const failure why = current().error();
        EXPECT_EQ(why.kind, error_class::denied);
        EXPECT_THAT(why.cure, HasSubstr(cure));
        EXPECT_THAT(why.cure, Not(HasSubstr("Basic abc")));
        source->close();
        settle();
    }
}

// ---- IAM Identity Center and programs
// ------------------------------------------------------------

TEST_F(CredentialSource, portal_is_asked_with_the_token_of_the_login) {
    use(source_kind::single_sign_on);
    ASSERT_TRUE(current());
    const auto& request = world->requests[0];
    EXPECT_EQ(
        request.url(),
        "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=watch"
        "&account_id=777788889999"
    );
    EXPECT_EQ(request.how, route::as_configured);
    EXPECT_EQ(request.header("x-amz-sso_bearer_token"), "portal-token-1");
    EXPECT_EQ(request.header("Authorization"), "");
    EXPECT_EQ((*news.back()).account_id, "777788889999");
}

TEST_F(CredentialSource, login_that_has_ended_says_how_to_log_in) {
    use(source_kind::single_sign_on);
    world->files["/var/token"] = sso_token_file(world->now.wall);
    const failure why = current().error();
    EXPECT_EQ(why.kind, error_class::denied);
    EXPECT_EQ(why.detail, "profile research: the login ended at 2026-11-24T09:00:00.000Z");
    EXPECT_EQ(why.cure, "run `aws sso login --profile research`");
    EXPECT_TRUE(world->requests.empty());
}

TEST_F(CredentialSource, login_that_the_portal_forgot_says_how_to_log_in) {
    use(source_kind::single_sign_on);
    world->answer = [](const asked&) -> reply { return wire::http_response{401, {}, "{}"}; };
    EXPECT_THAT(current().error().cure, HasSubstr("aws sso login --profile research"));
}

TEST_F(CredentialSource, portal_out_of_reach_is_no_reason_to_log_in) {
    use(source_kind::single_sign_on);
    world->answer = [](const asked& what) -> reply { return refused_connection(what.to.host); };
    EXPECT_THAT(current().error().cure, HasSubstr("check the network"));
}

TEST_F(CredentialSource, nobody_logged_in_says_how_to_log_in) {
    use(source_kind::single_sign_on);
    world->files.clear();
    EXPECT_THAT(current().error().cure, HasSubstr("aws sso login --profile research"));
}

TEST_F(CredentialSource, account_of_a_program_is_its_own_or_the_profiles) {
    use(source_kind::process);
    ASSERT_TRUE(current());
    EXPECT_EQ((*news.back()).account_id, "777788889999");
    world->program = [](const std::vector<std::string>& arguments) -> result<std::string> {
        EXPECT_THAT(arguments, ElementsAre("helper", "--password=portal-token-1"));
        return std::string(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B",)"
                           R"("AccountId":"123456789012"})");
    };
    world->pass(hours(1));
    ASSERT_TRUE(current());
    EXPECT_EQ((*news.back()).account_id, "123456789012");
    // Without a time they never end.
    world->pass(hours(1000));
    ASSERT_TRUE(current());
    EXPECT_EQ(world->programs, 2U);
}

// ---- closing
// -------------------------------------------------------------------------------------

TEST_F(CredentialSource, closed_it_ends_what_is_under_way) {
    use(source_kind::role_of_instance);
    world->answer = [](const asked&) -> reply { return played_state::hold{}; };
    std::optional<result<credential_snapshot>> out;
    const auto ask = [](credential_source& from, auto& into) -> task<void> {
        into = co_await from.current(mono_time::max());
    };
    on.spawn(ask(*source, out));
    settle();
    ASSERT_FALSE(out);
    source->close();
    settle();
    ASSERT_TRUE(out);
    EXPECT_EQ(out->error().kind, error_class::transient);
}

}  // namespace
}  // namespace trainwatch::io::credential_source_test
