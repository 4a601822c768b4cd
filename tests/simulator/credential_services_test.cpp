#include "tests/simulator/credentials_test_world.hpp"

namespace trainwatch::simulator::credential_services_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* scenario_text = R"(
access:
  roles: [{arn: "arn:aws:iam::111122223333:role/path/node"}]
  instance_metadata: {role: "arn:aws:iam::111122223333:role/path/node", session: 2h}
  container: {role: "arn:aws:iam::111122223333:role/path/node", path: /keys, authorization: t0}
  sso: {token: login, role: Watcher}
jobs: [{name: a, kind: completed}]
)";
const std::string keys_path = "/latest/meta-data/iam/security-credentials/";

class CredentialServices : public CredentialsWorld {
protected:
    void SetUp() override { play(scenario_text); }

    exchange put_token(const std::string& ttl) {
        wire::http_request request{.method = "PUT", .target = "/latest/api/token"};
        if (!ttl.empty()) {
            request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", ttl}};
        }
        return cloud_->metadata().answer(request, now_);
    }
    exchange look(const std::string& target, const std::string& token) {
        wire::http_request request{.target = target};
        if (!token.empty()) request.headers = {{"X-aws-ec2-metadata-token", token}};
        return cloud_->metadata().answer(request, now_);
    }
    std::string token() { return put_token("21600").response.body; }
    domain::aws_credentials instance_keys() {
        return keys_of_json(look(keys_path + "node", token()).response.body);
    }

    exchange container(const std::string& authorization, const std::string& path = "/keys") {
        wire::http_request request{.target = path};
        if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
        return cloud_->container().answer(request, now_);
    }

    exchange portal(const std::string& bearer, const std::string& query) {
        const wire::http_request request{
            .target = "/federation/credentials?" + query,
            .headers = {{"x-amz-sso_bearer_token", bearer}}};
        return cloud_->answer(request, now_);
    }
};

// ---- instance metadata --------------------------------------------------------------------------

TEST_F(CredentialServices, metadata_wants_a_token_that_is_not_over) {
    EXPECT_EQ(look(keys_path, "").response.status, 401);
    EXPECT_EQ(look(keys_path, "guess").response.status, 401);
    const auto made = put_token("60");
    EXPECT_EQ(
        wire::find_header(made.response.headers, "X-aws-ec2-metadata-token-ttl-seconds"), "60"
    );
    EXPECT_EQ(look(keys_path, made.response.body).response.body, "node");
    now_ += seconds(60);
    EXPECT_EQ(look(keys_path, made.response.body).response.status, 401);
    for (const auto* ttl : {"", "0", "21601", "soon"})
        EXPECT_EQ(put_token(ttl).response.status, 400) << ttl;
    const auto fresh = token();
    EXPECT_EQ(steer("DELETE", "/imds/tokens").status, 200);
    EXPECT_EQ(look(keys_path, fresh).response.status, 401);
}

TEST_F(CredentialServices, metadata_tells_where_it_is_and_who) {
    const auto by = token();
    EXPECT_EQ(look("/latest/meta-data/placement/region", by).response.body, "eu-west-1");
    EXPECT_EQ(
        look("/latest/meta-data/placement/availability-zone", by).response.body, "eu-west-1a"
    );
    EXPECT_EQ(look(keys_path + "other", by).response.status, 404);
    EXPECT_EQ(look("/latest/meta-data/mac", by).response.status, 404);
    const auto document = look(keys_path + "node", by).response.body;
    EXPECT_THAT(document, HasSubstr(R"("Code":"Success")"));
    const auto keys = keys_of_json(document);
    EXPECT_EQ(keys.expires, std::chrono::floor<seconds>(start + hours(2)));
    EXPECT_EQ(describe(keys).record.code, "200");
}

TEST_F(CredentialServices, metadata_keys_stay_until_they_are_half_over) {
    const auto first = instance_keys();
    now_ += minutes(59);
    EXPECT_EQ(instance_keys(), first);
    now_ += minutes(1);
    const auto second = instance_keys();
    EXPECT_NE(second.access_key_id, first.access_key_id);
    // The old ones are good for the rest of their time.
    EXPECT_EQ(describe(first).record.code, "200");
    steer("POST", "/imds/rotate");
    EXPECT_NE(instance_keys().access_key_id, second.access_key_id);
    now_ += hours(1);
    EXPECT_EQ(describe(first).record.code, "ExpiredTokenException");
}

