// One fetch of keys from one kind of source, each kind in its own file (credential_fetch_*.cpp).
//
// A fetcher knows its protocol and keeps what the protocol lets it keep (a session's token, which
// path answered). When to fetch, for whom and how often is the keeper's business. Failures name
// the source and the cure, never a key, a token, or what was read.
// Sources: the standardized credential providers of the AWS SDKs and Tools reference guide.
#pragma once

#include <memory>
#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "domain/credentials.hpp"
#include "io/credential_call.hpp"
#include "io/credential_world.hpp"

namespace trainwatch::io {

struct fetched_keys {
    domain::aws_credentials keys{};
    milliseconds clock_offset{};  // AWS' clock minus ours, where an answer told it
    bool outlive_expiry = false;  // static stability
};

class key_fetcher {
public:
    virtual ~key_fetcher() = default;
    virtual task<result<fetched_keys>> fetch() = 0;
    // While a fetch does not end: what a person can look at, as a clause.
    virtual std::string where_to_look() const { return {}; }
    // The keys of the last fetch were refused: what was concluded before is concluded anew.
    virtual void start_over() {}
};

// What each of them is given. `world` outlives what is created with it.
struct fetch_context {
    std::string source{};  // as people know it: "profile research"
    std::string user_agent{};
    // Of the plan; null when it asks nothing of STS. Shared with a renewal that outlives its plan.
    std::shared_ptr<sts_caller> sts{};
    credential_world& world;
    proto::retry_constants retries = proto::standard_2026;
};

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::static_keys& what, const fetch_context& context
);
std::unique_ptr<key_fetcher> create_fetcher(
    const domain::web_identity& what, const fetch_context& context
);
std::unique_ptr<key_fetcher> create_fetcher(
    const domain::container_endpoint& what, const fetch_context& context
);
std::unique_ptr<key_fetcher> create_fetcher(
    const domain::instance_metadata& what, const fetch_context& context
);
std::unique_ptr<key_fetcher> create_fetcher(
    const domain::credential_process& what, const fetch_context& context
);
std::unique_ptr<key_fetcher> create_fetcher(
    const domain::single_sign_on& what, const fetch_context& context
);

// Fails with this each time: for a plan that cannot be performed.
std::unique_ptr<key_fetcher> create_broken_fetcher(failure why);

// The same failure, told as this source's: "profile research: …".
failure told_as(const std::string& source, failure why);

}  // namespace trainwatch::io
