// The control port's requests: the truth, the counts, faults, the clock, jobs, credentials.
// README.md lists them.
#pragma once

#include "tests/simulator/cloud.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

struct control_reply {
    wire::http_response response{};
    bool shut_down = false;
};

control_reply control(cloud& world, const wire::http_request& request, wall_time now);

}  // namespace trainwatch::simulator
