// The simulated instance metadata service, version 2 only: a token by PUT, then what the token
// opens: role, keys, region, availability zone.
//
// Source: "Use IMDS" in the EC2 User Guide. A hop limit that is too small is the fault `hang` on
// the operation Token: the answer never arrives.
#pragma once

#include <map>
#include <string>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/backstage.hpp"
#include "tests/simulator/held_keys.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

class instance_metadata {
public:
    // Both outlive it.
    instance_metadata(backstage& shared, const access_plan& plan);

    exchange answer(const wire::http_request& request, wall_time now);
    void rotate() { keys_.rotate(); }
    // As if an hour's maintenance had dropped them: the next GET is a 401.
    void forget_tokens() { tokens_.clear(); }

private:
    wire::http_response serve(
        const wire::http_request& request, request_record& record, const chosen_fault& fault
    );
    wire::http_response new_token(const wire::http_request& request, request_record& record);
    wire::http_response credentials(request_record& record, const chosen_fault& fault);
    bool has_token(const wire::http_request& request, wall_time now) const;

    backstage& shared_;
    const access_plan& plan_;
    held_keys keys_;
    std::map<std::string, wall_time> tokens_{};  // until when
};

}  // namespace trainwatch::simulator
