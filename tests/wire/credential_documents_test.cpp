#include "wire/credential_documents.hpp"

#include <gtest/gtest.h>

#include "tests/wire/hostile_input.hpp"

namespace trainwatch::wire::credential_documents_test {
namespace {

using domain::aws_credentials;

constexpr std::string_view container_json = R"({
  "RoleArn": "arn:aws:iam::111122223333:role/task",
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  "Token": "IQoJb3JpZ2luX2Vj//container==",
  "Expiration": "2026-11-26T10:00:00Z"
})";

constexpr std::string_view instance_json = R"({
  "Code": "Success",
  "LastUpdated": "2026-11-26T04:00:00Z",
  "Type": "AWS-HMAC",
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  "Token": "IQoJb3JpZ2luX2Vj//instance==",
  "Expiration": "2026-11-26T10:00:00Z"
})";

constexpr std::string_view process_json = R"({
  "Version": 1,
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  "SessionToken": "IQoJb3JpZ2luX2Vj//process==",
  "Expiration": "2026-11-26T10:00:00Z",
  "AccountId": "111122223333"
})";

constexpr std::string_view sso_file = R"({
  "startUrl": "https://d-1234567890.awsapps.com/start",
  "region": "eu-west-1",
  "accessToken": "aoaAAAAAGVuLXVzLXNlY3JldA",
  "expiresAt": "2026-11-26T10:00:00Z"
})";

constexpr std::string_view portal_json = R"({"roleCredentials": {
  "accessKeyId": "ASIAEXAMPLE",
  "secretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  "sessionToken": "IQoJb3JpZ2luX2Vj//portal==",
  "expiration": 1795687200000
}})";

const std::vector<std::string> secrets{
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2Vj", "aoaAAAAAGVuLXVzLXNlY3JldA"};

wall_time at(std::string_view text) {
    return parse_iso8601(text).value();
}

aws_credentials keys_with(std::string token, std::string account) {
    return {
        .access_key_id = "ASIAEXAMPLE",
        .secret_access_key = secrets[0],
        .session_token = std::move(token),
        .account_id = std::move(account),
        .expires = at("2026-11-26T10:00:00Z")};
}

auto read_container(std::string_view body) {
    return read_container_credentials({.body = std::string(body)});
}

auto read_portal(std::string_view body) {
    return read_sso_credentials({.body = std::string(body)});
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string copy(text);
    const auto found = copy.find(from);
    EXPECT_NE(found, std::string::npos) << from;
    return copy.replace(found, from.size(), to);
}

TEST(container_credentials, are_read_with_the_account_of_their_role) {
    EXPECT_EQ(
        read_container(container_json).value(),
        keys_with("IQoJb3JpZ2luX2Vj//container==", "111122223333")
    );
}

TEST(container_credentials, have_an_account_of_their_own_before_that_of_the_role) {
    const auto with = replaced(container_json, "{", R"({"AccountId": "444455556666",)");
    EXPECT_EQ(read_container(with)->account_id, "444455556666");
}

TEST(container_credentials, of_an_odd_role_have_no_account) {
    for (const char* arn : {"arn:aws:iam::123456789:role/x", "arn:aws:iam", "", "role/task"}) {
        const auto odd = replaced(container_json, "arn:aws:iam::111122223333:role/task", arn);
        EXPECT_EQ(read_container(odd)->account_id, "") << arn;
    }
}

TEST(container_credentials, may_have_names_in_any_case) {
    auto other = replaced(container_json, "AccessKeyId", "accesskeyid");
    other = replaced(other, "SecretAccessKey", "SECRETACCESSKEY");
    other = replaced(other, "Token", "token");
    EXPECT_EQ(read_container(other).value(), read_container(container_json).value());
}

TEST(container_credentials, without_token_and_end_are_taken_as_they_are) {
    const auto keys = read_container(R"({"AccessKeyId": "A", "SecretAccessKey": "s"})");
    EXPECT_EQ(keys.value(), (aws_credentials{"A", "s", "", "", {}}));
}

TEST(container_credentials, that_are_refused_say_why) {
    http_response response{.status = 400};
    response.body = R"({"code": "InvalidRole", "message": "the role\nis gone"})";
    const auto refused = read_container_credentials(response).error();
    EXPECT_EQ(refused.kind, error_class::denied);
    EXPECT_EQ(refused.remote_code, "InvalidRole");
    EXPECT_EQ(refused.detail, "the container credential service: InvalidRole: the role is gone");

    const auto bare = read_container_credentials({.status = 404, .body = "<html>"}).error();
    EXPECT_EQ(bare.kind, error_class::denied);
    EXPECT_EQ(bare.detail, "the container credential service: HTTP 404");
}

TEST(container_credentials, of_an_agent_in_trouble_are_worth_another_try) {
    EXPECT_EQ(read_container_credentials({.status = 500}).error().kind, error_class::transient);
    EXPECT_EQ(read_container_credentials({.status = 429}).error().kind, error_class::throttled);
}

TEST(instance_credentials, are_read_in_both_forms) {
    EXPECT_EQ(
        read_instance_credentials(instance_json).value(),
        keys_with("IQoJb3JpZ2luX2Vj//instance==", "")
    );
    auto extended = replaced(instance_json, "{", R"({"AccountId": "111122223333",)");
    extended = replaced(extended, "10:00:00Z", "10:00:00.123456Z");
    auto expected = keys_with("IQoJb3JpZ2luX2Vj//instance==", "111122223333");
    expected.expires = at("2026-11-26T10:00:00.123Z");
    EXPECT_EQ(read_instance_credentials(extended).value(), expected);
}

TEST(instance_credentials, of_a_role_that_does_not_trust_the_instance_are_denied) {
    const auto refused = read_instance_credentials(
        R"({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role watch."})"
    );
    EXPECT_EQ(refused.error().kind, error_class::denied);
    EXPECT_EQ(refused.error().remote_code, "AssumeRoleUnauthorizedAccess");
    EXPECT_EQ(
        refused.error().detail,
        "the instance metadata service: AssumeRoleUnauthorizedAccess: EC2 cannot assume the role "
        "watch."
    );
}

