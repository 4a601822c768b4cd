// The keys that the simulated AWS knows: those of the scenario and those that it has handed out.
//
// A handed-out key is refused once its time is over, once it is revoked, or without its token. Time
// is the service's clock, which the control port can move ahead for keys alone (advance); a length
// is never divided by the speed, because a client's refresh windows are real minutes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/credentials.hpp"

namespace trainwatch::simulator {

// Who a key speaks for.
struct principal {
    std::string arn{};   // arn:aws:sts::111122223333:assumed-role/watch/session
    std::string role{};  // arn:aws:iam::111122223333:role/watch; empty for a user
    std::string account{};
    std::string user_id{};
    std::vector<std::string> denies{};  // "sagemaker:DescribeTrainingJob", or globs

    bool may(std::string_view action) const;

    bool operator==(const principal&) const = default;
};

struct known_key {
    domain::aws_credentials keys{};
    principal holder{};
    std::string source{};  // "scenario", or the operation that handed it out
    wall_time issued{};
    milliseconds lasts{};  // 0: for good
    // Nothing: never. On the ring's clock, which may be ahead of the service's.
    std::optional<wall_time> refused_from{};
    bool revoked = false;
    std::int64_t uses = 0;
};

struct key_order {
    principal holder{};
    std::string source{};
    milliseconds lasts{};
};

class key_ring {
public:
    // Long-term keys, or temporary ones that somebody else handed out.
    void add(domain::aws_credentials keys, principal holder);
    // Addresses stay valid.
    const known_key& issue(key_order order, random_source& random, wall_time now);

    known_key* find(std::string_view access_key_id);
    bool is_expired(const known_key& key, wall_time now) const;
    // Half of its time is over: who hands out keys on and on has new ones by then.
    bool is_old(const known_key& key, wall_time now) const;
    bool is_valid(const known_key& key, wall_time now) const;

    // All keys are so much older from now on, whatever expiry they were told.
    void advance(milliseconds by) { ahead_ += by; }
    // False when there is no such key.
    bool expire(std::string_view access_key_id, wall_time now);
    bool revoke(std::string_view access_key_id);

    const std::map<std::string, known_key, std::less<>>& all() const { return keys_; }

private:
    std::map<std::string, known_key, std::less<>> keys_{};
    milliseconds ahead_{};
};

// "AROA" and sixteen more, always the same for one name.
std::string unique_id(std::string_view prefix, std::string_view name);

}  // namespace trainwatch::simulator
