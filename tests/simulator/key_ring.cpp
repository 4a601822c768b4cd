#include "tests/simulator/key_ring.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace trainwatch::simulator {
namespace {

constexpr std::string_view id_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view secret_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string drawn(std::string_view letters, std::size_t length, random_source& random) {
    std::string text;
    while (text.size() < length)
        text += letters[random.below(letters.size())];
    return text;
}

}  // namespace

bool principal::may(std::string_view action) const {
    return std::none_of(denies.begin(), denies.end(), [&](const std::string& denied) {
        return matches_glob(action, denied);
    });
}

void key_ring::add(domain::aws_credentials keys, principal holder) {
    auto id = keys.access_key_id;
    auto& known = keys_[std::move(id)];
    known = {.keys = std::move(keys), .holder = std::move(holder), .source = "scenario"};
}

const known_key& key_ring::issue(key_order order, random_source& random, wall_time now) {
    known_key made;
    made.keys.access_key_id = "ASIA" + drawn(id_letters, 16, random);
    made.keys.secret_access_key = drawn(secret_letters, 40, random);
    // As long as real ones are, with the signs that have to be escaped in a form.
    made.keys.session_token = drawn(secret_letters, 354, random) + "==";
    made.keys.account_id = order.holder.account;
    // AWS tells whole seconds.
    made.keys.expires = std::chrono::floor<seconds>(now + order.lasts);
    made.holder = std::move(order.holder);
    made.source = std::move(order.source);
    made.issued = now;
    made.lasts = order.lasts;
    made.refused_from = now + order.lasts + ahead_;
    auto id = made.keys.access_key_id;
    return keys_[std::move(id)] = std::move(made);
}

known_key* key_ring::find(std::string_view access_key_id) {
    const auto found = keys_.find(access_key_id);
    return found == keys_.end() ? nullptr : &found->second;
}

bool key_ring::is_expired(const known_key& key, wall_time now) const {
    return key.refused_from && now + ahead_ >= *key.refused_from;
}

bool key_ring::is_old(const known_key& key, wall_time now) const {
    return key.refused_from && now + ahead_ >= *key.refused_from - key.lasts / 2;
}

bool key_ring::is_valid(const known_key& key, wall_time now) const {
    return !key.revoked && !is_expired(key, now);
}

bool key_ring::expire(std::string_view access_key_id, wall_time now) {
    auto* key = find(access_key_id);
    if (key == nullptr) return false;
    key->refused_from = std::min(key->refused_from.value_or(now + ahead_), now + ahead_);
    return true;
}

bool key_ring::revoke(std::string_view access_key_id) {
    auto* key = find(access_key_id);
    if (key == nullptr) return false;
    key->revoked = true;
    return true;
}

std::string unique_id(std::string_view prefix, std::string_view name) {
    // FNV-1a: the same name has the same id in every run.
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    for (const auto letter : name)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1'099'511'628'211U;
    random_source random(hash);
    return std::string(prefix) + drawn(id_letters, 17, random);
}

}  // namespace trainwatch::simulator
