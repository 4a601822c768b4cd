#include "wire/aws_profile.hpp"

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::aws_profile_test {
namespace {

aws_file parsed_file(std::string_view text, aws_file_kind kind = aws_file_kind::config) {
    const auto read = parse_aws_file(text, kind);
    if (const auto* error = std::get_if<aws_profile_error>(&read)) {
        ADD_FAILURE() << "line " << error->line << ": " << error->message;
        return {};
    }
    return std::get<aws_file>(read);
}

aws_profiles parsed(std::string_view text, aws_file_kind kind = aws_file_kind::config) {
    return parsed_file(text, kind).profiles;
}

aws_profile_error refused(std::string_view text) {
    const auto read = parse_aws_file(text, aws_file_kind::config);
    if (const auto* error = std::get_if<aws_profile_error>(&read)) return *error;
    return {};
}

TEST(aws_profile_file, usual_config_and_credentials_are_merged) {
    const auto config = parsed(
        "# made by hand\n"
        "[default]\n"
        "region = eu-west-1\n"
        "aws_access_key_id = from-config\n"
        "\n"
        "[profile prod] ; the real one\r\n"
        "region=us-east-1   # no opt-in region\r\n"
        "s3 =\n"
        "  max_concurrent_requests = 20\n"
        "[sso-session corp]\n"
        "sso_region = eu-west-1\n"
        "[services local]\n"
        "sagemaker =\n"
        "  endpoint_url = http://127.0.0.1:8080\n"
    );
    const auto credentials = parsed(
        "[default]\n"
        "aws_access_key_id = AKIDEXAMPLE\n"
        "AWS_SECRET_ACCESS_KEY = a/b+c=;d\n"
        "[ci]\n",
        aws_file_kind::credentials
    );
    const aws_profiles expected{
        {"ci", {}},
        {"default",
         {{"region", "eu-west-1"},
          {"aws_access_key_id", "AKIDEXAMPLE"},
          {"aws_secret_access_key", "a/b+c=;d"}}},
        {"prod", {{"region", "us-east-1"}, {"s3", "\nmax_concurrent_requests = 20"}}}};
    EXPECT_EQ(merge_aws_profiles(config, credentials), expected);
}

TEST(aws_profile_file, the_prefixed_default_replaces_the_plain_one) {
    const aws_profiles expected{{"default", {{"b", "2"}, {"d", "4"}}}};
    EXPECT_EQ(
        parsed("[default]\na=1\n[profile default]\nb=2\n[default]\nc=3\n[profile default]\nd=4"),
        expected
    );
}

TEST(aws_profile_file, foreign_sections_and_names_are_ignored) {
    EXPECT_EQ(
        parsed("[prod]\na=1\n[profilex]\nb=2\n[profile a b]\nc=3\n[]\nd=4\n[profile ]\ne=5"),
        aws_profiles{}
    );
    EXPECT_EQ(parsed("[profile x]\nwith blank = 1\n  continued"), (aws_profiles{{"x", {}}}));
    EXPECT_EQ(parsed("[profile x]", aws_file_kind::credentials), aws_profiles{});
}

TEST(aws_profile_file, a_byte_order_mark_is_no_part_of_the_first_section) {
    EXPECT_EQ(parsed("\xef\xbb\xbf[default]\na=1"), (aws_profiles{{"default", {{"a", "1"}}}}));
}

TEST(aws_profile_file, a_mistake_names_its_line) {
    EXPECT_EQ(
        refused("[default]\n\nregion eu-west-1\n"),
        (aws_profile_error{3, "a property must have an '='"})
    );
    EXPECT_EQ(
        refused("region = eu-west-1"),
        (aws_profile_error{1, "a property before the first [section]"})
    );
    EXPECT_EQ(refused("[default"), (aws_profile_error{1, "a section must end with ']'"}));
    EXPECT_EQ(refused("[").line, 1);
    EXPECT_EQ(refused("[default]\n= v").line, 2);
    EXPECT_EQ(refused("[default]\n  = v").line, 2);
    EXPECT_EQ(refused("[default]\na = 1\n[default]\n  more").line, 4);
    EXPECT_EQ(refused("[default]\ns3 =\n\n  no equals").line, 4);
    EXPECT_EQ(refused("  a = 1").line, 1);
}

TEST(aws_profile_file, sessions_and_services_are_no_profiles) {
    const auto file = parsed_file(
        "[profile a]\nservices = local\nsso_session = corp\n"
        "[ sso-session  corp ]\nsso_region = eu-west-1\n"
        "[services local]\nsagemaker =\n  endpoint_url = http://127.0.0.1:1\n"
        "sts =\n  Endpoint_URL = http://127.0.0.1:2 # ours\n"
        "[sso-sessioncorp]\nx = 1\n[services]\ny = 2\n"
    );
    EXPECT_EQ(
        file.profiles, (aws_profiles{{"a", {{"services", "local"}, {"sso_session", "corp"}}}})
    );
    EXPECT_EQ(file.sso_sessions, (aws_profiles{{"corp", {{"sso_region", "eu-west-1"}}}}));
    ASSERT_EQ(file.services.size(), 1U);
    const auto& local = file.services.at("local");
    EXPECT_EQ(nested_property_of(local, "sagemaker", "endpoint_url"), "http://127.0.0.1:1");
    // In the lines of a nested property a comment is text.
    EXPECT_EQ(nested_property_of(local, "sts", "endpoint_url"), "http://127.0.0.1:2 # ours");
    EXPECT_EQ(nested_property_of(local, "sqs", "endpoint_url"), "");
    EXPECT_EQ(nested_property_of(local, "sts", "region"), "");
    EXPECT_EQ(parsed_file("[sso-session corp]\nx = 1", aws_file_kind::credentials), aws_file{});
}

TEST(aws_profile_file, a_value_on_the_line_itself_has_no_properties) {
    const aws_profile section{{"sts", "endpoint_url = http://a:1\nendpoint_url = http://b:1"}};
    EXPECT_EQ(nested_property_of(section, "sts", "endpoint_url"), "");
}

TEST(aws_profile_file, text_that_is_not_utf_8_is_refused_with_its_line) {
    EXPECT_EQ(
        refused("[default]\nregion = eu-west-1\n# M\xfcller\n"),
        (aws_profile_error{3, "this is not UTF-8 text"})
    );
    EXPECT_EQ(parsed("[default]\nname = M\xc3\xbcller").at("default").at("name"), "M\xc3\xbcller");
}

aws_profiles expected_sections(const boost::json::object& output, std::string_view member) {
    aws_profiles sections;
    const auto* const all = output.at("config").as_object().if_contains(member);
    if (all == nullptr) return sections;
    for (const auto& [name, properties] : all->as_object()) {
        auto& section = sections[std::string(name)];
        for (const auto& [key, value] : properties.as_object()) {
            section[std::string(key)] = text_of(value);
        }
    }
    return sections;
}

TEST(aws_profile_file, agrees_with_the_sdks) {
    const auto document =
        read_json(TRAINWATCH_SHARED_DIR "/vectors/profiles/profile-parser-tests.json");
    if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    const auto& cases = document.at("tests").as_array();
    EXPECT_EQ(cases.size(), 65U);
    for (const auto& entry : cases) {
        const auto name = text_of(entry, "name");
        const auto& input = entry.at("input");
        const auto& output = entry.at("output").as_object();
        const auto config = parse_aws_file(text_of(input, "configFile"), aws_file_kind::config);
        const auto credentials =
            parse_aws_file(text_of(input, "credentialsFile"), aws_file_kind::credentials);
        const bool failed = std::holds_alternative<aws_profile_error>(config) ||
            std::holds_alternative<aws_profile_error>(credentials);
        EXPECT_EQ(failed, output.contains("errorContaining")) << name;
        if (failed) continue;
        const auto& from_config = std::get<aws_file>(config);
        const auto& from_credentials = std::get<aws_file>(credentials);
        EXPECT_EQ(
            merge_aws_profiles(from_config.profiles, from_credentials.profiles),
            expected_sections(output, "profiles")
        ) << name;
        EXPECT_EQ(from_config.sso_sessions, expected_sections(output, "sso_sessions")) << name;
        EXPECT_EQ(from_credentials.sso_sessions, aws_profiles{}) << name;
    }
}

TEST(aws_profile_file, botocores_files_are_read) {
    const std::string folder = TRAINWATCH_SHARED_DIR "/vectors/profiles/";
    const auto nested = read_file(folder + "ini-aws_config_nested.txt");
    if (nested.empty()) GTEST_SKIP() << "no shared vectors beside the sources";
    const auto profile = parsed(nested).at("default");
    EXPECT_EQ(nested_property_of(profile, "s3", "addressing_style"), "path");
    EXPECT_EQ(nested_property_of(profile, "cloudwatch", "signature_version"), "v4");
    EXPECT_EQ(property_of(profile, "region"), "us-west-2");

    EXPECT_EQ(refused(read_file(folder + "ini-aws_config_nested_bad.txt")).line, 5);

    const auto services = parsed_file(read_file(folder + "ini-aws_services_config.txt"));
    EXPECT_EQ(
        nested_property_of(services.services.at("my-services"), "dynamodb", "endpoint_url"),
        "https://localhost:8888/"
    );
    const auto sessions = parsed_file(read_file(folder + "ini-aws_sso_session_config.txt"));
    EXPECT_EQ(property_of(sessions.sso_sessions.at("sso"), "sso_start_url"), "https://example.com");
}

}  // namespace
}  // namespace trainwatch::wire::aws_profile_test