TEST(instance_credentials, always_have_a_token_and_an_end) {
    for (const char* name : {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}) {
        const auto without = replaced(instance_json, name, "Other");
        const auto refused = read_instance_credentials(without);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().kind, error_class::malformed) << name;
    }
}

TEST(process_credentials, are_read) {
    EXPECT_EQ(
        read_process_credentials(process_json).value(),
        keys_with("IQoJb3JpZ2luX2Vj//process==", "111122223333")
    );
    const auto lasting =
        read_process_credentials(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"})");
    EXPECT_EQ(lasting.value(), (aws_credentials{"A", "s", "", "", {}}));
}

TEST(process_credentials, are_of_version_1) {
    for (const char* version : {R"("1")", "2", "1.5", "null", "[1]"}) {
        const auto other = replaced(process_json, ": 1,", std::string(": ") + version + ",");
        ASSERT_FALSE(read_process_credentials(other)) << version;
        EXPECT_EQ(
            read_process_credentials(other).error().detail,
            "the output of the credential process is not of Version 1"
        );
    }
}

TEST(sso_token, is_what_the_command_line_left) {
    const sso_token expected{"aoaAAAAAGVuLXVzLXNlY3JldA", at("2026-11-26T10:00:00Z")};
    EXPECT_EQ(read_sso_token(sso_file).value(), expected);
    const auto older = replaced(sso_file, "10:00:00Z", "10:00:00UTC");
    EXPECT_EQ(read_sso_token(older).value(), expected);
}

TEST(sso_credentials, are_read_with_their_end_in_milliseconds) {
    EXPECT_EQ(read_portal(portal_json).value(), keys_with("IQoJb3JpZ2luX2Vj//portal==", ""));
}

