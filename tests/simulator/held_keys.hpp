// How keys are handed out: new ones for each call, or the same ones until they are half over, as
// the metadata and container services do.
#pragma once

#include <string>

#include "domain/credentials.hpp"
#include "tests/simulator/backstage.hpp"

namespace trainwatch::simulator {

// New keys, as they are told; a fault may shorten their life or lie about it. `record` learns
// which.
domain::aws_credentials hand_out(
    backstage& shared, key_order order, const chosen_fault& fault, request_record& record
);

class held_keys {
public:
    // `shared` outlives it.
    explicit held_keys(backstage& shared) : shared_(shared) {}

    domain::aws_credentials hand_out(
        key_order order, const chosen_fault& fault, request_record& record
    );
    // The next call gets new ones.
    void rotate() { access_key_id_.clear(); }

private:
    backstage& shared_;
    std::string access_key_id_{};
};

// "2021-09-21T04:16:53Z", as AWS tells an expiry.
std::string iso8601_seconds(wall_time value);

}  // namespace trainwatch::simulator
