#include "wire/endpoints.hpp"

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire {
namespace {

std::string host_of(std::string_view region) {
    const auto endpoint = sagemaker_endpoint(region);
    return endpoint ? endpoint->host : "refused";
}

TEST(sagemaker_endpoints, are_tls_at_the_root) {
    EXPECT_EQ(
        sagemaker_endpoint("eu-west-1").value(),
        (url{
            .tls = true,
            .host = "api.sagemaker.eu-west-1.amazonaws.com",
            .port = 443,
            .path = "/",
            .query = ""})
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

TEST(sagemaker_endpoints, agree_with_the_sdks) {
    const auto cases = read_json(TRAINWATCH_SHARED_DIR "/vectors/endpoints/endpoint-cases.json");
    if (cases.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    int seen = 0;
    for (const auto& entry : cases.at("sagemaker").as_array()) {
        const auto& object = entry.as_object();
        const bool other = object.contains("fips") || object.contains("dualstack") ||
            object.contains("endpoint") || !object.contains("region");
        if (other) continue;
        const auto region = text_of(entry, "region");
        const auto expected = parse_url(entry.at("url").as_string());
        const auto endpoint = sagemaker_endpoint(region);
        ASSERT_TRUE(expected && endpoint) << region;
        EXPECT_EQ(*endpoint, *expected) << region;
        ++seen;
    }
    EXPECT_EQ(seen, 27);
}

TEST(sagemaker_endpoints, know_the_partition_of_every_published_region) {
    const auto partitions = read_json(TRAINWATCH_SHARED_DIR "/vectors/endpoints/partitions.json");
    if (partitions.is_null()) GTEST_SKIP() << "no shared vectors beside the sources";
    for (const auto& partition : partitions.as_array()) {
        const auto suffix = text_of(partition, "dns_suffix");
        for (const auto& entry : partition.at("regions").as_array()) {
            const auto region = text_of(entry);
            EXPECT_EQ(host_of(region), "api.sagemaker." + region + "." + suffix);
        }
    }
}

}  // namespace
}  // namespace trainwatch::wire
