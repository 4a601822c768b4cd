#include "wire/credential_plan.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/credential_cases.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::credential_plan_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const aws_variables env_keys{{"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "ES"}};
const aws_variables web_identity{
    {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
    {"AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa"},
    {"AWS_REGION", "eu-west-1"}};
const aws_variables container{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/keys"}};
constexpr std::string_view keys_of_two =
    "[work]\naws_access_key_id = W\naws_secret_access_key = WS\naws_session_token = WT\n"
    "[default]\naws_access_key_id = D\naws_secret_access_key = DS\n";

aws_variables both(aws_variables first, const aws_variables& second) {
    first.insert(second.begin(), second.end());
    return first;
}

credential_selection named(std::string profile) {
    credential_selection selection;
    selection.profile = std::move(profile);
    selection.naming = "--profile";
    return selection;
}

// "environment: E/ES/", "web identity", …, or the message.
std::string decided(const aws_config& config, const credential_selection& selection = {}) {
    const auto plan = plan_credentials(config, selection);
    if (plan.has_error()) {
        EXPECT_EQ(plan.error().kind, error_class::denied);
        return "denied: " + plan.error().detail;
    }
    const auto* const keys = std::get_if<domain::static_keys>(&plan->base);
    if (keys == nullptr) return plan->source;
    const auto& [id, secret, token, account, expires] = keys->keys;
    return plan->source + ": " + id + "/" + secret + "/" + token;
}

domain::credential_plan planned(
    const aws_config& config, const credential_selection& selection = {}
) {
    const auto plan = plan_credentials(config, selection);
    if (plan.has_value()) return *plan;
    ADD_FAILURE() << plan.error().detail;
    return {};
}

TEST(credential_plan, takes_the_first_source_that_is_configured) {
    auto variables = both(both(env_keys, web_identity), container);
    EXPECT_EQ(decided(config_of(variables, "", keys_of_two)), "environment: E/ES/");
    variables.erase("AWS_ACCESS_KEY_ID");
    variables.erase("AWS_SECRET_ACCESS_KEY");
    EXPECT_EQ(decided(config_of(variables, "", keys_of_two)), "web identity");
    variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    EXPECT_EQ(decided(config_of(variables, "", keys_of_two)), "profile default: D/DS/");
    EXPECT_EQ(decided(config_of(variables, "[default]\nregion = eu-west-1\n")), "container");
    variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    EXPECT_EQ(decided(config_of(variables)), "instance metadata");
}

TEST(credential_plan, a_profile_named_by_the_configuration_comes_before_the_environment) {
    const auto config = config_of(both(env_keys, web_identity), "", keys_of_two);
    EXPECT_EQ(decided(config, named("work")), "profile work: W/WS/WT");
    EXPECT_EQ(decided(config, named("default")), "profile default: D/DS/");
}

TEST(credential_plan, a_profile_named_by_a_variable_comes_after_the_environment) {
    const auto config = config_of(both(env_keys, {{"AWS_PROFILE", "work"}}), "", keys_of_two);
    EXPECT_EQ(decided(config), "environment: E/ES/");
    EXPECT_EQ(
        decided(config_of({{"AWS_PROFILE", "work"}}, "", keys_of_two)), "profile work: W/WS/WT"
    );
}

TEST(credential_plan, a_named_profile_without_keys_leaves_the_environment_out_and_goes_on) {
    const auto config =
        config_of(both(env_keys, container), "[profile work]\nregion = eu-west-1\n");
    EXPECT_EQ(decided(config, named("work")), "container");
}

TEST(credential_plan, keys_of_the_environment_carry_what_belongs_to_them) {
    const auto plan = planned(config_of(both(
        env_keys,
        {{"AWS_SECURITY_TOKEN", "old"},
         {"AWS_ACCOUNT_ID", "111122223333"},
         {"AWS_CREDENTIAL_EXPIRATION", "2026-11-24T09:12:00Z"}}
    )));
    EXPECT_EQ(
        std::get<domain::static_keys>(plan.base).keys,
        (domain::aws_credentials{
            "E", "ES", "old", "111122223333", parse_iso8601("2026-11-24T09:12:00Z")})
    );
    EXPECT_EQ(
        decided(config_of(both(env_keys, {{"AWS_SECURITY_TOKEN", "o"}, {"AWS_SESSION_TOKEN", "n"}}))
        ),
        "environment: E/ES/n"
    );
    EXPECT_EQ(
        decided(config_of(both(env_keys, {{"AWS_CREDENTIAL_EXPIRATION", "soon"}}))),
        "denied: AWS_CREDENTIAL_EXPIRATION: want a time, as in 2026-11-24T09:12:00Z"
    );
}

TEST(credential_plan, half_a_pair_is_an_error_and_not_a_reason_to_look_further) {
    EXPECT_EQ(
        decided(config_of({{"AWS_ACCESS_KEY_ID", "E"}}, "", keys_of_two)),
        "denied: environment: half of a key pair, the secret access key is missing"
    );
    EXPECT_EQ(
        decided(config_of({{"AWS_SECRET_ACCESS_KEY", "E"}}, "", keys_of_two)),
        "denied: environment: half of a key pair, the access key id is missing"
    );
    EXPECT_EQ(
        decided(config_of(container, "", "[default]\naws_access_key_id = D\n")),
        "denied: profile \"default\": half of a key pair, the secret access key is missing"
    );
}

TEST(credential_plan, a_line_break_in_a_key_is_refused_and_never_repeated) {
    const auto said = decided(config_of(both(env_keys, {{"AWS_SESSION_TOKEN", "t\r\nX-Evil: 1"}})));
    EXPECT_THAT(said, HasSubstr("a blank or control character in a key"));
    EXPECT_THAT(said, Not(HasSubstr("Evil")));
}

TEST(credential_plan, a_profile_that_exists_nowhere_is_an_error_where_somebody_chose_it) {
    EXPECT_EQ(
        decided(config_of({{"AWS_PROFILE", "gone"}}, "", keys_of_two)),
        "denied: there is no profile \"gone\" in /h/.aws/config and /h/.aws/credentials"
    );
    EXPECT_THAT(decided(config_of({}), named("default")), HasSubstr("no profile \"default\""));
    auto hidden = config_of({});
    hidden.hidden_files_cure = "hand it over";
    EXPECT_THAT(decided(hidden, named("gone")), testing::EndsWith("; hand it over"));
}

TEST(credential_plan, a_broken_file_stops_the_chain_at_the_profile) {
    EXPECT_EQ(
        decided(config_of(container, "[default]\nbroken\n")),
        "denied: /h/.aws/config:2: a property must have an '='"
    );
    // Whoever has keys already does not care.
    EXPECT_EQ(decided(config_of(env_keys, "[default]\nbroken\n")), "environment: E/ES/");
}

TEST(credential_plan, without_any_source_says_where_it_looked_and_what_to_do) {
    const auto said = decided(config_of({{"AWS_EC2_METADATA_DISABLED", "True"}}), {});
    for (const char* const part :
         {"no AWS keys",
          "AWS_ACCESS_KEY_ID",
          "AWS_PROFILE",
          "/h/.aws/config",
          "AWS_EC2_METADATA_DISABLED"}) {
        EXPECT_THAT(said, HasSubstr(part));
    }
    const auto plan = planned(config_of({}, "[default]\nregion = eu-west-1\n"));
    const auto& metadata = std::get<domain::instance_metadata>(plan.base);
    EXPECT_TRUE(metadata.is_last_resort);
    EXPECT_THAT(metadata.nothing_found, HasSubstr("profile \"default\" holds none"));
}

TEST(credential_plan, web_identity_of_the_environment_needs_file_and_role) {
    const auto plan = planned(config_of(both(web_identity, {{"AWS_ROLE_SESSION_NAME", "pod"}})));
    EXPECT_EQ(
        plan.base,
        domain::credential_base(domain::web_identity{
            "/token", {.role_arn = "arn:aws:iam::111122223333:role/irsa", .session_name = "pod"}})
    );
    EXPECT_EQ(plan.sts, (domain::sts_endpoint{"eu-west-1", "https://sts.eu-west-1.amazonaws.com"}));
    EXPECT_EQ(
        decided(config_of({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}}, "", keys_of_two)),
        "denied: AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not: set both"
    );
    EXPECT_EQ(
        decided(config_of(both(web_identity, {{"AWS_ROLE_SESSION_NAME", "a b"}}))),
        "denied: AWS_ROLE_SESSION_NAME: want 2 to 64 letters, digits and _+=,.@- as session name"
    );
}

TEST(credential_plan, the_connection_s_own_role_comes_last) {
    credential_selection selection;
    selection.region = "eu-north-1";
    selection.role_arn = "arn:aws:iam::444455556666:role/watch";
    selection.external_id = "ours";
    const auto plan = planned(
        config_of(
            {},
            "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n"
            "duration_seconds = 1800\nexternal_id = theirs\n",
            "[base]\naws_access_key_id = B\naws_secret_access_key = BS\n"
        ),
        selection
    );
    ASSERT_EQ(plan.roles.size(), 2U);
    EXPECT_EQ(
        plan.roles[0],
        (domain::assumed_role{
            "arn:aws:iam::111122223333:role/hub", "", "theirs", std::chrono::seconds(1800)})
    );
    EXPECT_EQ(
        plan.roles[1],
        (domain::assumed_role{"arn:aws:iam::444455556666:role/watch", "", "ours", std::nullopt})
    );
    EXPECT_EQ(plan.source, "profile base");
    EXPECT_EQ(
        plan.sts, (domain::sts_endpoint{"eu-north-1", "https://sts.eu-north-1.amazonaws.com"})
    );
}

TEST(credential_plan, sts_is_where_environment_and_profile_say) {
    const std::string role =
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\ncredential_source = "
        "Environment\n";
    const auto url = [&](const aws_variables& variables, const std::string& more) {
        const auto config = config_of(both(env_keys, variables), role + more);
        return planned(config, named("default")).sts.url;
    };
    EXPECT_EQ(url({}, "region = us-east-2"), "https://sts.us-east-2.amazonaws.com");
    EXPECT_EQ(
        url({{"AWS_REGION", "cn-north-1"}}, "region = us-east-2"),
        "https://sts.cn-north-1.amazonaws.com.cn"
    );
    EXPECT_EQ(
        url({}, "region = us-east-2\nuse_fips_endpoint = true"),
        "https://sts-fips.us-east-2.amazonaws.com"
    );
    EXPECT_EQ(
        url({{"AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1/sts"}}, "region = us-east-2"),
        "http://127.0.0.1:1/sts"
    );
    EXPECT_EQ(
        url({},
            "region = us-east-2\nservices = local\n[services local]\nsts =\n"
            "  endpoint_url = http://127.0.0.1:2\n"),
        "http://127.0.0.1:2"
    );
    EXPECT_EQ(
        decided(config_of(env_keys, role), named("default")),
        "denied: environment: no region for sts: set AWS_REGION, or region in the profile"
    );
    // Without a role nobody asks it.
    EXPECT_EQ(decided(config_of(env_keys)), "environment: E/ES/");
}

TEST(credential_plan, of_files_that_are_cut_anywhere_is_made_or_refused_with_a_reason) {
    const std::string whole =
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = b\n"
        "services = s\nduration_seconds = 1800\nregion = eu-west-1\n[profile b]\n"
        "credential_process = /bin/x 'a b' \"c\\\"\"\n[services s]\nsts =\n"
        "  endpoint_url = https://sts.example/base\n[profile c]\nsso_session = t\n"
        "sso_account_id = 1\nsso_role_name = r\n[sso-session t]\nsso_region = eu-west-1\n"
        "sso_start_url = https://start.example\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto config = config_of({}, std::string_view(whole).substr(0, size));
        for (const char* const profile : {"default", "b", "c"}) {
            const auto plan = plan_credentials(config, named(profile));
            EXPECT_TRUE(plan.has_value() || !plan.error().detail.empty()) << size << profile;
        }
    }
    EXPECT_EQ(planned(config_of({}, whole)).sts.url, "https://sts.example/base");
}

