// What create_credential_source (io/credential_source) is made of, for tests that put a world of
// their own in the place of the real one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.hpp"
#include "io/credential_source.hpp"
#include "io/credential_world.hpp"
#include "proto/retry.hpp"

namespace trainwatch::io {

struct chain_options {
    std::string session_name{};  // of roles whose plan names none
    std::uint64_t seed = 0;
    nanoseconds wait = limits::keys_wait;
    proto::retry_constants retries = proto::standard_2026;  // of each call
};

// "trainwatchd-<host>-<epoch>": CloudTrail shows it.
std::string session_name(const clock& time);

std::unique_ptr<credential_source> create_credential_source(
    credential_source_options options, chain_options chain, std::unique_ptr<credential_world> world
);

}  // namespace trainwatch::io
