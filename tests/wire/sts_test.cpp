#include "wire/sts.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/wire/hostile_input.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::sts_test {
namespace {

using domain::assumed_role;
using domain::aws_credentials;

constexpr std::string_view role_answer = R"(<?xml version="1.0"?>
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLE:watch</AssumedRoleId>
      <Arn>arn:aws:sts::111122223333:assumed-role/watch/watch-1</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</SecretAccessKey>
      <SessionToken>IQoJb3JpZ2luX2Vj//role==</SessionToken>
      <Expiration>2026-11-26T10:00:00Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata>
</AssumeRoleResponse>)";

constexpr std::string_view identity_answer = R"(
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::111122223333:user/watch</Arn>
    <UserId>AIDAEXAMPLE</UserId>
    <Account>111122223333</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>)";

const std::vector<std::string> secrets{
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2Vj//role=="};

const url endpoint = parse_url("https://sts.eu-west-1.amazonaws.com").value();

aws_credentials assumed() {
    return {
        .access_key_id = "ASIAEXAMPLE",
        .secret_access_key = secrets[0],
        .session_token = secrets[1],
        .account_id = "111122223333",
        .expires = parse_iso8601("2026-11-26T10:00:00Z")};
}

auto read_role(std::string_view body) {
    return read_assumed_role({.body = std::string(body)});
}

auto read_identity(std::string_view body) {
    return read_caller_identity({.body = std::string(body)});
}

std::string replaced_everywhere(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

failure refusal(int status, std::string_view code, std::string_view message) {
    http_response response{.status = status};
    response.body =
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
        "<Type>Sender</Type><Code>" +
        std::string(code) + "</Code><Message>" + std::string(message) +
        "</Message></Error><RequestId>r-1</RequestId></ErrorResponse>";
    return read_assumed_role(response).error();
}

TEST(assume_role, is_a_form_that_is_encoded_as_it_is_signed) {
    const auto request = encode_assume_role(
        endpoint,
        {.role_arn = "arn:aws:iam::111122223333:role/a+b",
         .session_name = "trainwatchd-1",
         .external_id = "a b/c*~",
         .duration = seconds(3600)}
    );
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/");
    EXPECT_EQ(
        request.headers,
        (header_list{
            {"Host", "sts.eu-west-1.amazonaws.com"},
            {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}})
    );
    EXPECT_EQ(
        request.body,
        "Action=AssumeRole&Version=2011-06-15"
        "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fa%2Bb"
        "&RoleSessionName=trainwatchd-1&DurationSeconds=3600&ExternalId=a%20b%2Fc%2A~"
    );
}

TEST(assume_role, without_choices_names_role_and_session_only) {
    const auto request = encode_assume_role(endpoint, {.role_arn = "r", .session_name = "s"});
    EXPECT_EQ(request.body, "Action=AssumeRole&Version=2011-06-15&RoleArn=r&RoleSessionName=s");
}

TEST(assume_role, goes_to_the_base_path_of_its_endpoint) {
    const auto own = parse_url("http://localhost:4566/sts/").value();
    const auto request = encode_assume_role(own, {.role_arn = "r", .session_name = "s"});
    EXPECT_EQ(request.target, "/sts");
    EXPECT_EQ(find_header(request.headers, "Host"), "localhost:4566");
}

TEST(assume_role, with_web_identity_sends_the_token_and_no_external_id) {
    const auto request = encode_assume_role_with_web_identity(
        endpoint,
        {.role_arn = "r", .session_name = "s", .external_id = "x", .duration = seconds(900)},
        "e.y+J=="
    );
    EXPECT_EQ(
        request.body,
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=s"
        "&WebIdentityToken=e.y%2BJ%3D%3D&DurationSeconds=900"
    );
}

TEST(assumed_role, is_read_with_the_account_of_its_arn) {
    EXPECT_EQ(read_role(role_answer).value(), assumed());
}

TEST(assumed_role, by_web_identity_is_read_the_same) {
    const auto by_token = replaced_everywhere(
        std::string(role_answer), "<AssumeRoleRes", "<AssumeRoleWithWebIdentityRes"
    );
    const auto closed =
        replaced_everywhere(by_token, "</AssumeRoleRes", "</AssumeRoleWithWebIdentityRes");
    EXPECT_EQ(read_role(closed).value(), assumed());
}

TEST(assumed_role, may_come_with_prefixes_cdata_entities_and_fractions) {
    auto text = replaced_everywhere(std::string(role_answer), "</", "</s:");
    text = replaced_everywhere(text, "<A", "<s:A");
    text = replaced_everywhere(text, "bPxRfi", "<![CDATA[bPxRfi]]>");
    text = replaced_everywhere(text, "//role", "&#47;&#x2F;role");
    text = replaced_everywhere(text, "10:00:00Z", "10:00:00.5Z");
    auto expected = assumed();
    expected.expires = parse_iso8601("2026-11-26T10:00:00.500Z");
    EXPECT_EQ(read_role(text).value(), expected);
}

TEST(assumed_role, needs_each_of_its_four_values) {
    for (const char* name : {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}) {
        const auto without = replaced_everywhere(std::string(role_answer), name, "Other");
        const auto refused = read_role(without);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().kind, error_class::malformed);
        expect_no_secret(refused.error(), secrets);
    }
}

TEST(assumed_role, without_its_arn_has_no_account) {
    const auto without =
        replaced_everywhere(std::string(role_answer), "AssumedRoleUser", "SomebodyElse");
    EXPECT_EQ(read_role(without)->account_id, "");
}

TEST(assumed_role, is_no_answer_to_another_question) {
    EXPECT_FALSE(read_role(identity_answer));
    EXPECT_FALSE(read_identity(role_answer));
    EXPECT_FALSE(read_role("{}"));
    EXPECT_FALSE(read_role("<AssumeRoleResponse/>"));
    EXPECT_FALSE(read_role("<html><body>Sign in</body></html>"));
}

TEST(caller_identity, is_account_and_arn) {
    EXPECT_EQ(
        read_identity(identity_answer).value(),
        (caller_identity{"111122223333", "arn:aws:iam::111122223333:user/watch"})
    );
    EXPECT_EQ(
        encode_get_caller_identity(endpoint).body, "Action=GetCallerIdentity&Version=2011-06-15"
    );
}

TEST(caller_identity, without_a_whole_account_is_refused) {
    for (const char* account : {"", "11112222333", "11112222333a", "1111222233334"}) {
        const auto odd = replaced_everywhere(
            std::string(identity_answer), ">111122223333<", ">" + std::string(account) + "<"
        );
        EXPECT_FALSE(read_identity(odd)) << account;
    }
}

TEST(sts_refusal, keeps_code_request_id_and_one_line) {
    const auto why = refusal(
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/x is not authorized to perform: sts:AssumeRole on "
        "resource: arn:aws:iam::444455556666:role/&quot;watch&quot;"
    );
    EXPECT_EQ(why.kind, error_class::denied);
    EXPECT_EQ(why.remote_code, "AccessDenied");
    EXPECT_EQ(why.request_id, "r-1");
    EXPECT_EQ(
        why.detail,
        "STS: AccessDenied: User: arn:aws:iam::111122223333:user/x is not authorized to perform: "
        "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/\"watch\""
    );
}

TEST(sts_refusal, has_the_class_of_what_helps_against_it) {
    for (const char* code :
         {"AccessDenied",
          "MalformedPolicyDocument",
          "PackedPolicyTooLarge",
          "ValidationError",
          "RegionDisabledException",
          "ExpiredTokenException",
          "ExpiredToken",
          "InvalidIdentityToken",
          "IDPRejectedClaim",
          "InvalidClientTokenId",
          "SignatureDoesNotMatch"}) {
        EXPECT_EQ(refusal(400, code, "m").kind, error_class::denied) << code;
    }
    EXPECT_EQ(refusal(400, "Throttling", "m").kind, error_class::throttled);
    EXPECT_EQ(refusal(400, "IDPCommunicationError", "m").kind, error_class::transient);
    EXPECT_EQ(refusal(500, "InternalFailure", "m").kind, error_class::transient);
}

TEST(sts_refusal, that_is_not_in_xml_leaves_status_and_headers) {
    const http_response page{.status = 503, .body = "<html><hr></html>"};
    EXPECT_EQ(read_assumed_role(page).error().kind, error_class::transient);
    EXPECT_EQ(read_assumed_role(page).error().detail, "STS: HTTP 503");
    const http_response json{.status = 400, .body = R"({"__type": "Throttling"})"};
    EXPECT_EQ(read_assumed_role(json).error().kind, error_class::throttled);
}

TEST(sts_refusal, does_not_repeat_what_was_signed_or_sent) {
    const std::string token(400, 'e');
    const auto wrong = refusal(
        403,
        "SignatureDoesNotMatch",
        "Signature expired.\n\nThe Canonical String for this request should have been "
        "x-amz-security-token:" +
            token
    );
    EXPECT_EQ(wrong.detail, "STS: SignatureDoesNotMatch: Signature expired.");
    const auto echoed = refusal(400, "InvalidIdentityToken", "not a JWT: " + token);
    EXPECT_EQ(echoed.detail, "STS: InvalidIdentityToken: not a JWT: …");
}

TEST(sts_answer, that_is_cut_anywhere_is_no_answer) {
    expect_truncations_fail(role_answer, secrets, read_role);
    expect_truncations_fail(identity_answer, {}, read_identity);
}

TEST(sts_answer, with_any_byte_wrong_tells_no_secret) {
    replay_with_wrong_bytes(role_answer, secrets, read_role);
}

// What the SDKs' own suite sends and gets: each of its calls to STS, encoded and read by us.
struct published_call {
    std::string body{};
    http_response response{};
};

std::vector<published_call> published_calls() {
    std::vector<published_call> calls;
    const std::string folder = TRAINWATCH_SHARED_DIR "/vectors/provider-chain/";
    for (const char* file : {"default-cases.json", "profile-cases.json"}) {
        const auto document = read_json(folder + file);
        for (const auto& one : document.at("cases").as_array()) {
            for (const auto& exchange : one.at("traffic").as_array()) {
                const auto body = text_of(exchange.at("request"), "body");
                if (!body.starts_with("Action=")) continue;
                const auto& answered = exchange.at("response");
                calls.push_back(
                    {body,
                     {.status = static_cast<int>(answered.at("status").as_int64()),
                      .body = text_of(answered, "body")}}
                );
            }
        }
    }
    return calls;
}

std::string value_in(std::string_view body, std::string_view name) {
    const auto start = body.find("&" + std::string(name) + "=");
    if (start == std::string_view::npos) return {};
    auto value = body.substr(start + name.size() + 2);
    value = value.substr(0, value.find('&'));
    auto plain = replaced_everywhere(std::string(value), "%3A", ":");
    plain = replaced_everywhere(plain, "%0A", "\n");
    return replaced_everywhere(plain, "%2F", "/");
}

TEST(sts_call, of_the_published_suite_is_encoded_and_read) {
    if (!std::filesystem::exists(TRAINWATCH_SHARED_DIR "/vectors/provider-chain")) {
        GTEST_SKIP() << "no shared vectors beside the sources";
    }
    int read = 0;
    int refused = 0;
    for (const auto& call : published_calls()) {
        SCOPED_TRACE(call.body);
        const assumed_role role{
            .role_arn = value_in(call.body, "RoleArn"),
            .session_name = value_in(call.body, "RoleSessionName")};
        const auto token = value_in(call.body, "WebIdentityToken");
        const auto request = token.empty()
            ? encode_assume_role(endpoint, role)
            : encode_assume_role_with_web_identity(endpoint, role, token);
        EXPECT_EQ(request.body, call.body);
        const auto keys = read_assumed_role(call.response);
        EXPECT_EQ(keys.has_value(), call.response.status == 200);
        if (keys) {
            EXPECT_EQ(keys->account_id.size(), 12U);
        }
        ++(keys ? read : refused);
    }
    EXPECT_EQ(read, 14);
    EXPECT_EQ(refused, 2);
}

}  // namespace
}  // namespace trainwatch::wire::sts_test
