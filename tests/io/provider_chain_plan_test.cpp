// The SDKs' provider chain suite from end to end: what variables and files say is decided, then
// performed against the recorded traffic.
#include "tests/io/provider_chain.hpp"
#include "tests/wire/credential_cases.hpp"
#include "wire/credential_plan.hpp"

namespace trainwatch::io::provider_chain_plan_test {
namespace {

wire::aws_config config_of_case(const boost::json::value& one) {
    wire::aws_variables variables;
    for (const auto& variable : one.at("env").as_object())
        variables[std::string(variable.key())] = std::string(variable.value().as_string());
    const auto text = [&](const char* path) {
        const auto* const found = one.at("files").as_object().if_contains(path);
        return found ? std::string(found->as_string()) : std::string();
    };
    return wire::config_of(
        std::move(variables), text("/home/.aws/config"), text("/home/.aws/credentials")
    );
}

// tests/README.md has these with the reason: they want a shell.
bool is_listed(std::string_view name) {
    return name == "credential_process" || name == "credential_process_account_id_fallback";
}

// The profile cases are about the profile alone: the environment's keys are not looked at.
void decide_and_replay(const std::string& file, const std::string& profile) {
    const auto cases = read_provider_chain(file);
    if (cases.is_null()) GTEST_SKIP() << "the shared vectors are not here";
    for (const auto& one : cases.at("cases").as_array()) {
        SCOPED_TRACE(one.at("name").as_string().c_str());
        wire::credential_selection selection;
        selection.profile = profile;
        if (is_listed(one.at("name").as_string())) continue;
        const auto plan = wire::plan_credentials(config_of_case(one), selection);
        if (plan) {
            provider_chain_replay(one).run(*plan);
        } else {
            // Decided without asking anybody.
            EXPECT_TRUE(one.at("result").as_object().contains("ErrorContains"))
                << plan.error().detail;
            EXPECT_TRUE(one.at("traffic").as_array().empty());
        }
    }
}

TEST(ProviderChain, default_cases_end_to_end) {
    decide_and_replay("default-cases.json", "");
}

TEST(ProviderChain, profile_cases_end_to_end) {
    decide_and_replay("profile-cases.json", "default");
}

}  // namespace
}  // namespace trainwatch::io::provider_chain_plan_test
