// One answer of the simulator and how it leaves: whole, late, broken, or never.
#pragma once

#include <memory>

#include "base/time.hpp"
#include "tests/simulator/request_log.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

// never: the connection stays open until the client has had enough.
enum class delivery { whole, reset_before, reset_inside, cut_inside, never };

struct exchange {
    wire::http_response response{};
    delivery how = delivery::whole;
    milliseconds delay{};
    request_record record{};
    // Kept until the answer has left (request_log::begin).
    std::shared_ptr<void> under_way{};
};

}  // namespace trainwatch::simulator
