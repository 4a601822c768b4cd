// Each kind of source in full health, in a played world: its plan, its files, and what its services
// answer. Tests break one thing and look.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "io/credential_chain.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/played_answers.hpp"
#include "tests/io/played_world.hpp"

namespace trainwatch::io {

enum class source_kind {
    static_keys,
    web_identity,
    container,
    instance,
    last_resort,
    process,
    single_sign_on,
    role_with_static_keys,
    role_of_instance,
};

inline const std::vector<source_kind> all_source_kinds{
    source_kind::static_keys,
    source_kind::web_identity,
    source_kind::container,
    source_kind::instance,
    source_kind::last_resort,
    source_kind::process,
    source_kind::single_sign_on,
    source_kind::role_with_static_keys,
    source_kind::role_of_instance,
};

inline std::string to_string(source_kind what) {
    switch (what) {
        case source_kind::static_keys:
            return "static_keys";
        case source_kind::web_identity:
            return "web_identity";
        case source_kind::container:
            return "container";
        case source_kind::instance:
            return "instance";
        case source_kind::last_resort:
            return "last_resort";
        case source_kind::process:
            return "process";
        case source_kind::single_sign_on:
            return "single_sign_on";
        case source_kind::role_with_static_keys:
            return "role_with_static_keys";
        case source_kind::role_of_instance:
            return "role_of_instance";
    }
    return "?";
}

inline domain::assumed_role watch_role() {
    return {.role_arn = "arn:aws:iam::444455556666:role/watch", .external_id = "x-1"};
}

inline domain::credential_plan plan_of(source_kind what) {
    domain::credential_plan plan;
    plan.sts = {"eu-west-1", "https://sts.eu-west-1.amazonaws.com"};
    const domain::static_keys keys{
        {.access_key_id = "AKIDBASE", .secret_access_key = "wJalrXUtnFEMI"}};
    const domain::instance_metadata instance{.url = "http://169.254.169.254"};
    switch (what) {
        case source_kind::static_keys:
            plan.source = "environment";
            plan.base = keys;
            break;
        case source_kind::web_identity:
            plan.source = "web identity";
            plan.base = domain::web_identity{"/var/token", watch_role()};
            break;
        case source_kind::container:
            plan.source = "container";
            plan.base = domain::container_endpoint{
                .url = "http://169.254.170.23/v1/credentials", .token_file = "/var/token"};
            break;
        case source_kind::instance:
            plan.source = "profile ec2";
            plan.base = instance;
            break;
        case source_kind::last_resort: {
            plan.source = "instance metadata";
            auto last = instance;
            last.is_last_resort = true;
            plan.base = last;
            break;
        }
        case source_kind::process:
            plan.source = "profile research";
            plan.base =
                domain::credential_process{{"helper", "--password=portal-token-1"}, "777788889999"};
            break;
        case source_kind::single_sign_on:
            plan.source = "profile research";
            plan.base = domain::single_sign_on{
                .token_file = "/var/token",
                .url = "https://portal.sso.eu-west-1.amazonaws.com",
                .account_id = "777788889999",
                .role_name = "watch",
                .login = "aws sso login --profile research"};
            break;
        case source_kind::role_with_static_keys:
            plan.source = "environment";
            plan.base = keys;
            plan.roles = {watch_role()};
            break;
        case source_kind::role_of_instance:
            plan.source = "instance metadata";
            plan.base = instance;
            plan.roles = {watch_role()};
            break;
    }
    return plan;
}

class CredentialWorld : public testing::Test {
protected:
    using asked = played_state::asked;
    using reply = played_state::reply;

    void use(source_kind what) { use(plan_of(what), what); }

    void use(domain::credential_plan with, source_kind what = source_kind::static_keys) {
        plan = std::move(with);
        kind = what;
        make_healthy();
        credential_source_options options;
        options.plan = [this] {
            ++plans;
            return plan;
        };
        options.user_agent = "trainwatchd/1";
        options.told = [this](const result<domain::credential_facts>& told) {
            news.push_back(told);
        };
        source = create_credential_source(
            std::move(options),
            {"trainwatchd-here-1", 7, wait},
            std::make_unique<played_world>(world)
        );
    }

    void make_healthy() {
        const bool is_sso = kind == source_kind::single_sign_on;
        world->files["/var/token"] = is_sso
            ? sso_token_file(world->now.wall + std::chrono::hours(48))
            : kind == source_kind::container ? "agent-token-1"
                                             : "web-token-1\n";
        world->answer = [this](const asked& what) { return healthy(what); };
        world->program = [this](const std::vector<std::string>&) -> result<std::string> {
            return process_document(next_id(), expires());
        };
    }

    wall_time expires() const { return world->now.wall + life; }
    std::string next_id() { return "AKID" + std::to_string(++fetches); }

    reply healthy(const asked& what) {
        const std::string& target = what.request.target;
        if (target == "/latest/api/token") return ok("metadata-token-1");
        if (target == "/latest/meta-data/iam/security-credentials-extended/") return ok("watcher");
        if (target == "/latest/meta-data/iam/security-credentials-extended/watcher")
            return ok(instance_document(next_id(), expires()));
        if (target == "/v1/credentials") return ok(container_document(next_id(), expires()));
        if (target.rfind("/federation/credentials?", 0) == 0)
            return ok(portal_document(next_id(), expires()));
        const bool is_signed = !what.header("Authorization").empty();
        return ok(sts_document(
            is_signed ? "AssumeRole" : "AssumeRoleWithWebIdentity", next_id(), expires()
        ));
    }

    // In the time of the world, which does not pass by itself; `within` does.
    result<credential_snapshot> current(nanoseconds within = std::chrono::hours(1)) {
        return on.run(source->current(world->now.mono + within));
    }
    bool replace(credential_snapshot refused) {
        return on.run(source->replace(std::move(refused)));
    }

    // Fetches that nobody waits for come to their end.
    void settle() {
        on.context().restart();
        on.context().poll();
    }

    void TearDown() override {
        if (source == nullptr) return;
        source->close();
        settle();
    }

    std::shared_ptr<played_state> world = std::make_shared<played_state>();
    loop on;
    domain::credential_plan plan{};
    source_kind kind = source_kind::static_keys;
    milliseconds life = std::chrono::hours(1);
    // Of users of good keys, in real time: whoever is looked at here is quicker.
    nanoseconds wait = seconds(30);
    int fetches = 0;  // keys given out
    int plans = 0;
    std::vector<result<domain::credential_facts>> news{};
    std::unique_ptr<credential_source> source;
};

}  // namespace trainwatch::io
