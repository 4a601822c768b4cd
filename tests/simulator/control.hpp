// The control port's requests: the truth, the counts, faults, the clock, jobs. README.md lists
// them.
#pragma once

#include "tests/simulator/service.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

struct control_reply {
    wire::http_response response{};
    bool shut_down = false;
};

control_reply control(service& sagemaker, const wire::http_request& request, wall_time now);

}  // namespace trainwatch::simulator
