// A connection's keys, whenever a request is signed: fetched, kept, and renewed ahead of their
// expiry, one fetch at a time.
//
// Each signature takes one immutable snapshot; it stays valid while newer keys take its place.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "domain/credentials.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::io {

// Shared, because a signature may be under way while a renewal replaces the set.
using credential_snapshot = std::shared_ptr<const domain::aws_credentials>;

class credential_source {
public:
    virtual ~credential_source() = default;
    // `denied` with what to do when there are none and none can be had. Waits until `deadline` at
    // most; then `transient` and timed_out, with who was waited for and where to look.
    virtual task<result<credential_snapshot>> current(mono_time deadline) = 0;
    // AWS refused these keys: looks for others, once. True when current() has other keys now.
    virtual task<bool> replace(credential_snapshot refused) = 0;
    // Fetches under way end with a failure. Run the executor until they have before destroying.
    virtual void close() = 0;
    // As in credential_facts, and before the first fetch has ended; empty without a plan.
    virtual std::string source() const = 0;
};

// Called after each fetch, with what may be told of the keys or with why there are none. Keys that
// are used past their end are news, not a failure.
using credential_listener = std::function<void(const result<domain::credential_facts>& news)>;

struct credential_source_options {
    // Made anew when the keys that it led to were refused: files may have changed.
    std::function<result<domain::credential_plan>()> plan{};
    std::shared_ptr<tls_client_context> tls{};  // for STS, the portal and https containers
    wire::proxy_rules proxies{};
    std::string user_agent{};
    credential_listener told{};         // may be empty
    std::optional<int> attempts_max{};  // of one call; nothing: the retry mode's own
};

// `time` outlives the source.
std::unique_ptr<credential_source> create_credential_source(
    credential_source_options options, const clock& time
);

}  // namespace trainwatch::io
