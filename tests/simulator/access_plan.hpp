// Who may do what in the simulated AWS, and where keys come from: the scenario's section `access`.
//
// Values only; README.md describes the keys. Lengths are real time, whatever the speed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/credentials.hpp"
#include "tests/simulator/key_ring.hpp"

namespace trainwatch::simulator {

// A user's long-term keys, or temporary ones that are simply there.
struct key_plan {
    std::string user = "sagemaker-sim";
    std::string account{};  // empty: the simulator's
    domain::aws_credentials keys{};
    std::vector<std::string> denies{};
};

struct role_plan {
    std::string arn{};
    // ARNs of users and roles, accounts, or "*". Empty: everybody in the role's account.
    std::vector<std::string> trusts{};
    std::string external_id{};  // empty: none is wanted
    milliseconds max_session = std::chrono::hours(1);
    // What every session lasts, whatever was asked for.
    std::optional<milliseconds> session{};
    std::vector<std::string> denies{};

    std::string account() const;  // the fifth field of the ARN
    std::string name() const;     // behind its last slash
};

// A token that an identity provider has issued.
struct web_identity_plan {
    std::string token{};
    std::string subject = "system:serviceaccount:monitoring:trainwatchd";
    std::string audience = "sts.amazonaws.com";
    std::string provider = "arn:aws:iam::111122223333:oidc-provider/oidc.example";
    std::vector<std::string> roles{};  // ARNs; empty: any role
    bool expired = false;
};

struct instance_plan {
    std::string role{};  // ARN of one of `roles`; empty: the instance has none
    std::string region{};
    std::string availability_zone{};
    milliseconds session = std::chrono::hours(6);
    bool enabled = true;
    bool extended = false;  // has …/iam/security-credentials-extended/
    // As of a role that does not trust EC2: answered instead of keys.
    std::string refusal{};
};

struct container_plan {
    std::string role{};  // ARN; empty: no container has credentials
    std::string path = "/v2/credentials/sagemaker-sim";
    std::string authorization{};  // empty: none is wanted
    milliseconds session = std::chrono::hours(6);
};

struct portal_plan {
    std::string token{};  // empty: nobody has logged in
    std::string account{};
    std::string role = "ReadOnly";  // a permission set's name
    milliseconds session = std::chrono::hours(1);
    bool expired = false;
    std::vector<std::string> denies{};
};

struct proxy_plan {
    std::string user{};  // empty: whoever comes
    std::string password{};
    std::string scheme = "Basic";  // what a 407 offers
    // Globs beside the names of the certificate.
    std::vector<std::string> hosts{};
    std::vector<std::string> forbidden{};
};

struct access_plan {
    std::vector<key_plan> keys{};
    std::vector<role_plan> roles{};
    std::vector<web_identity_plan> web_identities{};
    instance_plan instance{};
    container_plan container{};
    portal_plan portal{};
    proxy_plan proxy{};
    std::vector<std::string> names{};  // more DNS names in the certificate

    const role_plan* find_role(std::string_view arn) const;
};

principal user_of(const key_plan& plan);
// Who a role's session speaks for.
principal session_of(const role_plan& role, const std::string& session_name);
// True when one of `trusted` is this principal, its role or its account.
bool trusts(const role_plan& role, const principal& who);

}  // namespace trainwatch::simulator
