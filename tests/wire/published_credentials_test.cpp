// The answers of the SDKs' own suite of credential chains, as our decoders read them.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"
#include "wire/credential_documents.hpp"
#include "wire/sts.hpp"

namespace trainwatch::wire::published_credentials_test {
namespace {

namespace json = boost::json;

class PublishedCredentials : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(TRAINWATCH_SHARED_DIR "/vectors/provider-chain")) {
            GTEST_SKIP() << "no shared vectors beside the sources";
        }
    }
};

http_response response_of(const json::value& exchange) {
    const auto& given = exchange.at("response");
    return {
        .status = static_cast<int>(given.at("status").as_int64()), .body = text_of(given, "body")};
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

result<domain::aws_credentials> read_last(const json::value& exchange) {
    const auto where = text_of(exchange.at("request"), "uri");
    const auto response = response_of(exchange);
    if (has(where, "169.254.170.")) return read_container_credentials(response);
    if (has(where, "169.254.169.254")) return read_instance_credentials(response.body);
    return read_assumed_role(response);
}

// The last answer of a chain holds what the chain gives, or why it gives nothing.
TEST_F(PublishedCredentials, of_each_chain_are_those_of_its_last_answer) {
    int read = 0;
    int refused = 0;
    for (const char* file : {"default-cases.json", "profile-cases.json"}) {
        const auto document =
            read_json(std::string(TRAINWATCH_SHARED_DIR "/vectors/provider-chain/") + file);
        for (const auto& one : document.at("cases").as_array()) {
            SCOPED_TRACE(text_of(one, "name"));
            const auto& traffic = one.at("traffic").as_array();
            if (traffic.empty()) continue;
            const auto keys = read_last(traffic.back());
            const auto* expected = one.at("result").as_object().if_contains("Ok");
            ASSERT_EQ(keys.has_value(), expected != nullptr);
            ++(keys ? read : refused);
            if (!keys) continue;
            EXPECT_EQ(keys->access_key_id, text_of(*expected, "access_key_id"));
            EXPECT_EQ(keys->secret_access_key, text_of(*expected, "secret_access_key"));
            EXPECT_EQ(keys->session_token, text_of(*expected, "session_token"));
            EXPECT_EQ(keys->account_id, text_of(*expected, "account_id"));
            EXPECT_EQ(unix_seconds(*keys->expires), expected->at("expiry").to_number<double>());
        }
    }
    EXPECT_EQ(read, 19);
    EXPECT_EQ(refused, 4);
}

TEST_F(PublishedCredentials, of_instances_have_the_account_of_the_newer_path) {
    int read = 0;
    const auto cases =
        read_json(TRAINWATCH_SHARED_DIR "/vectors/imds/imds-extended-sequence-tests.json");
    for (const auto& one : cases.as_array()) {
        SCOPED_TRACE(text_of(one, "summary"));
        for (const auto& exchange : one.at("expectations").as_array()) {
            const auto* body = exchange.at("response").as_object().if_contains("body");
            if (body == nullptr || !body->is_object()) continue;
            const auto keys = read_instance_credentials(json::serialize(*body));
            ASSERT_TRUE(keys) << keys.error().detail;
            EXPECT_EQ(keys->account_id, text_of(*body, "AccountId"));
            EXPECT_EQ(keys->expires, parse_iso8601(text_of(*body, "Expiration")));
            ++read;
        }
    }
    EXPECT_EQ(read, 18);
}

}  // namespace
}  // namespace trainwatch::wire::published_credentials_test
