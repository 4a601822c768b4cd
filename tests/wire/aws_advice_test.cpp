#include "wire/aws_advice.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::aws_advice_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using policy = access_denial::policy;

constexpr advice_context asked{
    "sagemaker:DescribeTrainingJob", "eu-west-1", "api.sagemaker.eu-west-1.amazonaws.com", {}};

failure denied(std::string code, std::string message) {
    failure why;
    why.kind = error_class::denied;
    why.detail = code + ": " + std::move(message);
    why.remote_code = std::move(code);
    return why;
}

failure unheard(error_class kind, std::string detail) {
    failure why;
    why.kind = kind;
    why.detail = std::move(detail);
    return why;
}

// As AWS words it; the tail differs by the policy that decided.
std::string sentence(const std::string& tail) {
    return "User: arn:aws:sts::111122223333:assumed-role/watch/i-0abc is not authorized to "
           "perform: sagemaker:DescribeTrainingJob on resource: "
           "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet " +
        tail;
}

TEST(access_denial, is_read_from_every_wording_of_aws) {
    struct wording {
        const char* tail;
        policy decided_by;
        bool is_explicit;
    };
    const std::string action = " the sagemaker:DescribeTrainingJob action";
    const wording wordings[] = {
        {"because no identity-based policy allows", policy::identity, false},
        {"because no service control policy allows", policy::organization, false},
        {"because no resource control policy allows", policy::organization, false},
        {"because no permissions boundary allows", policy::boundary, false},
        {"because no VPC endpoint policy allows", policy::endpoint, false},
        {"because no session policy allows", policy::session, false},
        {"because no resource-based policy allows", policy::resource, false},
        {"with an explicit deny in an identity-based policy", policy::identity, true},
        {"with an explicit deny in a service control policy", policy::organization, true},
        {"with an explicit deny in a VPC endpoint policy", policy::endpoint, true},
        {"with an explicit deny", policy::unnamed, true},
    };
    for (const auto& each : wordings) {
        SCOPED_TRACE(each.tail);
        const auto tail = each.is_explicit ? each.tail : each.tail + action;
        const auto read = read_access_denial(sentence(tail));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->who, "arn:aws:sts::111122223333:assumed-role/watch/i-0abc");
        EXPECT_EQ(read->action, "sagemaker:DescribeTrainingJob");
        EXPECT_EQ(read->resource, "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet");
        EXPECT_EQ(read->decided_by, each.decided_by);
        EXPECT_EQ(read->is_explicit, each.is_explicit);
    }
}

TEST(access_denial, is_read_where_aws_says_less) {
    const auto bare = read_access_denial(
        "User: arn:aws:iam::1:user/a is not authorized to "
        "perform: sagemaker:ListTrainingJobs"
    );
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->action, "sagemaker:ListTrainingJobs");
    EXPECT_EQ(bare->resource, "");
    EXPECT_EQ(bare->decided_by, policy::unnamed);
    const auto web = read_access_denial("Not authorized to perform: sts:AssumeRoleWithWebIdentity");
    ASSERT_TRUE(web);
    EXPECT_EQ(web->action, "sts:AssumeRoleWithWebIdentity");
    EXPECT_FALSE(read_access_denial("Rate exceeded"));
    EXPECT_FALSE(read_access_denial(""));
}

TEST(access_denial, names_the_statement_that_is_missing_as_json_on_one_line) {
    const auto read = read_access_denial(sentence("because no identity-based policy allows it"));
    const auto text = missing_statement(*read);
    const auto json = boost::json::parse(text);
    EXPECT_EQ(json.at("Effect"), "Allow");
    EXPECT_EQ(json.at("Action"), "sagemaker:DescribeTrainingJob");
    EXPECT_EQ(json.at("Resource"), "arn:aws:sagemaker:eu-west-1:111122223333:training-job/*");
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_THAT(missing_statement({"", "sagemaker:ListTrainingJobs"}), HasSubstr(R"("*")"));
}