aws_config suite_config(const boost::json::value& entry) {
    aws_variables variables;
    for (const auto& [name, value] : entry.at("env").as_object())
        variables[std::string(name)] = text_of(value);
    std::string config;
    std::string credentials;
    for (const auto& [path, text] : entry.at("files").as_object()) {
        if (path == "/home/.aws/config") config = text_of(text);
        if (path == "/home/.aws/credentials") credentials = text_of(text);
    }
    return config_of(variables, config, credentials);
}

// What the recorded traffic shows of the decision.
std::string expected_sts(const boost::json::value& entry) {
    for (const auto& exchange : entry.at("traffic").as_array()) {
        const auto uri = text_of(exchange.at("request"), "uri");
        const auto body = text_of(exchange.at("request"), "body");
        if (body.starts_with("Action=")) return text_of(parse_url(uri).value());
    }
    return {};
}

// Where the case goes otherwise here; tests/README.md has the reasons.
const std::set<std::string> disagreeing{
    "profile_overrides_web_identity",
    "credential_process",
    "credential_process_account_id_fallback"};
// Those that the decision already refuses; the others fail when they are performed.
const std::set<std::string> refused_when_decided{
    "imds_disabled", "empty_config", "invalid_config", "web_identity_source_profile_no_env"};

TEST(credential_plan, agrees_with_the_suite_of_the_sdks) {
    int compared = 0;
    for (const std::string file : {"default-cases.json", "profile-cases.json"}) {
        const auto document = read_json(TRAINWATCH_SHARED_DIR "/vectors/provider-chain/" + file);
        if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
        // The second file is about the profile provider alone: nothing else may answer.
        const auto selection = file == "profile-cases.json" ? named("default") : named("");
        for (const auto& entry : document.at("cases").as_array()) {
            const auto name = text_of(entry, "name");
            if (disagreeing.contains(name)) continue;
            const auto plan = plan_credentials(suite_config(entry), selection);
            ++compared;
            EXPECT_EQ(plan.has_error(), refused_when_decided.contains(name)) << name;
            if (plan.has_error()) continue;
            const auto sts = expected_sts(entry);
            if (!sts.empty()) {
                EXPECT_EQ(plan->sts.url, sts) << name;
            }
            const auto* const ok = entry.at("result").as_object().if_contains("Ok");
            const auto* const keys = std::get_if<domain::static_keys>(&plan->base);
            if (ok == nullptr || keys == nullptr || !plan->roles.empty()) continue;
            EXPECT_EQ(keys->keys.access_key_id, text_of(*ok, "access_key_id")) << name;
            EXPECT_EQ(keys->keys.secret_access_key, text_of(*ok, "secret_access_key")) << name;
            EXPECT_EQ(keys->keys.account_id, text_of(*ok, "account_id")) << name;
        }
    }
    EXPECT_EQ(compared, 36);
}

}  // namespace
}  // namespace trainwatch::wire::credential_plan_test
