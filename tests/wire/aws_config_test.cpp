#include "wire/aws_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::aws_config_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

aws_config with_profile(aws_profile profile, aws_variables variables = {}) {
    aws_config config;
    config.config_file = "/h/.aws/config";
    config.credentials_file = "/h/.aws/credentials";
    config.profiles["work"] = std::move(profile);
    config.variables = std::move(variables);
    return config;
}

TEST(aws_config, the_profile_in_force_is_the_named_one_else_the_variable_s_else_default) {
    aws_config config;
    EXPECT_EQ(profile_in_force(config, ""), "default");
    config.variables["AWS_DEFAULT_PROFILE"] = "older";
    EXPECT_EQ(profile_in_force(config, ""), "older");
    config.variables["AWS_PROFILE"] = "work";
    EXPECT_EQ(profile_in_force(config, ""), "work");
    EXPECT_EQ(profile_in_force(config, "research"), "research");
}

TEST(aws_config, a_variable_outranks_the_profile) {
    const auto config =
        with_profile({{"region", "eu-west-1"}}, {{"AWS_DEFAULT_REGION", "us-east-1"}});
    EXPECT_EQ(region_of(config, "work"), "us-east-1");
    EXPECT_EQ(region_of(with_profile({{"region", "eu-west-1"}}), "work"), "eu-west-1");
    EXPECT_EQ(
        region_of(
            with_profile({}, {{"AWS_DEFAULT_REGION", "us-east-1"}, {"AWS_REGION", "eu-north-1"}}),
            "work"
        ),
        "eu-north-1"
    );
    EXPECT_EQ(region_of({}, "gone"), "");
}

TEST(aws_config, only_true_switches_fips_and_dualstack_on) {
    EXPECT_TRUE(uses_fips(with_profile({{"use_fips_endpoint", "TRUE"}}), "work"));
    EXPECT_FALSE(uses_fips(with_profile({{"use_fips_endpoint", "yes"}}), "work"));
    EXPECT_FALSE(uses_fips(
        with_profile({{"use_fips_endpoint", "true"}}, {{"AWS_USE_FIPS_ENDPOINT", "false"}}), "work"
    ));
    EXPECT_TRUE(uses_dualstack(with_profile({}, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}), "work"));
    EXPECT_FALSE(uses_dualstack(with_profile({}), "work"));
    // The regions that say it themselves.
    EXPECT_TRUE(uses_fips(with_profile({{"region", "fips-us-east-1"}}), "work"));
    EXPECT_TRUE(uses_fips(with_profile({}, {{"AWS_REGION", "us-east-1-fips"}}), "work"));
}

TEST(aws_config, endpoints_are_resolved_with_all_switches) {
    const auto host = [](const aws_config& config, std::string_view own = {}) {
        const auto endpoint =
            resolve_endpoint(config, "work", aws_service::sagemaker, "us-east-1", own);
        return endpoint ? endpoint->where.host : endpoint.error().detail;
    };
    EXPECT_EQ(host(with_profile({})), "api.sagemaker.us-east-1.amazonaws.com");
    EXPECT_EQ(
        host(with_profile({}, {{"AWS_USE_FIPS_ENDPOINT", "true"}})),
        "api-fips.sagemaker.us-east-1.amazonaws.com"
    );
    const auto configured = with_profile({}, {{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}});
    EXPECT_EQ(host(configured), "127.0.0.1");
    EXPECT_EQ(host(configured, "http://own:1"), "own");
    EXPECT_EQ(
        host(with_profile({{"use_dualstack_endpoint", "true"}}), "http://own:1"),
        "endpoint URL http://own:1 together with use_dualstack_endpoint (configuration, "
        "environment or profile): take one of the two away"
    );
}

TEST(aws_config, a_services_section_that_is_not_there_is_an_error) {
    const auto endpoint = configured_endpoint(with_profile({{"services", "local"}}), "work", "sts");
    ASSERT_TRUE(endpoint.has_error());
    EXPECT_EQ(endpoint.error().kind, error_class::rejected);
    EXPECT_EQ(
        endpoint.error().detail,
        "profile \"work\": services = local, and there is no section [services local] in "
        "/h/.aws/config"
    );
}

TEST(aws_config, files_are_named_as_far_as_there_are_any) {
    EXPECT_EQ(file_names({}), "no file (no HOME)");
    EXPECT_EQ(file_names(with_profile({})), "/h/.aws/config and /h/.aws/credentials");
}

