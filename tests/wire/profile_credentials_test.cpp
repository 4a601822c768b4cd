#include "wire/profile_credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/credential_cases.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::profile_credentials_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string role = "role_arn = arn:aws:iam::111122223333:role/hub\n";
const std::string keys = "aws_access_key_id = A\naws_secret_access_key = S\n";

// What the profile "a" comes to, or the message.
profile_credentials found(std::string_view file, aws_variables variables = {}) {
    auto made = credentials_of_profile(config_of(std::move(variables), file), "a");
    if (made.has_value() && made.value()) return *std::move(made.value());
    ADD_FAILURE() << (made.has_error() ? made.error().detail : "says nothing about keys");
    return {};
}

std::string refused(std::string_view file, aws_variables variables = {}) {
    const auto made = credentials_of_profile(config_of(std::move(variables), file), "a");
    if (made.has_value()) return made.value() ? "accepted" : "says nothing about keys";
    EXPECT_EQ(made.error().kind, error_class::denied);
    return made.error().detail;
}

template <class Base>
Base base_of(std::string_view file, aws_variables variables = {}) {
    const auto made = found(file, std::move(variables));
    const auto* const base = std::get_if<Base>(&made.base);
    if (base != nullptr) return *base;
    ADD_FAILURE() << "another kind of source";
    return {};
}

TEST(profile_credentials, without_a_word_about_keys_are_none) {
    EXPECT_EQ(refused("[profile a]\nregion = eu-west-1\n"), "says nothing about keys");
    // Without a role they lead nowhere.
    EXPECT_EQ(refused("[profile a]\nsource_profile = b\n"), "says nothing about keys");
}

TEST(profile_credentials, of_a_program_are_its_words) {
    const auto process = base_of<domain::credential_process>(
        "[profile a]\ncredential_process = /opt/keys --for 'the lab' \naws_account_id = 1\n"
    );
    EXPECT_THAT(process.arguments, ElementsAre("/opt/keys", "--for", "the lab"));
    EXPECT_EQ(process.account_id, "1");
    EXPECT_EQ(
        refused("[profile a]\ncredential_process = /opt/keys 'the lab\n"),
        "profile \"a\": credential_process: a ' without its end"
    );
    EXPECT_EQ(
        refused("[profile a]\ncredential_process = ''\n"),
        "profile \"a\": credential_process: no program"
    );
    EXPECT_EQ(
        refused("[profile a]\ncredential_process = echo x | base64 --decode\n"),
        "profile \"a\": credential_process: \"|\" is for a shell, and none runs: put the command "
        "into a script"
    );
}

TEST(profile_credentials, that_stand_there_come_before_sign_on_and_program) {
    for (const std::string other :
         {"sso_session = s\n", "credential_process = /bin/x\n", "login_session = l\n"}) {
        EXPECT_EQ(
            base_of<domain::static_keys>("[profile a]\n" + keys + other).keys.access_key_id, "A"
        ) << other;
    }
}

TEST(profile_credentials, of_a_role_name_the_source_of_its_keys) {
    const auto made = found("[profile a]\n" + role + "source_profile = b\n[profile b]\n" + keys);
    EXPECT_EQ(made.source, "profile b");
    ASSERT_EQ(made.roles.size(), 1U);
    EXPECT_EQ(made.roles[0].role_arn, "arn:aws:iam::111122223333:role/hub");

    const auto instance =
        found("[profile a]\n" + role + "credential_source = Ec2InstanceMetadata\n");
    EXPECT_EQ(instance.source, "instance metadata");
    EXPECT_FALSE(std::get<domain::instance_metadata>(instance.base).is_last_resort);
}

TEST(profile_credentials, of_a_named_source_that_is_not_there_are_an_error) {
    const auto with = [](const std::string& source) {
        return "[profile a]\n" + role + "credential_source = " + source + "\n";
    };
    EXPECT_EQ(
        refused(with("Environment")),
        "profile \"a\": credential_source = Environment, and AWS_ACCESS_KEY_ID is not set"
    );
    EXPECT_EQ(
        refused(with("EcsContainer")),
        "profile \"a\": credential_source = EcsContainer, and "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"
    );
    EXPECT_EQ(
        refused(with("Ec2InstanceMetadata"), {{"AWS_EC2_METADATA_DISABLED", "true"}}),
        "profile \"a\": credential_source = Ec2InstanceMetadata, and AWS_EC2_METADATA_DISABLED is "
        "true"
    );
    EXPECT_EQ(
        refused(with("environment")),
        "profile \"a\": credential_source = environment: want Environment, EcsContainer or "
        "Ec2InstanceMetadata"
    );
}

