#include "wire/aws_profile.hpp"

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire {
namespace {

aws_profiles parsed(std::string_view text, aws_file_kind kind = aws_file_kind::config) {
    const auto read = parse_aws_profiles(text, kind);
    if (const auto* error = std::get_if<aws_profile_error>(&read)) {
        ADD_FAILURE() << "line " << error->line << ": " << error->message;
        return {};
    }
    return std::get<aws_profiles>(read);
}

aws_profile_error refused(std::string_view text) {
    const auto read = parse_aws_profiles(text, aws_file_kind::config);
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

aws_profiles expected_profiles(const boost::json::object& output) {
    aws_profiles profiles;
    for (const auto& [name, properties] : output.at("config").at("profiles").as_object()) {
        auto& profile = profiles[std::string(name)];
        for (const auto& [key, value] : properties.as_object()) {
            profile[std::string(key)] = text_of(value);
        }
    }
    return profiles;
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
        const auto config = parse_aws_profiles(text_of(input, "configFile"), aws_file_kind::config);
        const auto credentials =
            parse_aws_profiles(text_of(input, "credentialsFile"), aws_file_kind::credentials);
        const bool failed = std::holds_alternative<aws_profile_error>(config) ||
            std::holds_alternative<aws_profile_error>(credentials);
        EXPECT_EQ(failed, output.contains("errorContaining")) << name;
        if (failed) continue;
        EXPECT_EQ(
            merge_aws_profiles(std::get<aws_profiles>(config), std::get<aws_profiles>(credentials)),
            expected_profiles(output)
        ) << name;
    }
}

}  // namespace
}  // namespace trainwatch::wire
