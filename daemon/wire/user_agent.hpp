// The User-Agent that AWS sees: who asks, from where, in which way. Never signed.
//
// Source: the form 2.1 that the SDKs send, and "Application ID" of the AWS SDKs and Tools reference
// guide. Values come from the machine and the configuration: what is not a token becomes '-'.
#pragma once

#include <string>

namespace trainwatch::wire {

struct user_agent_facts {
    std::string version{};                // ours
    std::string os_release{};             // of the kernel, "6.1.0-18-amd64"; empty: left out
    std::string machine{};                // "x86_64"; empty: left out
    std::string execution_environment{};  // AWS_EXECUTION_ENV
    std::string app_id{};                 // AWS_SDK_UA_APP_ID, else sdk_ua_app_id of the profile
};

// "trainwatchd/1.2.3 ua/2.1 os/linux#6.1 lang/c++#20 md/arch#x86_64 cfg/retry-mode#standard app/x"
std::string user_agent(const user_agent_facts& facts);

}  // namespace trainwatch::wire
