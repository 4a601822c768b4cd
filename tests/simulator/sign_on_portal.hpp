// The simulated portal of IAM Identity Center: GetRoleCredentials, with the token of a login.
//
// Source: the SSO portal API reference (REST and JSON, unsigned).
#pragma once

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/backstage.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

class sign_on_portal {
public:
    // Both outlive it.
    sign_on_portal(backstage& shared, const access_plan& plan) : shared_(shared), plan_(plan) {}

    static bool is_for(const wire::http_request& request);
    exchange answer(const wire::http_request& request, wall_time now);
    // The login is over from now on, or good again.
    void set_expired(bool expired) { expired_ = expired; }

private:
    api_result<std::string> serve(
        const wire::http_request& request, request_record& record, const chosen_fault& fault
    );
    wire::http_response respond(const api_result<std::string>& outcome, wall_time now);

    backstage& shared_;
    const access_plan& plan_;
    bool expired_ = false;
};

}  // namespace trainwatch::simulator
