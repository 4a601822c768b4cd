#include "tests/simulator/credentials_test_world.hpp"

namespace trainwatch::simulator::token_service_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* scenario_text = R"(
access:
  keys:
    - {user: outsider, account: "999988887777", access_key_id: AKIAOUT, secret_access_key: s}
    - {user: idle, access_key_id: AKIAIDLE, secret_access_key: s, denies: ["sts:*"]}
  roles:
    - {arn: "arn:aws:iam::111122223333:role/watch", max_session: 2h}
    - {arn: "arn:aws:iam::111122223333:role/guarded", external_id: north, trusts: ["*"]}
    - {arn: "arn:aws:iam::111122223333:role/second",
       trusts: ["arn:aws:iam::111122223333:role/watch"], max_session: 12h}
    - {arn: "arn:aws:iam::111122223333:role/blind", denies: ["sagemaker:Describe*"]}
    - {arn: "arn:aws:iam::999988887777:role/far", trusts: ["111122223333"]}
  web_identities:
    - {token: good, roles: ["arn:aws:iam::111122223333:role/watch"]}
    - {token: over, expired: true}
jobs: [{name: a, kind: completed}]
)";

std::string role(const std::string& name) {
    return "arn:aws:iam::111122223333:role/" + name;
}

wire::parameter_list assume(const std::string& arn, wire::parameter_list more = {}) {
    wire::parameter_list form{
        {"Action", "AssumeRole"}, {"RoleArn", arn}, {"RoleSessionName", "test"}};
    form.insert(form.end(), more.begin(), more.end());
    return form;
}

class TokenService : public CredentialsWorld {
protected:
    void SetUp() override { play(scenario_text); }

    // The error's code, after a look at its document.
    std::string refusal(const exchange& reply) {
        const auto& body = reply.response.body;
        EXPECT_THAT(body, StartsWith("<ErrorResponse xmlns="));
        EXPECT_EQ(element(body, "Code"), reply.record.code);
        EXPECT_EQ(wire::find_header(reply.response.headers, "Content-Type"), "text/xml");
        EXPECT_EQ(
            element(body, "RequestId"),
            wire::find_header(reply.response.headers, "x-amzn-RequestId")
        );
        return std::to_string(reply.response.status) + " " + reply.record.code;
    }
    std::string message(const exchange& reply) { return element(reply.response.body, "Message"); }
};

