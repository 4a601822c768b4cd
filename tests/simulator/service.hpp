// The simulated SageMaker from an HTTP request to an HTTP answer, without a socket.
//
// In this order: faults, the operation's name, the signature, the throttle, the operation itself.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/api.hpp"
#include "tests/simulator/backstage.hpp"
#include "tests/simulator/exchange.hpp"
#include "tests/simulator/fleet.hpp"
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

class service {
public:
    // `shared` and `check` outlive it. `jobs` are those of the simulator's own account.
    service(fleet jobs, backstage& shared, sigv4_check& check, service_options options);

    exchange answer(const wire::http_request& request, wall_time now);

    fleet& jobs() { return jobs_; }
    // An account sees its own jobs, and all live by one clock.
    fleet& jobs_of(const std::string& account);
    std::vector<fleet*> all_jobs();
    const sigv4_check& check() const { return check_; }

private:
    api_result<std::string> serve(
        const wire::http_request& request,
        request_record& record,
        const chosen_fault& chosen,
        wall_time now
    );
    bool throttled(const request_record& record, const std::string& account, wall_time now);
    wire::http_response respond(const api_result<std::string>& outcome, wall_time now);

    fleet jobs_;
    std::map<std::string, fleet> other_jobs_{};
    backstage& shared_;
    sigv4_check& check_;
    service_options options_;
    // By account and region, and operation.
    std::map<std::pair<std::string, std::string>, token_bucket> buckets_{};
};

}  // namespace trainwatch::simulator
