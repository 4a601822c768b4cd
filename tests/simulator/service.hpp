// The simulated SageMaker from an HTTP request to an HTTP answer, without a socket.
//
// In this order: faults, the operation's name, the signature, the throttle, the operation itself.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "tests/simulator/api.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/fleet.hpp"
#include "tests/simulator/request_log.hpp"
#include "tests/simulator/sigv4_check.hpp"
#include "tests/simulator/token_bucket.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

struct service_options {
    api_options api{};
    double describe_rate = 0;  // per second, account and region; 0: without a limit
    double list_rate = 0;      // of each other operation
    double burst = 10;
};

// How the answer leaves.
enum class delivery { whole, reset_before, reset_inside, cut_inside };

struct exchange {
    wire::http_response response{};
    delivery how = delivery::whole;
    milliseconds delay{};
    request_record record{};
};

class service {
public:
    service(fleet jobs, sigv4_check check, service_options options, std::uint64_t seed);

    exchange answer(const wire::http_request& request, wall_time now);

    fleet& jobs() { return jobs_; }
    const fleet& jobs() const { return jobs_; }
    fault_book& faults() { return faults_; }
    request_log& log() { return log_; }
    const sigv4_check& check() const { return check_; }

private:
    exchange faulty(const fault_rule& fault, exchange usual);
    api_result<std::string> serve(
        const wire::http_request& request, request_record& record, wall_time now
    );
    bool throttled(const request_record& record, wall_time now);
    wire::http_response respond(const api_result<std::string>& outcome, wall_time now);
    std::string request_id();

    fleet jobs_;
    sigv4_check check_;
    service_options options_;
    fault_book faults_;
    random_source random_;
    request_log log_{};
    std::map<std::pair<std::string, std::string>, token_bucket> buckets_{};
};

}  // namespace trainwatch::simulator