TEST_F(CredentialServices, metadata_may_have_nothing_newer_than_what_is_over) {
    const auto first = instance_keys();
    steer("PUT", "/faults", R"({"service":"imds","kind":"expired_keys"})");
    const auto stale = instance_keys();
    EXPECT_EQ(stale.access_key_id, first.access_key_id);
    EXPECT_EQ(stale.expires, std::chrono::floor<seconds>(now_ - hours(1)));
    EXPECT_EQ(describe(stale).record.code, "200");
}

TEST_F(CredentialServices, metadata_can_be_off_silent_or_in_trouble) {
    steer(
        "PUT", "/faults", R"({"service":"imds","operation":"Token","kind":"status","status":403})"
    );
    EXPECT_EQ(put_token("60").response.status, 403);
    steer("PUT", "/faults", R"({"service":"imds","operation":"Token","kind":"hang"})");
    EXPECT_EQ(put_token("60").how, delivery::never);
    steer("PUT", "/faults", R"({"service":"imds","operation":"Credentials","kind":"error",
        "code":"AssumeRoleUnauthorizedAccess","message":"EC2 cannot assume the role"})");
    const auto refused = look(keys_path + "node", token());
    EXPECT_EQ(refused.response.status, 200);
    EXPECT_THAT(refused.response.body, HasSubstr(R"("Code":"AssumeRoleUnauthorizedAccess")"));
    play("{access: {instance_metadata: {enabled: false}}, jobs: []}");
    EXPECT_EQ(put_token("60").response.status, 403);
    play("jobs: []");
    EXPECT_EQ(look(keys_path, token()).response.status, 404);
}

TEST_F(CredentialServices, the_extended_path_is_there_when_wanted) {
    const std::string extended = "/latest/meta-data/iam/security-credentials-extended/";
    EXPECT_EQ(look(extended, token()).response.status, 404);
    play(R"({access: {roles: [{arn: "arn:aws:iam::111122223333:role/node"}], instance_metadata:
        {role: "arn:aws:iam::111122223333:role/node", extended: true}}, jobs: []})");
    EXPECT_EQ(look(extended, token()).response.body, "node");
    EXPECT_THAT(
        look(extended + "node", token()).response.body, HasSubstr(R"("AccountId":"111122223333")")
    );
}

// ---- containers, the portal ---------------------------------------------------------------------

TEST_F(CredentialServices, a_container_shows_its_token) {
    const auto reply = container("t0");
    ASSERT_EQ(reply.response.status, 200);
    EXPECT_THAT(reply.response.body, HasSubstr(R"("AccountId":"111122223333")"));
    EXPECT_THAT(
        reply.response.body, HasSubstr(R"("RoleArn":"arn:aws:iam::111122223333:role/path/)")
    );
    EXPECT_EQ(describe(keys_of_json(reply.response.body)).record.code, "200");
    EXPECT_EQ(container("").response.status, 401);
    EXPECT_EQ(container("t1").record.code, "InvalidTokenException");
    EXPECT_EQ(container("t0", "/other").response.status, 404);
    EXPECT_EQ(steer("PUT", "/container", R"({"authorization":"t1"})").status, 200);
    EXPECT_EQ(container("t1").response.status, 200);
    EXPECT_EQ(container("t0").response.status, 401);
    EXPECT_EQ(steer("PUT", "/container", "{}").status, 400);
}

TEST_F(CredentialServices, a_login_opens_the_portal_until_it_is_over) {
    const std::string query = "account_id=111122223333&role_name=Watcher";
    const auto reply = portal("login", query);
    ASSERT_EQ(reply.response.status, 200);
    const auto keys = boost::json::parse(reply.response.body).at("roleCredentials").as_object();
    const auto text = [&](const char* name) {
        return boost::json::value_to<std::string>(keys.at(name));
    };
    const domain::aws_credentials made{
        .access_key_id = text("accessKeyId"),
        .secret_access_key = text("secretAccessKey"),
        .session_token = text("sessionToken")};
    EXPECT_EQ(describe(made).record.code, "200");
    EXPECT_EQ(
        keys.at("expiration"), unix_milliseconds(std::chrono::floor<seconds>(start + hours(1)))
    );
    EXPECT_EQ(portal("other", query).response.status, 401);
    EXPECT_EQ(
        portal("login", "account_id=111122223333&role_name=X").record.code, "ForbiddenException"
    );
    EXPECT_EQ(portal("login", "account_id=111122223333").record.code, "InvalidRequestException");
    EXPECT_EQ(steer("PUT", "/portal", R"({"expired":true})").status, 200);
    const auto late = portal("login", query);
    EXPECT_EQ(late.response.status, 401);
    EXPECT_EQ(
        wire::find_header(late.response.headers, "x-amzn-ErrorType"), "UnauthorizedException"
    );
}