TEST(sso_credentials, of_a_token_that_is_no_longer_good_are_denied) {
    http_response response{
        .status = 401, .headers = {{"x-amzn-ErrorType", "UnauthorizedException:http://x/"}}};
    response.body = R"({"message": "Session token not found or invalid"})";
    const auto refused = read_sso_credentials(response).error();
    EXPECT_EQ(refused.kind, error_class::denied);
    EXPECT_EQ(refused.remote_code, "UnauthorizedException");
    EXPECT_EQ(
        refused.detail, "the SSO portal: UnauthorizedException: Session token not found or invalid"
    );
    // A role that is not there is a refusal too, and no news about a job.
    response = {.status = 404, .body = R"({"__type": "ResourceNotFoundException"})"};
    EXPECT_EQ(read_sso_credentials(response).error().kind, error_class::denied);
}

TEST(credential_document, that_is_cut_anywhere_is_no_document) {
    expect_truncations_fail(container_json, secrets, read_container);
    expect_truncations_fail(instance_json, secrets, read_instance_credentials);
    expect_truncations_fail(process_json, secrets, read_process_credentials);
    expect_truncations_fail(sso_file, secrets, read_sso_token);
    expect_truncations_fail(portal_json, secrets, read_portal);
}

TEST(credential_document, with_any_byte_wrong_tells_no_secret) {
    replay_with_wrong_bytes(container_json, secrets, read_container);
    replay_with_wrong_bytes(instance_json, secrets, read_instance_credentials);
    replay_with_wrong_bytes(process_json, secrets, read_process_credentials);
    replay_with_wrong_bytes(sso_file, secrets, read_sso_token);
    replay_with_wrong_bytes(portal_json, secrets, read_portal);
}

TEST(credential_document, with_values_that_are_none_is_refused_silently) {
    const std::string secret = secrets[0];
    for (const std::string& value : {
             std::string("\"\""),
             std::string("\"  \""),
             std::string("null"),
             std::string("7"),
             "[\"" + secret + "\"]",
             "\"" + secret + "\\r\\nX-Injected: 1\"",
             "\"" + secret + "\\u0000\"",
             "\"" + secret + "\xC3\xA9\"",
         }) {
        const auto changed = replaced(process_json, '"' + secret + '"', value);
        const auto refused = read_process_credentials(changed);
        ASSERT_FALSE(refused) << value;
        EXPECT_EQ(refused.error().kind, error_class::malformed);
        expect_no_secret(refused.error(), secrets);
    }
}

TEST(credential_document, with_a_time_that_is_none_is_not_taken_for_lasting) {
    for (const char* value :
         {R"("soon")", "1795687200", R"("2026-13-26T10:00:00Z")", "[]", R"("")"}) {
        const auto changed = replaced(process_json, R"("2026-11-26T10:00:00Z")", value);
        EXPECT_FALSE(read_process_credentials(changed)) << value;
    }
    for (const char* value : {R"("1795687200000")", "-1", "1e300", "null"}) {
        const auto changed = replaced(portal_json, "1795687200000", value);
        EXPECT_FALSE(read_portal(changed)) << value;
    }
}

TEST(credential_document, of_another_kind_is_refused) {
    const std::string deep = std::string(100'000, '[');
    const std::string long_one = R"({"Version": 1, "x": ")" + std::string(100'000, 'x') + R"("})";
    for (const std::string& text : {deep, long_one, std::string("[]"), std::string("null")}) {
        EXPECT_FALSE(read_container(text));
        EXPECT_FALSE(read_instance_credentials(text));
        EXPECT_FALSE(read_process_credentials(text));
        EXPECT_FALSE(read_sso_token(text));
        EXPECT_FALSE(read_portal(text));
    }
}

TEST(credential_document, that_repeats_a_token_in_its_refusal_is_not_quoted) {
    const std::string token(300, 'e');
    http_response response{.status = 401};
    response.body = R"({"code": "x", "message": "bad token )" + token + R"( here"})";
    EXPECT_EQ(
        read_container_credentials(response).error().detail,
        "the container credential service: x: bad token … here"
    );
}

}  // namespace
}  // namespace trainwatch::wire::credential_documents_test
