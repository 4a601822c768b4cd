#include "tests/simulator/credentials_text.hpp"

#include <boost/json.hpp>

#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

json::object key_text(const known_key& key, const key_ring& ring, wall_time now) {
    json::object object{
        {"access_key_id", key.keys.access_key_id},
        {"source", key.source},
        {"arn", key.holder.arn},
        {"account", key.holder.account},
        {"uses", key.uses},
        {"valid", ring.is_valid(key, now)},
        {"revoked", key.revoked}};
    if (!key.holder.role.empty()) object["role"] = key.holder.role;
    if (key.keys.expires) {
        object["issued_at"] = json_time(key.issued);
        object["expires"] = json_time(*key.keys.expires);
    }
    return object;
}

}  // namespace

std::string credentials_text(const backstage& shared, wall_time now) {
    json::array keys;
    for (const auto& [id, key] : shared.keys.all())
        keys.push_back(key_text(key, shared.keys, now));
    json::object object;
    object["now"] = json_time(now);
    object["keys"] = std::move(keys);
    object["calls"] = json::parse(shared.log.calls_text());
    object["under_way"] = json::parse(shared.log.under_way_text());
    return json_text(object);
}

}  // namespace trainwatch::simulator