TEST(profile_credentials, that_lead_nowhere_say_from_where) {
    EXPECT_EQ(
        refused("[profile a]\n" + role + "source_profile = b\n"),
        "profile \"a\": source_profile = b, and there is no such profile in /h/.aws/config and "
        "/h/.aws/credentials"
    );
    EXPECT_EQ(
        refused("[profile a]\n" + role + "source_profile = b\n[profile b]\nregion = x\n"),
        "profile \"a\": source_profile = b, which says nothing about keys"
    );
    EXPECT_EQ(
        refused("[profile a]\n" + role + "source_profile = a\n"),
        "profile \"a\": source_profile names the profile itself, which holds no keys"
    );
    EXPECT_EQ(
        refused(
            "[profile a]\n" + role + "source_profile = b\n[profile b]\n" + role +
            "source_profile = a\n"
        ),
        "profile \"a\": source_profile leads back to \"a\""
    );
}

TEST(profile_credentials, that_need_a_person_are_refused_with_the_way_out) {
    EXPECT_THAT(
        refused(
            "[profile a]\n" + role + "source_profile = b\nmfa_serial = arn:x\n[profile b]\n" + keys
        ),
        HasSubstr("profile \"a\": mfa_serial asks a person for a code, and nobody is there: use ")
    );
    EXPECT_THAT(
        refused("[profile a]\nlogin_session = arn:x\n"),
        HasSubstr("profile \"a\": login_session is a person's console sign-in")
    );
}

TEST(profile_credentials, of_a_role_have_what_sts_takes) {
    const auto with = [](const std::string& line) {
        return "[profile a]\n" + role + "source_profile = b\n" + line + "\n[profile b]\n" + keys;
    };
    for (const std::string wrong : {"899", "43201", "an hour", "3600s"}) {
        EXPECT_EQ(
            refused(with("duration_seconds = " + wrong)),
            "profile \"a\": duration_seconds = " + wrong + ": want 900 to 43200"
        );
    }
    EXPECT_EQ(found(with("duration_seconds = 43200")).roles[0].duration, std::chrono::hours(12));
    EXPECT_EQ(
        refused(with("external_id = not this")),
        "profile \"a\": external_id: want 2 to 1224 letters, digits and _+=,.@:/- as external id"
    );
    EXPECT_THAT(
        refused(with("role_session_name = x")), HasSubstr("role_session_name: want 2 to 64")
    );
}