// With the ARN of AWS' sentence, lists would stay denied.
TEST(access_denial, of_a_list_is_cured_by_every_resource_alone) {
    const std::string jobs = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/*";
    const auto list =
        boost::json::parse(missing_statement({"", "sagemaker:ListTrainingJobs", jobs}));
    EXPECT_EQ(list.at("Resource"), "*");
    const auto tags = boost::json::parse(
        missing_statement({"", "sagemaker:ListTags", jobs.substr(0, jobs.size() - 1) + "resnet"})
    );
    EXPECT_EQ(tags.at("Action"), "sagemaker:ListTags");
    EXPECT_EQ(tags.at("Resource").as_string(), jobs);
}

TEST(advice, on_a_denied_list_gives_the_statement_even_where_aws_names_no_resource) {
    auto list = asked;
    list.action = "sagemaker:ListTrainingJobs";
    EXPECT_EQ(
        advise(denied("AccessDeniedException", "User: x may not"), list),
        "allow sagemaker:ListTrainingJobs to these keys: "
        R"({"Effect":"Allow","Action":"sagemaker:ListTrainingJobs","Resource":"*"})"
    );
}

TEST(advice, on_a_missing_permission_says_who_needs_which_statement) {
    const auto cure = advise(
        denied("AccessDeniedException", sentence("because no identity-based policy allows it")),
        asked
    );
    EXPECT_EQ(
        cure,
        "allow sagemaker:DescribeTrainingJob to the role watch: "
        R"({"Effect":"Allow","Action":"sagemaker:DescribeTrainingJob",)"
        R"("Resource":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/*"})"
    );
}

TEST(advice, on_a_denial_in_other_words_names_the_action_all_the_same) {
    EXPECT_EQ(
        advise(denied("AccessDeniedException", "User: x may not"), asked),
        "allow sagemaker:DescribeTrainingJob to these keys"
    );
}

TEST(advice, on_an_explicit_deny_promises_nothing_of_an_allow) {
    const auto cure = advise(
        denied(
            "AccessDeniedException",
            sentence("with an explicit deny in a service control policy: arn:aws:organizations::1")
        ),
        asked
    );
    EXPECT_THAT(cure, HasSubstr("a Deny in a control policy of the organization"));
    EXPECT_THAT(cure, Not(HasSubstr("Effect")));
}

TEST(advice, on_a_boundary_says_that_it_has_to_allow_it_as_well) {
    const auto cure = advise(
        denied("AccessDenied", sentence("because no permissions boundary allows it")), asked
    );
    EXPECT_THAT(cure, HasSubstr("the permissions boundary of the role watch has to allow"));
}

TEST(advice, on_a_role_that_may_not_be_assumed_names_both_policies) {
    const auto cure = advise(
        denied(
            "AccessDenied",
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/read"
        ),
        {"sts:AssumeRole", "eu-west-1", "sts.eu-west-1.amazonaws.com", {}}
    );
    EXPECT_THAT(
        cure,
        AllOf(
            HasSubstr("allow sts:AssumeRole to the user ann: "),
            HasSubstr(R"("Resource":"arn:aws:iam::444455556666:role/read")"),
            HasSubstr("trust policy of the role name arn:aws:iam::111122223333:user/ann")
        )
    );
    EXPECT_THAT(
        advise(
            denied("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
            {"sts:AssumeRoleWithWebIdentity", "eu-west-1", "", {}}
        ),
        HasSubstr("issuer, subject and audience")
    );
}

TEST(advice, on_keys_tells_the_wrong_ones_from_those_that_expired) {
    // Keys of a person, or keys that somebody should have renewed: it holds for both.
    EXPECT_THAT(
        advise(denied("ExpiredTokenException", "The security token is expired"), asked),
        AllOf(HasSubstr("sign in again"), HasSubstr("why they were not renewed (no_credentials)"))
    );
    const auto unknown = denied("UnrecognizedClientException", "The security token is invalid.");
    EXPECT_THAT(advise(unknown, asked), HasSubstr("AWS_ACCESS_KEY_ID"));
    EXPECT_THAT(advise(unknown, asked), Not(HasSubstr("enabled")));
    auto young = asked;
    young.region = "mx-central-1";
    EXPECT_THAT(advise(unknown, young), HasSubstr("not enabled the region mx-central-1"));
    young.region = "us-gov-west-1";
    EXPECT_THAT(advise(unknown, young), Not(HasSubstr("enabled")));
    EXPECT_THAT(
        advise(
            denied(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided."
            ),
            asked
        ),
        HasSubstr("AWS_SECRET_ACCESS_KEY")
    );
    EXPECT_THAT(
        advise(denied("OptInRequired", "not subscribed"), asked),
        HasSubstr("enable the region eu-west-1")
    );
}

TEST(advice, on_the_region_is_not_about_keys) {
    const auto cure = advise(
        denied("InvalidSignatureException", "Credential should be scoped to a valid region."), asked
    );
    EXPECT_EQ(
        cure,
        "the region eu-west-1 is not that of the endpoint api.sagemaker.eu-west-1.amazonaws.com: "
        "check the region and the endpoint's URL"
    );
}

TEST(advice, on_the_clock_says_how_far_it_is_off) {
    const auto early = denied(
        "InvalidSignatureException",
        "Signature expired: 20261126T040000Z is now earlier than 20261126T042500Z"
    );
    EXPECT_EQ(advise(early, asked), "check this machine's clock");
    auto measured = asked;
    measured.clock_offset = std::chrono::minutes(30);
    EXPECT_EQ(advise(early, measured), "set this machine's clock: it is 30m behind AWS'");
    measured.clock_offset = -milliseconds(90'400);
    EXPECT_THAT(
        advise(denied("RequestTimeTooSkewed", "too large"), measured), HasSubstr("1m30s ahead")
    );
    const auto late = denied("SignatureDoesNotMatch", "Signature not yet current: 1 is later");
    EXPECT_THAT(advise(late, asked), HasSubstr("clock"));
}

TEST(advice, on_the_network_names_what_stands_in_the_way) {
    using kind = error_class;
    EXPECT_THAT(
        advise(unheard(kind::transient, "looking up x: Host not found"), asked),
        HasSubstr("the region eu-west-1, the endpoint's URL and this machine's name service")
    );
    EXPECT_THAT(
        advise(unheard(kind::transient, "connecting to x:443: refused"), asked),
        HasSubstr("firewall")
    );
    EXPECT_THAT(
        advise(unheard(kind::transient, "asking x timed out"), asked), HasSubstr("network")
    );
    EXPECT_THAT(advise(unheard(kind::denied, "HTTP 407"), asked), HasSubstr("user and password"));
    EXPECT_THAT(
        advise(unheard(kind::denied, "proxy p:3128 refused CONNECT: HTTP 403"), asked),
        HasSubstr("NO_PROXY")
    );
    EXPECT_THAT(
        advise(unheard(kind::denied, "certificate of x is not trusted: self (issuer y)"), asked),
        HasSubstr("AWS_CA_BUNDLE")
    );
    EXPECT_THAT(advise(unheard(kind::malformed, "no JSON"), asked), HasSubstr("no answer of AWS'"));
    EXPECT_THAT(
        advise(unheard(kind::throttled, "ThrottlingException: Rate exceeded"), asked),
        HasSubstr("quota")
    );
}

TEST(advice, is_silent_where_nobody_can_do_anything) {
    EXPECT_EQ(advise(unheard(error_class::transient, "HTTP 503"), asked), "");
    EXPECT_EQ(advise(unheard(error_class::not_found, "ResourceNotFound: no"), asked), "");
}

}  // namespace
}  // namespace trainwatch::wire::aws_advice_test
