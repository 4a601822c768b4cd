// One answer of the simulator and how it leaves: whole, late, broken, or never.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "tests/simulator/request_log.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

// never: the connection stays open until the client has had enough.
enum class delivery { whole, reset_before, reset_inside, cut_inside, never };

// The connection becomes a tunnel after `greeting`, which is said instead of the response.
struct tunnel_order {
    std::string address{};
    std::uint16_t port = 0;
    std::string greeting{};
    std::optional<std::int64_t> cut_after{};  // bytes that the far side says
};

struct exchange {
    wire::http_response response{};
    delivery how = delivery::whole;
    milliseconds delay{};
    request_record record{};
    std::optional<tunnel_order> tunnel{};
    // Kept until the answer has left (request_log::begin).
    std::shared_ptr<void> under_way{};
};

}  // namespace trainwatch::simulator