TEST(profile_credentials, of_a_sign_on_name_the_token_that_the_command_line_leaves) {
    const std::string account = "sso_account_id = 111122223333\nsso_role_name = ReadOnly\n";
    const auto own = base_of<domain::single_sign_on>(
        "[profile a]\n" + account +
        "sso_start_url = https://corp.awsapps.com/start\n"
        "sso_region = cn-north-1\n"
    );
    EXPECT_EQ(
        own,
        (domain::single_sign_on{
            "/h/.aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json",
            "https://portal.sso.cn-north-1.amazonaws.com.cn",
            "111122223333",
            "ReadOnly",
            "aws sso login --profile a"})
    );
    const std::string session =
        "[sso-session corp]\nsso_region = eu-west-1\n"
        "sso_start_url = https://corp.awsapps.com/start\n";
    const auto shared =
        base_of<domain::single_sign_on>("[profile a]\nsso_session = corp\n" + account + session);
    EXPECT_EQ(shared.token_file, "/h/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    EXPECT_EQ(shared.url, "https://portal.sso.eu-west-1.amazonaws.com");
    const auto elsewhere = base_of<domain::single_sign_on>(
        "[profile a]\nsso_session = corp\n" + account + session,
        {{"AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:9"}}
    );
    EXPECT_EQ(elsewhere.url, "http://127.0.0.1:9");
}

TEST(profile_credentials, of_half_a_sign_on_are_an_error) {
    const std::string account = "sso_account_id = 111122223333\nsso_role_name = ReadOnly\n";
    EXPECT_EQ(
        refused("[profile a]\nsso_role_name = r\n"), "profile \"a\": sso_account_id is missing"
    );
    EXPECT_EQ(
        refused("[profile a]\nsso_account_id = 1\n"), "profile \"a\": sso_role_name is missing"
    );
    EXPECT_EQ(refused("[profile a]\n" + account), "profile \"a\": sso_start_url is missing");
    EXPECT_EQ(
        refused("[profile a]\n" + account + "sso_session = gone\n"),
        "profile \"a\": sso_session = gone, and there is no section [sso-session gone] in "
        "/h/.aws/config"
    );
    EXPECT_EQ(
        refused("[profile a]\n" + account + "sso_session = s\n[sso-session s]\nsso_region = r\n"),
        "[sso-session s]: sso_start_url is missing"
    );
    EXPECT_THAT(
        refused(
            "[profile a]\n" + account +
            "sso_session = s\nsso_region = other\n"
            "[sso-session s]\nsso_region = r\nsso_start_url = u\n"
        ),
        HasSubstr("sso_region differs from the one of [sso-session s]")
    );
}

aws_config suite_config(const boost::json::value& input) {
    aws_config config;
    config.home = "/h";
    const auto sections = [&](const char* member) {
        aws_profiles made;
        const auto* const all = input.as_object().if_contains(member);
        if (all == nullptr) return made;
        for (const auto& [name, properties] : all->as_object()) {
            auto& section = made[std::string(name)];
            for (const auto& [key, value] : properties.as_object())
                section[std::string(key)] = text_of(value);
        }
        return made;
    };
    config.profiles = sections("profiles");
    config.sso_sessions = sections("sso_sessions");
    return config;
}

// The chain as the suite writes it, for whole comparisons.
boost::json::array steps_of(const profile_credentials& made) {
    boost::json::array steps;
    const auto push = [&](const char* kind, boost::json::value value) {
        boost::json::object named;
        named[kind] = std::move(value);
        steps.push_back(std::move(named));
    };
    const auto add = [](boost::json::object& step, const char* key, const std::string& value) {
        if (!value.empty()) step[key] = value;
    };
    const auto role_step = [&](const domain::assumed_role& from) {
        boost::json::object step;
        add(step, "role_arn", from.role_arn);
        add(step, "role_session_name", from.session_name);
        add(step, "external_id", from.external_id);
        return step;
    };
    if (const auto* const from = std::get_if<domain::static_keys>(&made.base)) {
        boost::json::object step;
        add(step, "access_key_id", from->keys.access_key_id);
        add(step, "secret_access_key", from->keys.secret_access_key);
        add(step, "account_id", from->keys.account_id);
        push("AccessKey", step);
    } else if (const auto* const web = std::get_if<domain::web_identity>(&made.base)) {
        auto step = role_step(web->role);
        add(step, "web_identity_token_file", web->token_file);
        push("WebIdentityToken", step);
    } else if (std::holds_alternative<domain::instance_metadata>(made.base)) {
        push("NamedSource", "Ec2InstanceMetadata");
    } else {
        const auto& sso = std::get<domain::single_sign_on>(made.base);
        push("Sso", {{"account", sso.account_id}, {"role", sso.role_name}});
    }
    for (const auto& each : made.roles)
        push("AssumeRole", role_step(each));
    return steps;
}

TEST(profile_credentials, agree_with_the_suite_of_the_sdks) {
    const auto document =
        read_json(TRAINWATCH_SHARED_DIR "/vectors/profiles/assume-role-tests.json");
    if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int compared = 0;
    for (const auto& entry : document.as_array()) {
        const auto docs = text_of(entry, "docs");
        // A token for other services; tests/README.md lists it.
        if (docs == "SSO token profile selected") continue;
        const auto& input = entry.at("input");
        const auto made =
            credentials_of_profile(suite_config(input), text_of(input, "selected_profile"));
        ++compared;
        const bool is_error = made.has_error() || !made.value();
        EXPECT_EQ(is_error, entry.at("output").as_object().contains("Error")) << docs;
        if (is_error) continue;
        auto expected = entry.at("output").at("ProfileChain").as_array();
        if (auto* const sso = expected.front().as_object().if_contains("Sso")) {
            *sso = {{"account", sso->at("sso_account_id")}, {"role", sso->at("sso_role_name")}};
        }
        EXPECT_EQ(steps_of(*made.value()), expected) << docs;
    }
    EXPECT_EQ(compared, 27);
}

}  // namespace
}  // namespace trainwatch::wire::profile_credentials_test
