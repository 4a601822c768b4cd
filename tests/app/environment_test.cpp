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

namespace trainwatch::app::environment_test {
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

failure no_such_file(const std::string& path) {
    failure why;
    why.kind = error_class::not_found;
    why.detail = path + ": No such file or directory";
    return why;
}

file_reader reader_of(text_map files) {
    return [files = std::move(files)](const std::string& path) -> result<std::string> {
        const auto at = files.find(path);
        if (at != files.end()) return at->second;
        return no_such_file(path);
    };
}

result<std::string> forbidden(const std::string& path) {
    failure why;
    why.kind = error_class::denied;
    why.detail = path + ": Permission denied";
    return why;
}

TEST(Environment, is_read_once_into_values) {
    const auto env = environment_of(
        {{"AWS_REGION", "eu-west-1"},
         {"AWS_SESSION_TOKEN", " token"},
         {"https_proxy", "http://p:1"},
         {"NO_PROXY", "a,b"},
         {"PATH", "/bin"},
         {"JOURNAL_STREAM", "8:1234"},
         {"CREDENTIALS_DIRECTORY", "/run/credentials/x"},
         {"INVOCATION_ID", "1"},
         {"HOME", "/h"}}
    );
    environment expected;
    expected.variables = {
        {"AWS_REGION", "eu-west-1"},
        {"AWS_SESSION_TOKEN", " token"},
        {"https_proxy", "http://p:1"},
        {"NO_PROXY", "a,b"}};
    expected.home = "/h";
    expected.journal_stream = "8:1234";
    expected.credentials_directory = "/run/credentials/x";
    expected.is_service = true;
    EXPECT_EQ(env, expected);
}

TEST(Environment, takes_blank_for_unset) {
    EXPECT_EQ(
        environment_of({{"AWS_REGION", " "}, {"AWS_PROFILE", ""}, {"HOME", "\t"}}), environment{}
    );
}

TEST(LentSettings, hold_what_profiles_and_variables_say) {
    const auto env = environment_of(
        {{"HOME", "/h"},
         {"AWS_PROFILE", "work"},
         {"AWS_DEFAULT_REGION", "fips-us-east-1"},
         {"AWS_CA_BUNDLE", "/ca.pem"},
         {"AWS_ENDPOINT_URL_SAGEMAKER", "http://sagemaker:1"},
         {"AWS_ENDPOINT_URL", "http://all:1"}}
    );
    const auto files = read_aws_files(
        env,
        reader_of(
            {{"/h/.aws/config",
              "[profile work]\nregion = eu-north-1\nendpoint_url = http://work:1\n"
              "ca_bundle = ~/mine.pem\n"
              "[profile quiet]\nendpoint_url = http://quiet:1\n"
              "ignore_configured_endpoint_urls = true\n"}}
        )
    );
    const auto lent = lent_settings(files);
    EXPECT_EQ(lent.profile, "work");
    // The pseudo region switches FIPS on; what is signed for is the region.
    EXPECT_EQ(lent.region, "us-east-1");
    EXPECT_EQ(lent.ca_bundle, "/ca.pem");
    EXPECT_EQ(lent.endpoint_url, "http://sagemaker:1");
    EXPECT_EQ(lent.profiles.at("work").region, "eu-north-1");
    EXPECT_EQ(lent.profiles.at("work").ca_bundle, "/h/mine.pem");
    EXPECT_TRUE(lent.profiles.at("quiet").ignores_endpoint_urls);
    EXPECT_EQ(lent.profiles.at("quiet").endpoint_url, "");
}

TEST(LentSettings, have_the_endpoint_of_a_services_section) {
    const auto files = read_aws_files(
        environment_of({{"HOME", "/h"}}),
        reader_of(
            {{"/h/.aws/config",
              "[default]\nservices = local\nendpoint_url = http://other:1\n"
              "[services local]\nsagemaker =\n  endpoint_url = http://sagemaker:1\n"
              "[profile wrong]\nservices = gone\n"}}
        )
    );
    EXPECT_EQ(lent_settings(files).profiles.at("default").endpoint_url, "http://sagemaker:1");
    EXPECT_EQ(lent_settings(files).profiles.at("wrong").endpoint_url, "");
}

TEST(LentSettings, hold_no_endpoint_where_a_variable_forbids_it) {
    const auto env = environment_of(
        {{"AWS_ENDPOINT_URL", "http://all:1"},
         {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"},
         {"HOME", "/h"}}
    );
    const auto files = read_aws_files(
        env, reader_of({{"/h/.aws/config", "[default]\nendpoint_url = http://profile:1\n"}})
    );
    EXPECT_EQ(lent_settings(files).endpoint_url, "");
    EXPECT_EQ(lent_settings(files).profiles.at("default").endpoint_url, "");
}

TEST(AwsFiles, that_are_absent_are_no_problem) {
    EXPECT_EQ(read_aws_files(environment_of({}), reader_of({})), aws_files{});
    const auto files = read_aws_files(environment_of({{"HOME", "/h"}}), reader_of({}));
    EXPECT_THAT(files.problems, IsEmpty());
    EXPECT_EQ(files.hidden_files_cure, "");
    EXPECT_EQ(files.config_file, "/h/.aws/config");
}

TEST(AwsFiles, that_are_broken_name_file_and_line) {
    const auto files = read_aws_files(
        environment_of({{"HOME", "/h"}}),
        reader_of(
            {{"/h/.aws/config", "[default]\n= eu-west-1\n"},
             {"/h/.aws/credentials", "[ok]\na = b\n"}}
        )
    );
    EXPECT_THAT(files.problems, ElementsAre(testing::StartsWith("/h/.aws/config:2: ")));
    EXPECT_TRUE(files.profiles.contains("ok"));
}

TEST(AwsFiles, of_a_unit_s_credentials_come_before_the_home_s) {
    const auto env = environment_of({{"HOME", "/h"}, {"CREDENTIALS_DIRECTORY", "/run/c"}});
    const text_map home{
        {"/h/.aws/config", "[default]\nregion = home\n"},
        {"/h/.aws/credentials", "[default]\naws_access_key_id = home\n"}};
    auto both = home;
    both["/run/c/aws-config"] = "[default]\nregion = unit\n";
    const auto mixed = read_aws_files(env, reader_of(both));
    EXPECT_EQ(mixed.config_file, "/run/c/aws-config");
    EXPECT_EQ(mixed.credentials_file, "/h/.aws/credentials");
    EXPECT_EQ(wire::profile_value(mixed, "default", "region"), "unit");
    EXPECT_EQ(wire::profile_value(mixed, "default", "aws_access_key_id"), "home");

    both["/run/c/aws-credentials"] = "[default]\naws_access_key_id = unit\n";
    EXPECT_EQ(
        wire::profile_value(read_aws_files(env, reader_of(both)), "default", "aws_access_key_id"),
        "unit"
    );
    // What a variable names is what is meant.
    auto named = env;
    named.variables["AWS_CONFIG_FILE"] = "~/.aws/config";
    EXPECT_EQ(
        wire::profile_value(read_aws_files(named, reader_of(both)), "default", "region"), "home"
    );
    // One that cannot be read is not a reason to take another.
    EXPECT_THAT(
        read_aws_files(env, forbidden).problems,
        ElementsAre(
            "/run/c/aws-config: Permission denied", "/run/c/aws-credentials: Permission denied"
        )
    );
}

TEST(AwsFiles, that_a_unit_may_hide_name_the_cure) {
    const text_map service{{"HOME", "/home/somebody"}, {"INVOCATION_ID", "1"}};
    const auto absent = read_aws_files(environment_of(service), reader_of({}));
    EXPECT_THAT(absent.hidden_files_cure, HasSubstr("LoadCredential="));
    EXPECT_THAT(absent.problems, IsEmpty());
    const auto refused = read_aws_files(environment_of(service), forbidden);
    ASSERT_EQ(refused.problems.size(), 2U);
    EXPECT_THAT(
        refused.problems[0],
        HasSubstr("/home/somebody/.aws/config: Permission denied; a service sees no home")
    );
    // Elsewhere, and for a person, the message is the system's.
    const auto person = read_aws_files(environment_of({{"HOME", "/home/somebody"}}), forbidden);
    EXPECT_EQ(person.problems[0], "/home/somebody/.aws/config: Permission denied");
    EXPECT_EQ(person.hidden_files_cure, "");
    const auto elsewhere = read_aws_files(
        environment_of(
            {{"HOME", "/"},
             {"INVOCATION_ID", "1"},
             {"AWS_CONFIG_FILE", "/etc/aws"},
             {"AWS_SHARED_CREDENTIALS_FILE", "/etc/keys"}}
        ),
        forbidden
    );
    EXPECT_EQ(elsewhere.problems[0], "/etc/aws: Permission denied");
}

// A dynamic user has no home, or / for one.
TEST(AwsFiles, of_a_service_without_a_home_name_the_cure) {
    for (const text_map& service :
         {text_map{{"HOME", "/"}, {"INVOCATION_ID", "1"}}, text_map{{"INVOCATION_ID", "1"}}}) {
        const auto files = read_aws_files(environment_of(service), reader_of({}));
        EXPECT_THAT(files.hidden_files_cure, HasSubstr("LoadCredential="));
    }
    EXPECT_EQ(read_aws_files(environment_of({{"HOME", "/"}}), reader_of({})).hidden_files_cure, "");
}

TEST(AwsFiles, are_where_the_sdks_look) {
    const std::filesystem::path path =
        std::filesystem::path(TRAINWATCH_SHARED_DIR) / "vectors/profiles/file-location-tests.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the shared vectors are not here";
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto document = boost::json::parse(text);
    int compared = 0;
    for (const auto& entry : document.at("tests").as_array()) {
        const auto& test = entry.as_object();
        if (test.at("platform").as_string() != "linux") continue;
        text_map variables;
        for (const auto& [name, value] : test.at("environment").as_object())
            variables[std::string(name)] = std::string(value.as_string());
        const auto files = read_aws_files(environment_of(variables), reader_of({}));
        const std::string name(test.at("name").as_string());
        EXPECT_EQ(files.config_file, test.at("configLocation").as_string()) << name;
        EXPECT_EQ(files.credentials_file, test.at("credentialsLocation").as_string()) << name;
        if (const auto* const profile = test.if_contains("profile")) {
            EXPECT_EQ(wire::profile_in_force(files, ""), profile->as_string()) << name;
        }
        ++compared;
    }
    EXPECT_EQ(compared, 4);
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
}  // namespace trainwatch::app::environment_test
