// What all services of the simulated AWS share: the keys, the faults, the log, and the dice.
//
// Owned by the `cloud`; each service has a reference.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/random.hpp"
#include "tests/simulator/api_error.hpp"
#include "tests/simulator/exchange.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/key_ring.hpp"
#include "tests/simulator/request_log.hpp"

namespace trainwatch::simulator {

class backstage {
public:
    explicit backstage(std::uint64_t seed) : faults(seed), random(seed + 1) {}
    backstage(const backstage&) = delete;
    backstage& operator=(const backstage&) = delete;

    // Writes `code` (and whom it was for) into the record. The fault may change what is handed out.
    using serve_function =
        std::function<wire::http_response(request_record&, const chosen_fault& fault)>;
    // An error as the service words it.
    using error_function = std::function<wire::http_response(const api_error&)>;

    // One request: the faults that apply, the answer, the log. `record` says what is asked; a fault
    // that rejects at the door does not reach `serve`.
    exchange attend(
        request_record record, const serve_function& serve, const error_function& refuse
    );
    // A random UUID, as x-amzn-RequestId has it.
    std::string request_id();

    key_ring keys{};
    fault_book faults;
    request_log log{};
    random_source random;
};

}  // namespace trainwatch::simulator
