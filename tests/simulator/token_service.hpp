// The simulated STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity. Query protocol, form
// in and XML out, without a socket.
//
// Source: the STS API reference for operations, bounds and error codes. Which roles there are, who
// may take them on and which web identities are good is the scenario's (access_plan).
#pragma once

#include <string>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/backstage.hpp"
#include "tests/simulator/sigv4_check.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

class token_service {
public:
    // All outlive it.
    token_service(backstage& shared, sigv4_check& check, const access_plan& plan);

    // What asks for it: a form.
    static bool is_for(const wire::http_request& request);
    exchange answer(const wire::http_request& request, wall_time now);

private:
    struct call;
    api_result<std::string> serve(const call& of);
    api_result<std::string> assume_role(const call& of);
    api_result<std::string> assume_role_with_web_identity(const call& of);
    api_result<std::string> caller_identity(const call& of);
    // <Credentials> and <AssumedRoleUser> of a new session.
    std::string session(
        const call& of, const role_plan& role, const std::string& name, seconds asked
    );
    api_result<caller> verify(const call& of);
    wire::http_response respond(
        const api_result<std::string>& outcome, const std::string& operation, wall_time now
    );

    backstage& shared_;
    sigv4_check& check_;
    const access_plan& plan_;
};

}  // namespace trainwatch::simulator
