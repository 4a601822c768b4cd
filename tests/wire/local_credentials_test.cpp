#include "wire/local_credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/credential_cases.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::local_credentials_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The container's URL, "none", or the message.
std::string container_url(aws_variables variables) {
    const auto container = container_of(config_of(std::move(variables)));
    if (container.has_error()) {
        EXPECT_EQ(container.error().kind, error_class::denied);
        return "denied: " + container.error().detail;
    }
    return container.value() ? container.value()->url : "none";
}

std::string metadata_url(aws_variables variables, std::string_view file = {}) {
    const auto metadata = instance_metadata_of(config_of(std::move(variables), file), "default");
    if (metadata.has_error()) {
        EXPECT_EQ(metadata.error().kind, error_class::denied);
        return "denied: " + metadata.error().detail;
    }
    return metadata->url;
}

aws_variables full_uri(std::string url) {
    return {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", std::move(url)}};
}

TEST(container_endpoint, over_plain_http_is_this_machine_only) {
    for (const std::string host :
         {"localhost",
          "127.0.0.1",
          "127.255.0.9",
          "[::1]",
          "169.254.170.2",
          "169.254.170.23",
          "[fd00:ec2::23]"}) {
        const auto url = "http://" + host + ":8080/keys";
        EXPECT_EQ(container_url(full_uri(url)), url);
    }
    for (const std::string host :
         {"127.0.0.1.evil.example",
          "127.evil",
          "127.1",
          "127.0.0.256",
          "128.0.0.1",
          "169.254.169.254",
          "localhost.example",
          "[fd00:ec2::254]",
          "[::ffff:127.0.0.1]",
          "0127.0.0.1",
          "127.0.0.1."}) {
        EXPECT_THAT(
            container_url(full_uri("http://" + host + "/keys")),
            StartsWith("denied: AWS_CONTAINER_CREDENTIALS_FULL_URI: ")
        ) << host;
    }
    EXPECT_EQ(container_url(full_uri("https://any.example/k")), "https://any.example/k");
}

TEST(container_endpoint, by_relative_path_is_the_agent_of_ecs) {
    const auto relative = [](std::string path) {
        return container_url({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", std::move(path)}});
    };
    EXPECT_EQ(relative("/v2/keys?a=1"), "http://169.254.170.2/v2/keys?a=1");
    EXPECT_THAT(relative("@evil.example/"), StartsWith("denied: "));
    EXPECT_THAT(relative(".evil.example/"), StartsWith("denied: "));
    EXPECT_THAT(relative("/a b"), StartsWith("denied: "));
}

TEST(container_endpoint, token_may_stand_in_a_file_or_in_a_variable) {
    auto variables = full_uri("http://localhost/k");
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
    EXPECT_EQ(container_of(config_of(variables)).value()->token, "Basic abc");
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
    const auto both = container_of(config_of(variables)).value();
    EXPECT_EQ(both->token_file, "/token");
    EXPECT_EQ(both->token, "");
}

TEST(container_endpoint, token_with_a_line_break_is_refused_and_never_repeated) {
    auto variables = full_uri("http://localhost/k");
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "secret\r\nX: y";
    EXPECT_EQ(
        container_url(variables),
        "denied: AWS_CONTAINER_AUTHORIZATION_TOKEN: a line break or control character in it"
    );
}

TEST(container_endpoint, agrees_with_the_sdks) {
    const auto document = read_json(TRAINWATCH_SHARED_DIR "/vectors/container/ecs-tests.json");
    if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int compared = 0;
    for (const auto& entry : document.at("tests").as_array()) {
        aws_variables variables;
        for (const auto& [name, value] : entry.at("env").as_object())
            variables[std::string(name)] = text_of(value);
        const auto docs = text_of(entry, "docs");
        const auto url = container_url(variables);
        ++compared;
        if (const auto* const ok = entry.at("result").as_object().if_contains("Ok")) {
            EXPECT_EQ(url, text_of(*ok)) << docs;
        } else {
            EXPECT_TRUE(variables.empty() ? url == "none" : url.starts_with("denied")) << docs;
        }
    }
    EXPECT_EQ(compared, 11);
}

TEST(instance_metadata, limits_are_the_variables_else_the_profile_s) {
    const auto usual = instance_metadata_of(config_of({}), "default").value();
    EXPECT_EQ(usual, (domain::instance_metadata{.url = "http://169.254.169.254"}));
    const auto file =
        "[default]\nmetadata_service_timeout = 2.5\nmetadata_service_num_attempts = 3\n"
        "ec2_instance_profile_name = of-the-file\n";
    const auto from_file = instance_metadata_of(config_of({}, file), "default").value();
    EXPECT_EQ(from_file.timeout, milliseconds(2500));
    EXPECT_EQ(from_file.attempts, 3);
    EXPECT_EQ(from_file.instance_profile, "of-the-file");
    const auto both = instance_metadata_of(
                          config_of(
                              {{"AWS_METADATA_SERVICE_TIMEOUT", "4"},
                               {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1"},
                               {"AWS_EC2_INSTANCE_PROFILE_NAME", "mine"}},
                              file
                          ),
                          "default"
    )
                          .value();
    EXPECT_EQ(both.timeout, milliseconds(4000));
    EXPECT_EQ(both.attempts, 1);
    EXPECT_EQ(both.instance_profile, "mine");
}

TEST(instance_metadata, settings_that_are_wrong_are_an_error_with_their_place) {
    EXPECT_EQ(
        metadata_url({{"AWS_METADATA_SERVICE_TIMEOUT", "0"}}),
        "denied: AWS_METADATA_SERVICE_TIMEOUT: \"0\": want seconds, up to 60"
    );
    EXPECT_EQ(
        metadata_url({}, "[default]\nmetadata_service_num_attempts = 1.5"),
        "denied: profile \"default\": metadata_service_num_attempts: \"1.5\": want a number, 1 to "
        "20"
    );
    EXPECT_EQ(
        metadata_url({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv7"}}),
        "denied: AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: \"IPv7\": want IPv4 or IPv6"
    );
    EXPECT_THAT(
        metadata_url({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "not a uri"}}),
        HasSubstr("AWS_EC2_METADATA_SERVICE_ENDPOINT: not a URL")
    );
}

TEST(instance_metadata, is_off_where_a_variable_says_so) {
    EXPECT_TRUE(is_instance_metadata_off(config_of({{"AWS_EC2_METADATA_DISABLED", "TRUE"}})));
    EXPECT_FALSE(is_instance_metadata_off(config_of({{"AWS_EC2_METADATA_DISABLED", "1"}})));
}

TEST(instance_metadata, endpoints_agree_with_the_sdks) {
    const auto document = read_json(TRAINWATCH_SHARED_DIR "/vectors/imds/imds-endpoint-tests.json");
    if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int compared = 0;
    int listed = 0;
    for (const auto& entry : document.at("tests").as_array()) {
        const auto docs = text_of(entry, "docs");
        const auto& object = entry.as_object();
        // A program's own option, which there is none of here; tests/README.md lists the two.
        if (docs == "explicit endpoint override" || docs == "explicit mode override") {
            ++listed;
            continue;
        }
        aws_variables variables;
        for (const auto& [name, value] : object.at("env").as_object())
            variables[std::string(name)] = text_of(value);
        const auto url = metadata_url(variables, text_of(entry.at("fs"), "config"));
        ++compared;
        if (const auto* const ok = entry.at("result").as_object().if_contains("Ok")) {
            EXPECT_EQ(url + "/latest/api/token", text_of(*ok)) << docs;
        } else {
            EXPECT_THAT(url, StartsWith("denied: ")) << docs;
        }
    }
    EXPECT_EQ(compared, 12);
    EXPECT_EQ(listed, 2);
}

}  // namespace
}  // namespace trainwatch::wire::local_credentials_test
