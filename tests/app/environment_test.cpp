#include "app/environment.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace trainwatch::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using text_map = std::map<std::string, std::string>;

environment environment_of(const text_map& variables) {
    return read_environment([&](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
}

file_reader reader_of(text_map files) {
    return [files = std::move(files)](const std::string& path) -> result<std::string> {
        const auto at = files.find(path);
        if (at != files.end()) return at->second;
        failure why;
        why.kind = error_class::not_found;
        why.detail = path + ": No such file or directory";
        return why;
    };
}

domain::connection_settings connection(std::string profile = {}) {
    domain::connection_settings made;
    made.name = "research";
    made.profile = std::move(profile);
    return made;
}

// The keys of a connection, or the message.
std::string keys(
    const text_map& variables, const std::string& credentials_file, std::string profile = {}
) {
    const auto env = environment_of(variables);
    const auto files = read_aws_files(env, reader_of({{"/h/.aws/credentials", credentials_file}}));
    const auto found = resolve_credentials(connection(std::move(profile)), env, files);
    if (found.has_error()) {
        EXPECT_EQ(found.error().kind, error_class::denied);
        return "denied: " + found.error().detail;
    }
    return found->access_key_id + "/" + found->secret_access_key + "/" + found->session_token;
}

const std::string work_profile =
    "[work]\naws_access_key_id = W\naws_secret_access_key = WS\naws_session_token = WT\n"
    "[default]\naws_access_key_id = D\naws_secret_access_key = DS\n";
const text_map env_keys{
    {"HOME", "/h"}, {"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "ES"}};

text_map with(text_map variables, const text_map& more) {
    for (const auto& [name, value] : more)
        variables[name] = value;
    return variables;
}

TEST(Environment, is_read_once_into_values) {
    const auto env = environment_of(
        {{"AWS_REGION", "eu-west-1"},
         {"AWS_DEFAULT_REGION", "us-east-1"},
         {"AWS_ENDPOINT_URL", "http://all:1"},
         {"AWS_ENDPOINT_URL_SAGEMAKER", "http://sagemaker:1"},
         {"AWS_PROFILE", "work"},
         {"AWS_CA_BUNDLE", "/ca.pem"},
         {"JOURNAL_STREAM", "8:1234"},
         {"AWS_ACCESS_KEY_ID", "id"},
         {"AWS_SECRET_ACCESS_KEY", "secret"},
         {"AWS_SESSION_TOKEN", "token"},
         {"AWS_CONFIG_FILE", "~/config"},
         {"HOME", "/h"}}
    );
    environment expected;
    expected.region = "eu-west-1";
    expected.endpoint_url = "http://sagemaker:1";
    expected.profile = "work";
    expected.ca_bundle = "/ca.pem";
    expected.journal_stream = "8:1234";
    expected.access_key_id = "id";
    expected.secret_access_key = "secret";
    expected.session_token = "token";
    expected.config_file = "/h/config";
    expected.credentials_file = "/h/.aws/credentials";
    EXPECT_EQ(env, expected);
}

TEST(Environment, takes_blank_for_unset) {
    const auto env = environment_of(
        {{"AWS_REGION", " "},
         {"AWS_DEFAULT_REGION", "us-east-1"},
         {"AWS_PROFILE", ""},
         {"AWS_ENDPOINT_URL_SAGEMAKER", "\t"},
         {"AWS_CONFIG_FILE", " "},
         {"HOME", ""}}
    );
    environment expected;
    expected.region = "us-east-1";
    EXPECT_EQ(env, expected);
}

TEST(Environment, may_forbid_endpoints_from_outside_the_configuration) {
    const auto env = environment_of(
        {{"AWS_ENDPOINT_URL", "http://all:1"},
         {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"},
         {"HOME", "/h"}}
    );
    EXPECT_EQ(env.endpoint_url, "");
    const auto files = read_aws_files(
        env, reader_of({{"/h/.aws/config", "[default]\nendpoint_url = http://profile:1\n"}})
    );
    EXPECT_EQ(lent_settings(env, files).profiles.at("default").endpoint_url, "");
}

TEST(LentSettings, hold_what_profiles_and_variables_say) {
    const auto env = environment_of({{"HOME", "/h"}, {"AWS_PROFILE", "work"}});
    const auto files = read_aws_files(
        env,
        reader_of(
            {{"/h/.aws/config",
              "[profile work]\nregion = eu-north-1\nendpoint_url = http://work:1\n"
              "[profile quiet]\nendpoint_url = http://quiet:1\n"
              "ignore_configured_endpoint_urls = true\n"}}
        )
    );
    const auto lent = lent_settings(env, files);
    EXPECT_EQ(lent.profile, "work");
    EXPECT_EQ(lent.profiles.at("work"), (wire::profile_defaults{"eu-north-1", "http://work:1"}));
    EXPECT_EQ(lent.profiles.at("quiet").endpoint_url, "");
}

TEST(AwsFiles, that_are_absent_are_no_problem) {
    EXPECT_EQ(read_aws_files(environment_of({}), reader_of({})), aws_files{});
    EXPECT_EQ(read_aws_files(environment_of({{"HOME", "/h"}}), reader_of({})), aws_files{});
}

TEST(AwsFiles, that_are_broken_name_file_and_line) {
    const auto env = environment_of({{"HOME", "/h"}});
    const auto files = read_aws_files(
        env,
        reader_of(
            {{"/h/.aws/config", "[default]\n= eu-west-1\n"},
             {"/h/.aws/credentials", "[ok]\na = b\n"}}
        )
    );
    EXPECT_THAT(files.problems, ElementsAre(testing::StartsWith("/h/.aws/config:2: ")));
    EXPECT_TRUE(files.profiles.contains("ok"));
}

TEST(Credentials, of_the_environment_come_before_a_profile_of_the_environment) {
    EXPECT_EQ(keys(env_keys, work_profile), "E/ES/");
    EXPECT_EQ(keys(with(env_keys, {{"AWS_PROFILE", "work"}}), work_profile), "E/ES/");
    EXPECT_EQ(keys(with(env_keys, {{"AWS_SESSION_TOKEN", "ET"}}), work_profile), "E/ES/ET");
}

TEST(Credentials, of_a_profile_named_in_the_configuration_come_first) {
    EXPECT_EQ(keys(env_keys, work_profile, "work"), "W/WS/WT");
    EXPECT_EQ(keys(env_keys, work_profile, "default"), "D/DS/");
}

TEST(Credentials, without_keys_in_the_environment_are_the_profile_s) {
    EXPECT_EQ(keys({{"HOME", "/h"}}, work_profile), "D/DS/");
    EXPECT_EQ(keys({{"HOME", "/h"}, {"AWS_PROFILE", "work"}}, work_profile), "W/WS/WT");
}

TEST(Credentials, by_half_are_an_error_and_not_a_reason_to_look_further) {
    EXPECT_EQ(
        keys({{"HOME", "/h"}, {"AWS_ACCESS_KEY_ID", "E"}}, work_profile),
        "denied: connection \"research\": environment: half of a key pair, the secret access key "
        "is missing"
    );
    EXPECT_THAT(
        keys({{"HOME", "/h"}, {"AWS_SECRET_ACCESS_KEY", "E"}}, work_profile),
        HasSubstr("the access key id is missing")
    );
    EXPECT_EQ(
        keys({{"HOME", "/h"}}, "[default]\naws_access_key_id = D\n"),
        "denied: connection \"research\": profile \"default\": half of a key pair, the secret "
        "access key is missing"
    );
}

TEST(Credentials, with_a_line_break_never_reach_a_header) {
    const auto env = with(env_keys, {{"AWS_SESSION_TOKEN", "t\r\nX-Evil: 1"}});
    const auto said = keys(env, "");
    EXPECT_THAT(said, HasSubstr("a blank or control character in a key"));
    EXPECT_THAT(said, testing::Not(HasSubstr("Evil")));
}

TEST(Credentials, of_a_profile_that_exists_nowhere_are_an_error) {
    EXPECT_EQ(
        keys({{"HOME", "/h"}, {"AWS_PROFILE", "gone"}}, work_profile),
        "denied: connection \"research\": there is no profile \"gone\" in /h/.aws/config and "
        "/h/.aws/credentials"
    );
    EXPECT_THAT(keys(env_keys, work_profile, "gone"), HasSubstr("there is no profile \"gone\""));
}

TEST(Credentials, that_are_nowhere_name_the_cures) {
    const auto said = keys({{"HOME", "/h"}}, "");
    for (const char* const cure :
         {"AWS_ACCESS_KEY_ID", "profile:", "AWS_PROFILE", "/h/.aws/config"}) {
        EXPECT_THAT(said, HasSubstr(cure));
    }
    EXPECT_THAT(keys({}, ""), HasSubstr("no file (no HOME)"));
}

TEST(Credentials, that_this_version_cannot_get_are_named) {
    const std::string keys_beside = "aws_access_key_id = A\naws_secret_access_key = S\n";
    for (const char* const property :
         {"role_arn = arn", "web_identity_token_file = /t", "source_profile = b"}) {
        EXPECT_THAT(
            keys({{"HOME", "/h"}}, "[default]\n" + keys_beside + property + "\n"),
            HasSubstr("this version takes static keys only")
        ) << property;
    }
    for (const char* const property :
         {"sso_session = s", "credential_process = /bin/x", "login_session = l"}) {
        EXPECT_THAT(
            keys({{"HOME", "/h"}}, std::string("[default]\n") + property + "\n"),
            HasSubstr("this version takes static keys only")
        ) << property;
        EXPECT_EQ(keys({{"HOME", "/h"}}, "[default]\n" + keys_beside + property + "\n"), "A/S/");
    }
    EXPECT_THAT(
        keys({{"HOME", "/h"}}, "[default]\nregion = eu-west-1\n"), HasSubstr("holds no keys")
    );
}

TEST(Credentials, behind_a_broken_file_report_the_file) {
    EXPECT_THAT(
        keys({{"HOME", "/h"}}, "[default]\nbroken\n"), HasSubstr("/h/.aws/credentials:2: ")
    );
    // Whoever has keys already does not care.
    EXPECT_EQ(keys(env_keys, "[default]\nbroken\n"), "E/ES/");
}

// The cases of the SDKs' suite that need no network.
TEST(Credentials, agree_with_the_suite_of_the_sdks) {
    const std::filesystem::path path =
        std::filesystem::path(TRAINWATCH_SHARED_DIR) / "vectors/provider-chain/default-cases.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the shared vectors are not here";
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto document = boost::json::parse(text);
    if (document.is_object()) document = document.as_object().begin()->value();
    int compared = 0;
    for (const auto& item : document.as_array()) {
        const auto& test = item.as_object();
        const auto* const ok = test.at("result").as_object().if_contains("Ok");
        if (ok == nullptr || !test.at("traffic").as_array().empty()) continue;
        const auto texts = [&](const char* member) {
            text_map map;
            for (const auto& [name, value] : test.at(member).as_object()) {
                map[std::string(name)] = std::string(value.as_string());
            }
            return map;
        };
        const auto env = environment_of(texts("env"));
        const auto files = read_aws_files(env, reader_of(texts("files")));
        const auto found = resolve_credentials(connection(), env, files);
        ASSERT_TRUE(found.has_value()) << test.at("name") << found.error().detail;
        EXPECT_EQ(found->access_key_id, ok->as_object().at("access_key_id").as_string());
        EXPECT_EQ(found->secret_access_key, ok->as_object().at("secret_access_key").as_string());
        ++compared;
    }
    EXPECT_GE(compared, 5);
}

TEST(Keys, of_a_command_are_found_likewise_and_its_cures_are_flags) {
    const auto env = environment_of(env_keys);
    const auto files = read_aws_files(env, reader_of({{"/h/.aws/credentials", work_profile}}));
    EXPECT_EQ(resolve_command_credentials("", env, files)->access_key_id, "E");
    EXPECT_EQ(resolve_command_credentials("work", env, files)->access_key_id, "W");
    const auto unknown = resolve_command_credentials("wrok", env, files);
    EXPECT_THAT(unknown.error().detail, testing::StartsWith("there is no profile \"wrok\""));
    const auto none = resolve_command_credentials("", environment_of({{"HOME", "/h"}}), {});
    EXPECT_THAT(none.error().detail, HasSubstr("(--profile, or AWS_PROFILE)"));
}

TEST(File, is_read_or_says_why_not) {
    const auto directory = std::filesystem::temp_directory_path();
    const auto path = directory / ("trainwatch-environment-" + std::to_string(getpid()));
    std::ofstream(path, std::ios::binary) << std::string("a\0b\n", 4);
    const auto text = read_file(path.string());
    std::filesystem::remove(path);
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(*text, std::string("a\0b\n", 4));

    const auto gone = read_file(path.string());
    ASSERT_TRUE(gone.has_error());
    EXPECT_EQ(gone.error().kind, error_class::not_found);
    EXPECT_EQ(gone.error().detail, path.string() + ": No such file or directory");

    const auto folder = read_file(directory.string());
    ASSERT_TRUE(folder.has_error());
    EXPECT_EQ(folder.error().kind, error_class::denied);
    EXPECT_THAT(folder.error().detail, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace trainwatch::app