TEST_F(TokenService, assumed_keys_are_good_until_they_expire) {
    const auto reply = ask_sts(assume(role("watch"), {{"DurationSeconds", "900"}}));
    ASSERT_EQ(reply.record.code, "200");
    const auto& body = reply.response.body;
    EXPECT_THAT(
        body, StartsWith("<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">")
    );
    EXPECT_EQ(element(body, "Arn"), "arn:aws:sts::111122223333:assumed-role/watch/test");
    EXPECT_THAT(element(body, "AssumedRoleId"), testing::EndsWith(":test"));
    const auto keys = keys_of_xml(body);
    EXPECT_THAT(keys.access_key_id, StartsWith("ASIA"));
    EXPECT_EQ(keys.expires, std::chrono::floor<seconds>(start + minutes(15)));
    EXPECT_EQ(describe(keys).record.code, "200");
    now_ += minutes(15);
    const auto late = describe(keys);
    EXPECT_EQ(late.record.code, "ExpiredTokenException");
    EXPECT_EQ(late.response.status, 400);
    EXPECT_EQ(refusal(ask_sts(assume(role("watch")), keys)), "403 ExpiredToken");
}

TEST_F(TokenService, the_token_belongs_to_its_keys) {
    auto keys = keys_of_xml(ask_sts(assume(role("watch"))).response.body);
    keys.session_token += "x";
    EXPECT_EQ(describe(keys).record.code, "UnrecognizedClientException");
    EXPECT_EQ(refusal(ask_sts(assume(role("watch")), keys)), "403 InvalidClientTokenId");
    keys.session_token.clear();
    EXPECT_EQ(describe(keys).record.code, "UnrecognizedClientException");
}

TEST_F(TokenService, who_is_not_trusted_is_denied) {
    const auto reply = ask_sts(assume(role("second")));
    EXPECT_EQ(refusal(reply), "403 AccessDenied");
    EXPECT_EQ(
        message(reply),
        "User: arn:aws:iam::111122223333:user/sagemaker-sim is not authorized to perform: "
        "sts:AssumeRole on resource: " +
            role("second")
    );
    const domain::aws_credentials outsider{.access_key_id = "AKIAOUT", .secret_access_key = "s"};
    EXPECT_EQ(refusal(ask_sts(assume(role("watch")), outsider)), "403 AccessDenied");
    const domain::aws_credentials idle{.access_key_id = "AKIAIDLE", .secret_access_key = "s"};
    EXPECT_EQ(refusal(ask_sts(assume(role("watch")), idle)), "403 AccessDenied");
    EXPECT_EQ(refusal(ask_sts(assume(role("nowhere")))), "403 AccessDenied");
    EXPECT_EQ(ask_sts(assume("arn:aws:iam::999988887777:role/far")).record.code, "200");
}

TEST_F(TokenService, the_external_id_must_be_the_right_one) {
    EXPECT_EQ(refusal(ask_sts(assume(role("guarded")))), "403 AccessDenied");
    EXPECT_EQ(
        refusal(ask_sts(assume(role("guarded"), {{"ExternalId", "south"}}))), "403 AccessDenied"
    );
    EXPECT_EQ(ask_sts(assume(role("guarded"), {{"ExternalId", "north"}})).record.code, "200");
    // Where none is wanted, one does no harm.
    EXPECT_EQ(ask_sts(assume(role("watch"), {{"ExternalId", "north"}})).record.code, "200");
}

TEST_F(TokenService, a_chain_of_roles_ends_after_an_hour) {
    const auto first =
        keys_of_xml(ask_sts(assume(role("watch"), {{"DurationSeconds", "7200"}})).response.body);
    const auto reply = ask_sts(assume(role("second"), {{"DurationSeconds", "3601"}}), first);
    EXPECT_EQ(refusal(reply), "400 ValidationError");
    EXPECT_THAT(
        message(reply), HasSubstr("1 hour session limit for roles assumed by role chaining")
    );
    const auto second = ask_sts(assume(role("second"), {{"DurationSeconds", "3600"}}), first);
    EXPECT_EQ(
        keys_of_xml(second.response.body).expires, std::chrono::floor<seconds>(start + hours(1))
    );
    EXPECT_THAT(
        message(ask_sts(assume(role("watch"), {{"DurationSeconds", "7201"}}))),
        HasSubstr("exceeds the MaxSessionDuration")
    );
}

TEST_F(TokenService, all_that_is_wrong_is_told_at_once) {
    const auto reply = ask_sts(
        {{"Action", "AssumeRole"},
         {"RoleArn", "short"},
         {"RoleSessionName", "a b"},
         {"ExternalId", "x"},
         {"DurationSeconds", "899"}}
    );
    EXPECT_EQ(refusal(reply), "400 ValidationError");
    const auto text = message(reply);
    EXPECT_THAT(text, StartsWith("4 validation errors detected: Value 'short' at 'roleArn'"));
    EXPECT_THAT(
        text,
        HasSubstr("Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
                  "Member must satisfy regular expression pattern: [\\w+=,.@-]*")
    );
    EXPECT_THAT(text, HasSubstr("Value 'x' at 'externalId'"));
    EXPECT_THAT(text, HasSubstr("'899' at 'durationSeconds'"));
    EXPECT_THAT(
        message(ask_sts({{"Action", "AssumeRole"}, {"RoleSessionName", "ab"}})),
        HasSubstr("Value null at 'roleArn' failed to satisfy constraint: Member must not be null")
    );
    EXPECT_THAT(
        message(ask_sts(assume("arn:aws:iam::111122223333:user/someone"))), HasSubstr("is invalid")
    );
}

TEST_F(TokenService, a_web_identity_needs_no_signature) {
    const auto form = [](const std::string& token, const std::string& arn) {
        return wire::parameter_list{
            {"Action", "AssumeRoleWithWebIdentity"},
            {"RoleArn", arn},
            {"RoleSessionName", "pod"},
            {"WebIdentityToken", token}};
    };
    const auto reply = ask_sts(form("good", role("watch")), {});
    ASSERT_EQ(reply.record.code, "200");
    EXPECT_EQ(element(reply.response.body, "Audience"), "sts.amazonaws.com");
    EXPECT_EQ(describe(keys_of_xml(reply.response.body)).record.code, "200");
    EXPECT_EQ(refusal(ask_sts(form("other", role("watch")), {})), "400 InvalidIdentityToken");
    EXPECT_EQ(refusal(ask_sts(form("over", role("watch")), {})), "400 ExpiredTokenException");
    EXPECT_EQ(refusal(ask_sts(form("good", role("second")), {})), "403 AccessDenied");
    EXPECT_EQ(refusal(ask_sts(form("x", role("watch")), {})), "400 ValidationError");
}

TEST_F(TokenService, everybody_may_ask_who_he_is) {
    const auto reply = ask_sts({{"Action", "GetCallerIdentity"}});
    EXPECT_EQ(element(reply.response.body, "Account"), "111122223333");
    EXPECT_EQ(element(reply.response.body, "Arn"), "arn:aws:iam::111122223333:user/sagemaker-sim");
}

TEST_F(TokenService, signatures_are_refused_in_the_words_of_the_query_protocol) {
    const auto who = wire::parameter_list{{"Action", "GetCallerIdentity"}};
    EXPECT_EQ(refusal(ask_sts(who, {})), "403 MissingAuthenticationToken");
    auto wrong = own_keys;
    wrong.secret_access_key = "other";
    EXPECT_EQ(refusal(ask_sts(who, wrong)), "403 SignatureDoesNotMatch");
    EXPECT_EQ(
        refusal(ask_sts(who, own_keys, "sts.us-east-1.amazonaws.com")), "403 SignatureDoesNotMatch"
    );
    wrong.access_key_id = "AKIX";
    EXPECT_EQ(refusal(ask_sts(who, wrong)), "403 InvalidClientTokenId");
    EXPECT_EQ(refusal(ask_sts({{"Action", "GetFederationToken"}})), "400 InvalidAction");
}

TEST_F(TokenService, a_role_may_lack_a_permission) {
    const auto keys = keys_of_xml(ask_sts(assume(role("blind"))).response.body);
    const auto reply = describe(keys);
    EXPECT_EQ(reply.record.code, "AccessDeniedException");
    EXPECT_THAT(
        reply.response.body,
        HasSubstr("User: arn:aws:sts::111122223333:assumed-role/blind/test is not authorized to "
                  "perform: sagemaker:DescribeTrainingJob on resource: "
                  "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a because no "
                  "identity-based policy allows the sagemaker:DescribeTrainingJob action")
    );
}

TEST_F(TokenService, an_account_sees_its_own_jobs) {
    play(R"(
access: {roles: [{arn: "arn:aws:iam::999988887777:role/far", trusts: ["*"]}]}
jobs:
  - {name: a, kind: completed}
  - {name: a, kind: failed, account: "999988887777"}
  - {name: far-away, kind: failed, account: "999988887777"}
)");
    const auto far =
        keys_of_xml(ask_sts(assume("arn:aws:iam::999988887777:role/far")).response.body);
    EXPECT_EQ(describe(own_keys, "far-away").record.code, "ValidationException");
    EXPECT_EQ(describe(far, "far-away").record.code, "200");
    const std::string arn = ":sagemaker:eu-west-1:999988887777:training-job/a";
    EXPECT_THAT(describe(far).response.body, HasSubstr(arn));
    EXPECT_THAT(describe(own_keys).response.body, testing::Not(HasSubstr(arn)));
    // One clock moves both.
    steer("PUT", "/clock", R"({"advance":"3h"})");
    EXPECT_THAT(describe(far).response.body, HasSubstr(R"("TrainingJobStatus":"Failed")"));
    EXPECT_THAT(describe(own_keys).response.body, HasSubstr(R"("TrainingJobStatus":"Completed")"));
    const auto truth = told("/truth");
    ASSERT_EQ(truth.at("jobs").as_array().size(), 3U);
    EXPECT_EQ(truth.at("jobs").at(2).at("account"), "999988887777");
}

TEST_F(TokenService, faults_come_in_its_own_words) {
    steer("PUT", "/faults", R"({"service":"sts","kind":"throttle","next":1})");
    EXPECT_EQ(refusal(ask_sts(assume(role("watch")))), "400 Throttling");
    // Another service's faults are not its own.
    steer("PUT", "/faults", R"({"kind":"status","status":500})");
    EXPECT_EQ(ask_sts(assume(role("watch"))).record.code, "200");
    steer("PUT", "/faults", R"({"service":"sts","role":"*/watch","kind":"status","status":503})");
    EXPECT_EQ(ask_sts(assume(role("watch"))).response.status, 503);
    EXPECT_EQ(refusal(ask_sts(assume(role("second")))), "403 AccessDenied");
    steer("PUT", "/faults", R"({"service":"sts","kind":"brief_keys","lifetime":"30s"})");
    const auto keys = keys_of_xml(ask_sts(assume(role("watch"))).response.body);
    EXPECT_EQ(keys.expires, std::chrono::floor<seconds>(start + seconds(30)));
}

}  // namespace
}  // namespace trainwatch::simulator::token_service_test
