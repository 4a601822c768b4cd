// The simulated credentials endpoint of a container: ECS' (a path on a fixed host) and EKS Pod
// Identity's (a full URI and a token).
//
// Source: "Container credential provider" in the AWS SDKs and Tools Reference Guide.
#pragma once

#include <string>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/backstage.hpp"
#include "tests/simulator/held_keys.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

class container_credentials {
public:
    // Both outlive it.
    container_credentials(backstage& shared, const access_plan& plan);

    exchange answer(const wire::http_request& request, wall_time now);
    void rotate() { keys_.rotate(); }
    // The token that is wanted from now on.
    void want(std::string authorization) { authorization_ = std::move(authorization); }

private:
    api_result<std::string> serve(
        const wire::http_request& request, request_record& record, const chosen_fault& fault
    );

    backstage& shared_;
    const access_plan& plan_;
    std::string authorization_;
    held_keys keys_;
};

}  // namespace trainwatch::simulator
