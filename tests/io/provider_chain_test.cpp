// The SDKs' provider chain suite: what each case's plan does when it is performed. Which plan a
// case has is decided in wire/; those that are decided without asking anybody are not here.
#include "tests/io/provider_chain.hpp"

namespace trainwatch::io::provider_chain_test {
namespace {

using domain::credential_plan;

credential_plan with_sts(const std::string& region, const std::string& url = "") {
    credential_plan plan;
    plan.source = "profile default";
    plan.sts = {region, url.empty() ? "https://sts." + region + ".amazonaws.com" : url};
    return plan;
}

credential_plan container(const std::string& url, const std::string& token_file = "") {
    credential_plan plan = with_sts("us-east-1");
    plan.base = domain::container_endpoint{.url = url, .token_file = token_file};
    return plan;
}

credential_plan ecs() {
    return container("http://169.254.170.2/v2/credentials/52b19262-e7aa-4f56-a1cd-b958dcde8f3b");
}

credential_plan instance(bool is_last_resort) {
    credential_plan plan = with_sts("us-east-1");
    plan.base = domain::instance_metadata{
        .url = "http://169.254.169.254", .is_last_resort = is_last_resort};
    return plan;
}

credential_plan web_identity(const std::string& region, const std::string& role) {
    credential_plan plan = with_sts(region);
    plan.base = domain::web_identity{"/token.jwt", {.role_arn = role}};
    return plan;
}

credential_plan process(std::vector<std::string> words, const std::string& account = "") {
    credential_plan plan = with_sts("us-east-1");
    plan.base = domain::credential_process{std::move(words), account};
    return plan;
}

credential_plan then(credential_plan plan, const std::string& role) {
    plan.roles.push_back({.role_arn = role});
    return plan;
}

credential_plan fake_keys(const std::string& region, const std::string& url = "") {
    credential_plan plan = with_sts(region, url);
    plan.base = domain::static_keys{{.access_key_id = "AKIAFAKE", .secret_access_key = "FAKE"}};
    return then(std::move(plan), "arn:aws:iam::123456789:role/integration-test");
}

std::string encoded_keys(const boost::json::value& one) {
    const auto& config = one.at("files").at("/home/.aws/config").as_string();
    const std::string text(config);
    const auto at = text.find("= echo ") + 7;
    return text.substr(at, text.find(' ', at) - at);
}

const std::string chained = "arn:aws:iam::130633740322:role/imds-chained-role-test";

std::map<std::string, credential_plan> default_plans() {
    return {
        {"ecs_assume_role", then(ecs(), chained)},
        {"ecs_credentials", ecs()},
        {"ecs_credentials_invalid_profile", ecs()},
        {"eks_pod_identity_credentials",
         container("http://169.254.170.23/v1/credentials", "/token.jwt")},
        {"eks_pod_identity_no_token_file",
         container("http://169.254.170.23/v1/credentials", "/token.jwt")},
        {"imds_assume_role", then(instance(false), chained)},
        {"imds_config_with_no_creds", instance(true)},
        {"imds_default_chain_error", instance(true)},
        {"imds_default_chain_retries", instance(true)},
        {"imds_default_chain_success", instance(true)},
        {"imds_no_iam_role", then(instance(false), "arn:aws:iam::123456789:role/integration-test")},
        {"imds_token_fail", then(instance(false), "arn:aws:iam::123456789:role/integration-test")},
        {"web_identity_token_env",
         web_identity("eu-west-1", "arn:aws:iam::123456789012:role/test-role")},
        {"web_identity_token_invalid_jwt",
         then(
             web_identity("us-east-1", "arn:aws:iam::123456789:role/RoleB"),
             "arn:aws:iam::123456789:role/RoleA"
         )},
        {"web_identity_token_profile",
         web_identity("us-east-1", "arn:aws:iam::1234567890123:role/RoleA")},
        {"web_identity_token_source_profile",
         then(
             web_identity("us-east-1", "arn:aws:iam::123456789012:role/s3-reader"),
             "arn:aws:iam::123456789:role/RoleA"
         )},
    };
}

std::map<std::string, credential_plan> profile_plans(const boost::json::array& cases) {
    std::map<std::string, std::string> encoded;
    for (const auto& one : cases) {
        const std::string name(one.at("name").as_string());
        if (name.starts_with("credential_process")) encoded[name] = encoded_keys(one);
    }
    const auto decode = [&](const std::string& name) {
        return process({"echo", encoded[name], "|", "base64", "--decode"}, "123456789001");
    };
    return {
        {"assume_role_override_global_env_url",
         fake_keys("us-east-1", "http://aws.global-env-override")},
        {"assume_role_override_global_profile_url",
         fake_keys("us-east-1", "http://aws.global-profile-override")},
        {"assume_role_override_service_env_url",
         fake_keys("us-east-1", "http://aws.sts-env-override")},
        {"assume_role_override_service_profile_url",
         fake_keys("us-east-1", "http://aws.service-profile-override")},
        {"credential_process", decode("credential_process")},
        {"credential_process_account_id_fallback",
         decode("credential_process_account_id_fallback")},
        {"credential_process_failure", process({"exit", "1"})},
        {"credential_process_invalid", process({"echo", "invalid json"})},
        {"e2e_assume_role", fake_keys("us-east-1")},
        {"e2e_fips_and_dual_stack_sts",
         fake_keys("us-east-1", "https://sts-fips.us-east-1.api.aws")},
        {"region_override", fake_keys("us-east-2")},
        {"retry_on_error", fake_keys("us-east-1")},
    };
}

void replay_all(
    const boost::json::array& cases, const std::map<std::string, credential_plan>& plans
) {
    std::size_t replayed = 0;
    for (const auto& one : cases) {
        const std::string name(one.at("name").as_string());
        SCOPED_TRACE(name);
        const auto plan = plans.find(name);
        if (plan == plans.end()) {
            EXPECT_TRUE(one.at("traffic").as_array().empty()) << "is asked for and has no plan";
            continue;
        }
        provider_chain_replay(one).run(plan->second);
        ++replayed;
    }
    EXPECT_EQ(replayed, plans.size());
}

TEST(ProviderChain, default_cases_make_the_recorded_requests) {
    const auto cases = read_provider_chain("default-cases.json");
    if (cases.is_null()) GTEST_SKIP() << "the shared vectors are not here";
    replay_all(cases.at("cases").as_array(), default_plans());
}

TEST(ProviderChain, profile_cases_make_the_recorded_requests) {
    const auto cases = read_provider_chain("profile-cases.json");
    if (cases.is_null()) GTEST_SKIP() << "the shared vectors are not here";
    const auto& array = cases.at("cases").as_array();
    replay_all(array, profile_plans(array));
}

}  // namespace
}  // namespace trainwatch::io::provider_chain_test