TEST(aws_config, retry_settings_are_numbers_and_known_modes) {
    EXPECT_EQ(retry_preference_of(with_profile({}), "work")->attempts_max, std::nullopt);
    EXPECT_EQ(retry_preference_of(with_profile({{"max_attempts", "5"}}), "work")->attempts_max, 5);
    EXPECT_EQ(
        retry_preference_of(
            with_profile({{"max_attempts", "5"}}, {{"AWS_MAX_ATTEMPTS", "2"}}), "work"
        )
            ->attempts_max,
        2
    );
    for (const char* const wrong : {"0", "-1", "many", "3x", "99999999999"}) {
        const auto preference =
            retry_preference_of(with_profile({{"max_attempts", wrong}}), "work");
        ASSERT_TRUE(preference.has_error()) << wrong;
        EXPECT_EQ(
            preference.error().detail,
            std::string("profile \"work\": max_attempts: \"") + wrong +
                "\": want a number of attempts, from 1"
        );
    }
    const auto mode = retry_preference_of(with_profile({}, {{"AWS_RETRY_MODE", "eager"}}), "work");
    ASSERT_TRUE(mode.has_error());
    EXPECT_EQ(mode.error().detail, "AWS_RETRY_MODE: \"eager\" is no retry mode: want standard");
}

TEST(aws_config, what_is_done_otherwise_than_asked_is_said) {
    EXPECT_THAT(departures_of(with_profile({{"retry_mode", "standard"}}), "work"), IsEmpty());
    EXPECT_THAT(
        departures_of(
            with_profile({{"retry_mode", "legacy"}}, {{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}}),
            "work"
        ),
        ElementsAre(
            "profile \"work\": retry_mode: legacy is treated as standard",
            "AWS_STS_REGIONAL_ENDPOINTS: legacy is treated as regional, the global endpoint of STS "
            "is not used"
        )
    );
    EXPECT_THAT(
        departures_of(with_profile({}, {{"AWS_RETRY_MODE", "Adaptive"}}), "work"),
        ElementsAre("AWS_RETRY_MODE: adaptive is treated as standard, the rate is always adapted")
    );
}

// As in a file: sections with properties of their own become lines.
aws_profile section_of(const boost::json::value& value) {
    aws_profile section;
    for (const auto& [key, property] : value.as_object()) {
        auto& text = section[std::string(key)];
        if (property.is_string()) {
            text = text_of(property);
            continue;
        }
        for (const auto& [nested, nested_value] : property.as_object()) {
            text += "\n" + std::string(nested) + " = " + text_of(nested_value);
        }
    }
    return section;
}

aws_config suite_config(const boost::json::value& suite, const boost::json::value& entry) {
    aws_config config;
    for (const auto& [name, value] : suite.at("profiles").as_object())
        config.profiles[std::string(name)] = section_of(value);
    for (const auto& [name, value] : suite.at("services").as_object())
        config.services[std::string(name)] = section_of(value);
    const auto& environments = suite.at("environments").as_object();
    for (const auto& [name, value] : environments.at(text_of(entry, "environment")).as_object())
        config.variables[std::string(name)] = text_of(value);
    return config;
}

TEST(aws_config, endpoint_urls_agree_with_the_sdks) {
    const auto document =
        read_json(TRAINWATCH_SHARED_DIR "/vectors/endpoints/configured-endpoint-urls.json");
    if (document.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int compared = 0;
    for (const auto& suite : document.at("testSuites").as_array()) {
        for (const auto& entry : suite.at("endpointUrlTests").as_array()) {
            auto config = suite_config(suite, entry);
            const auto& client = suite.at("client_configs").at(text_of(entry, "client_config"));
            // The configuration has no key for it; the variable is the nearest.
            if (client.as_object().contains("ignore_configured_endpoint_urls")) {
                config.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
            }
            const auto profile = text_of(entry, "profile");
            const auto service = text_of(entry, "service");
            auto url = text_of(client, "endpoint_url");
            if (url.empty()) url = configured_endpoint(config, profile, service).value();
            // Nothing is configured: the service's own.
            if (url.empty()) url = "https://" + service + ".fake-region-10.amazonaws.com";
            EXPECT_EQ(url, text_of(entry.at("output"), "endpointUrl")) << text_of(entry, "name");
            ++compared;
        }
    }
    EXPECT_EQ(compared, 39);
}

}  // namespace
}  // namespace trainwatch::wire::aws_config_test