// ---- the control port ---------------------------------------------------------------------------

TEST_F(CredentialServices, the_control_port_tells_who_fetched_what) {
    const auto keys = instance_keys();
    describe(keys);
    const auto told_all = told("/credentials");
    std::vector<std::string> calls;
    for (const auto& call : told_all.at("calls").as_array()) {
        calls.push_back(boost::json::value_to<std::string>(call.at("operation")));
    }
    EXPECT_THAT(calls, ElementsAre("Token", "Credentials"));
    EXPECT_EQ(told_all.at("calls").at(1).at("issued"), boost::json::string(keys.access_key_id));
    const auto& ring = told_all.at("keys").as_array();
    ASSERT_EQ(ring.size(), 2U);
    const auto& issued = ring[1].as_object();
    EXPECT_EQ(issued.at("uses"), 1);
    EXPECT_EQ(issued.at("valid"), true);
    EXPECT_EQ(issued.at("source"), "imds");
    const auto text = boost::json::serialize(told_all);
    EXPECT_EQ(text.find(keys.secret_access_key), std::string::npos);
    EXPECT_EQ(text.find(keys.session_token), std::string::npos);
    // SageMaker's own counts know nothing of it.
    const auto requests = told("/requests");
    EXPECT_EQ(requests.at("total"), 1);
    EXPECT_EQ(requests.at("services").at("imds").at("Credentials").at("200"), 1);
}

TEST_F(CredentialServices, calls_that_are_under_way_together_are_counted) {
    const auto most = [&] {
        return told("/credentials")
            .at("under_way")
            .at("container.Credentials")
            .at("most")
            .as_int64();
    };
    { const auto alone = container("t0"); }
    { const auto alone = container("t0"); }
    EXPECT_EQ(most(), 1);
    const auto first = container("t0");
    const auto second = container("t0");
    EXPECT_EQ(most(), 2);
    steer("DELETE", "/requests");
    EXPECT_EQ(most(), 2);
}

TEST_F(CredentialServices, keys_age_expire_and_are_revoked_by_hand) {
    const auto keys = instance_keys();
    steer("PUT", "/clock", R"({"advance_keys":"119m"})");
    EXPECT_EQ(describe(keys).record.code, "200");
    steer("PUT", "/clock", R"({"advance_keys":"1m"})");
    EXPECT_EQ(describe(keys).record.code, "ExpiredTokenException");
    const auto fresh = instance_keys();
    EXPECT_EQ(fresh.expires, std::chrono::floor<seconds>(now_ + hours(2)));
    EXPECT_EQ(describe(fresh).record.code, "200");
    EXPECT_EQ(steer("POST", "/credentials/" + fresh.access_key_id + "/expire").status, 200);
    EXPECT_EQ(describe(fresh).record.code, "ExpiredTokenException");
    EXPECT_EQ(steer("DELETE", "/credentials/AKID").status, 200);
    EXPECT_EQ(describe(own_keys).record.code, "UnrecognizedClientException");
    EXPECT_EQ(steer("DELETE", "/credentials/nobody").status, 404);
    // Jobs' time and keys' time are two.
    EXPECT_EQ(told("/clock").at("scenario_seconds"), 0);
}

TEST(AccessScenario, every_mistake_is_told_with_its_place) {
    const auto read = read_scenario(
        R"(access:
  roles: [{arn: nonsense}, {arm: x}]
  keys: [{user: a}]
  container: {role: "arn:aws:iam::111122223333:role/none", path: keys}
  proxi: {}
jobs: []
)",
        "file.yaml",
        "eu-west-1"
    );
    EXPECT_THAT(
        read.errors,
        testing::IsSupersetOf(
            {HasSubstr("file.yaml:2:11: access.roles[0]: a role has an arn such as"),
             HasSubstr("\"arm\" is not a key of a role (did you mean \"arn\"?)"),
             HasSubstr("access.keys[0]: a key has access_key_id and secret_access_key"),
             HasSubstr("access.container: path starts with /"),
             HasSubstr("access.container: \"arn:aws:iam::111122223333:role/none\" is not one of"),
             HasSubstr("\"proxi\" is not a key of access (did you mean \"proxy\"?)")}
        )
    );
}

}  // namespace
}  // namespace trainwatch::simulator::credential_services_test
