#include "wire/endpoints.hpp"

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::endpoints_test {
namespace {

std::string host_of(std::string_view region) {
    const auto endpoint = endpoint_of(aws_service::sagemaker, {region});
    return endpoint ? endpoint->where.host : "refused";
}

std::string refusal(aws_service service, const endpoint_request& request) {
    const auto endpoint = endpoint_of(service, request);
    if (endpoint) return "accepted: " + endpoint->where.host;
    EXPECT_EQ(endpoint.error().kind, error_class::rejected);
    return endpoint.error().detail;
}

TEST(sagemaker_endpoints, are_tls_at_the_root) {
    EXPECT_EQ(
        endpoint_of(aws_service::sagemaker, {"eu-west-1"}).value(),
        (service_endpoint{
            {.tls = true,
             .host = "api.sagemaker.eu-west-1.amazonaws.com",
             .port = 443,
             .path = "/",
             .query = ""},
            "eu-west-1"})
    );
}

TEST(sagemaker_endpoints, every_partition_has_its_suffix) {
    EXPECT_EQ(host_of("cn-northwest-1"), "api.sagemaker.cn-northwest-1.amazonaws.com.cn");
    EXPECT_EQ(host_of("us-gov-west-1"), "api.sagemaker.us-gov-west-1.amazonaws.com");
    EXPECT_EQ(host_of("eusc-de-east-1"), "api.sagemaker.eusc-de-east-1.amazonaws.eu");
    EXPECT_EQ(host_of("us-iso-east-1"), "api.sagemaker.us-iso-east-1.c2s.ic.gov");
    EXPECT_EQ(host_of("us-isob-east-1"), "api.sagemaker.us-isob-east-1.sc2s.sgov.gov");
    EXPECT_EQ(host_of("eu-isoe-west-1"), "api.sagemaker.eu-isoe-west-1.cloud.adc-e.uk");
    EXPECT_EQ(host_of("us-isof-south-1"), "api.sagemaker.us-isof-south-1.csp.hci.ic.gov");
    EXPECT_EQ(host_of("aws-cn-global"), "api.sagemaker.aws-cn-global.amazonaws.com.cn");
}

TEST(sagemaker_endpoints, unknown_regions_work) {
    EXPECT_EQ(host_of("us-mars-12"), "api.sagemaker.us-mars-12.amazonaws.com");
    EXPECT_EQ(host_of("cn-new-3"), "api.sagemaker.cn-new-3.amazonaws.com.cn");
    EXPECT_EQ(host_of("moon-base-1"), "api.sagemaker.moon-base-1.amazonaws.com");
    EXPECT_EQ(host_of("cn-north-1x"), "api.sagemaker.cn-north-1x.amazonaws.com");
}

TEST(sagemaker_endpoints, a_region_that_is_no_dns_label_is_refused) {
    for (const char* region :
         {"",
          "eu-west-1.evil.example",
          "eu-west-1/",
          "a@b",
          "-eu-west-1",
          "eu-west-1-",
          "EU-WEST-1",
          "eu west 1",
          "eu-west-1\r\nX: y",
          "eu_west_1",
          "\xc3\xa9u-west-1"}) {
        EXPECT_EQ(host_of(region), "refused") << region;
    }
    EXPECT_EQ(host_of(std::string(64, 'a')), "refused");
    EXPECT_NE(host_of(std::string(63, 'a')), "refused");
}

TEST(endpoints, of_each_service_follow_its_rule) {
    const auto host = [](aws_service service, bool fips, bool dualstack, std::string_view region) {
        return endpoint_of(service, {region, fips, dualstack})->where.host;
    };
    EXPECT_EQ(
        host(aws_service::sagemaker, true, false, "us-east-1"),
        "api-fips.sagemaker.us-east-1.amazonaws.com"
    );
    EXPECT_EQ(
        host(aws_service::sagemaker, true, true, "us-east-1"),
        "api.sagemaker-fips.us-east-1.api.aws"
    );
    EXPECT_EQ(
        host(aws_service::sagemaker, true, false, "cn-north-1"),
        "api.sagemaker-fips.cn-north-1.amazonaws.com.cn"
    );
    EXPECT_EQ(host(aws_service::sts, false, false, "eu-west-1"), "sts.eu-west-1.amazonaws.com");
    EXPECT_EQ(
        host(aws_service::sts, true, false, "us-gov-east-1"), "sts.us-gov-east-1.amazonaws.com"
    );
    EXPECT_EQ(
        host(aws_service::sts, true, true, "us-gov-east-1"), "sts-fips.us-gov-east-1.api.aws"
    );
    EXPECT_EQ(host(aws_service::sqs, true, false, "us-west-2"), "sqs-fips.us-west-2.amazonaws.com");
    EXPECT_EQ(
        host(aws_service::sqs, false, true, "eusc-de-east-1"),
        "sqs.eusc-de-east-1.api.amazonwebservices.eu"
    );
    EXPECT_EQ(
        host(aws_service::sso, false, false, "eu-west-1"), "portal.sso.eu-west-1.amazonaws.com"
    );
}

TEST(endpoints, of_a_global_pseudo_region_are_signed_for_a_real_one) {
    const auto global = endpoint_of(aws_service::sts, {"aws-global"}).value();
    EXPECT_EQ(global.where.host, "sts.amazonaws.com");
    EXPECT_EQ(global.signing_region, "us-east-1");
}

TEST(endpoints, of_a_fips_pseudo_region_are_its_fips_endpoints) {
    for (const char* const region : {"fips-us-east-2", "us-east-2-fips"}) {
        const auto endpoint = endpoint_of(aws_service::sagemaker, {region}).value();
        EXPECT_EQ(endpoint.where.host, "api-fips.sagemaker.us-east-2.amazonaws.com");
        EXPECT_EQ(endpoint.signing_region, "us-east-2");
    }
    EXPECT_EQ(without_fips("eu-west-1"), (plain_region{"eu-west-1", false}));
}

TEST(endpoints, given_as_url_keep_their_path_and_the_region_that_is_signed_for) {
    const auto endpoint =
        endpoint_of(
            aws_service::sagemaker,
            {.region = "eu-west-1",
             .custom = "https://vpce-0a1b-2c3d.api.sagemaker.eu-west-1.vpce.amazonaws.com/base/"}
        )
            .value();
    EXPECT_EQ(endpoint.where.host, "vpce-0a1b-2c3d.api.sagemaker.eu-west-1.vpce.amazonaws.com");
    EXPECT_EQ(endpoint.where.path, "/base");
    EXPECT_EQ(endpoint.signing_region, "eu-west-1");
}

TEST(endpoints, given_as_url_go_with_neither_fips_nor_dualstack) {
    EXPECT_EQ(
        refusal(
            aws_service::sts, {.region = "eu-west-1", .fips = true, .custom = "https://example.com"}
        ),
        "endpoint URL https://example.com together with use_fips_endpoint (configuration, "
        "environment or profile): take one of the two away"
    );
    EXPECT_NE(
        refusal(
            aws_service::sts,
            {.region = "eu-west-1", .dualstack = true, .custom = "https://example.com"}
        )
            .find("use_dualstack_endpoint"),
        std::string::npos
    );
    EXPECT_EQ(
        refusal(aws_service::sts, {.region = "eu-west-1", .custom = "ftp://x"}),
        "endpoint URL ftp://x: scheme \"ftp\" is not supported: want http or https"
    );
    EXPECT_EQ(
        refusal(aws_service::sts, {.region = "eu-west-1", .custom = "http://x/?a=b"}),
        "endpoint URL (not shown): an endpoint has no query (\"?…\")"
    );
}

TEST(endpoints, given_as_url_with_a_password_are_not_repeated) {
    EXPECT_EQ(
        refusal(aws_service::sts, {.region = "eu-west-1", .custom = "http://u:secret@h"}),
        "endpoint URL (not shown): a URL with a user name or password is not accepted"
    );
}

TEST(endpoints, without_a_region_say_what_to_set) {
    EXPECT_EQ(
        refusal(aws_service::sts, {}), "no region for sts: set AWS_REGION, or region in the profile"
    );
}

bool flag_of(const boost::json::value& entry, std::string_view name) {
    const auto* const found = entry.as_object().if_contains(name);
    return found != nullptr && found->as_bool();
}

void compare(const boost::json::value& entry, aws_service service) {
    const auto region = text_of(entry, "region");
    const auto custom = text_of(entry, "endpoint");
    const auto endpoint =
        endpoint_of(service, {region, flag_of(entry, "fips"), flag_of(entry, "dualstack"), custom});
    if (entry.as_object().contains("error")) {
        EXPECT_TRUE(endpoint.has_error()) << entry;
        return;
    }
    ASSERT_TRUE(endpoint.has_value()) << entry << endpoint.error().detail;
    EXPECT_EQ(endpoint->where, parse_url(text_of(entry, "url")).value()) << entry;
    const auto signed_for = text_of(entry, "signing_region");
    EXPECT_EQ(endpoint->signing_region, signed_for.empty() ? region : signed_for) << entry;
}

// The legacy global endpoint of STS is listed in tests/README.md: where it would decide.
bool is_legacy(const boost::json::value& entry) {
    return flag_of(entry, "global_endpoint") &&
        text_of(entry, "url") == "https://sts.amazonaws.com" &&
        text_of(entry, "region") != "aws-global";
}

TEST(endpoints, agree_with_the_sdks) {
    const auto cases = read_json(TRAINWATCH_SHARED_DIR "/vectors/endpoints/endpoint-cases.json");
    if (cases.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int compared = 0;
    int legacy = 0;
    for (const auto service : {aws_service::sagemaker, aws_service::sts, aws_service::sqs}) {
        for (const auto& entry : cases.at(service_id(service)).as_array()) {
            if (is_legacy(entry)) {
                ++legacy;
                continue;
            }
            compare(entry, service);
            ++compared;
        }
    }
    EXPECT_EQ(compared, 149);
    EXPECT_EQ(legacy, 15);
}

TEST(endpoints, know_the_partition_of_every_published_region) {
    const auto partitions = read_json(TRAINWATCH_SHARED_DIR "/vectors/endpoints/partitions.json");
    if (partitions.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    for (const auto& partition : partitions.as_array()) {
        const auto suffix = text_of(partition, "dns_suffix");
        const auto dualstack = text_of(partition, "dualstack_dns_suffix");
        for (const auto& entry : partition.at("regions").as_array()) {
            const auto region = text_of(entry);
            EXPECT_EQ(host_of(region), "api.sagemaker." + region + "." + suffix);
            const auto other = endpoint_of(aws_service::sqs, {region, false, true});
            EXPECT_EQ(other->where.host, "sqs." + region + "." + dualstack);
        }
    }
}

}  // namespace
}  // namespace trainwatch::wire::endpoints_test
