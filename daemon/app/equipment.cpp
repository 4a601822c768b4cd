#include "app/equipment.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "base/limits.hpp"
#include "io/vacancy.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

bool speaks_tls(const connection_access& access) {
    return std::any_of(access.sagemaker.begin(), access.sagemaker.end(), [](const auto& endpoint) {
        return endpoint.second.tls;
    });
}

// 0 for a folder, whose files OpenSSL reads when it needs them, and for what cannot be read.
std::size_t digest_of(const std::string& file, const file_reader& read) {
    if (file.empty()) return 0;
    const auto text = read(file);
    return text.has_value() ? std::hash<std::string>()(*text) : 0;
}

}  // namespace

connection_face face_of(const connection_access& access, const file_reader& read) {
    return {
        access.credentials,
        access.trouble,
        access.ca_bundle,
        digest_of(access.ca_bundle, read),
        access.proxies,
        access.user_agent,
        access.retries,
        speaks_tls(access)};
}

struct equipment::lane_face {
    std::uint64_t connection = 0;  // its number; 0: the lane is gone
    wire::url where{};

    bool operator==(const lane_face&) const = default;
};

struct equipment::endpoint_face {
    bool in_use = false;
    domain::receiver_kind kind = domain::receiver_kind::alertmanager;
    std::string url{};
    std::optional<wire::proxy_server> proxy{};
    domain::receiver_access access{};

    bool operator==(const endpoint_face&) const = default;
};

// Of the next configuration: what is new, and where it belongs. What stays is not in it.
struct equipment::staged {
    std::map<std::string, held_connection> connections{};
    std::vector<std::string> connections_gone{};
    std::vector<lane_face> lanes{};
    std::map<std::size_t, std::unique_ptr<io::sagemaker_client>> clients{};
    std::vector<endpoint_face> endpoints{};
    std::map<std::size_t, std::unique_ptr<io::notifier>> notifiers{};
    receiver_trust trust{};
};

// In the order of destruction's need: clients refer to the keys of their connections.
struct equipment::batch {
    std::vector<aws_connection> connections{};
    std::vector<std::unique_ptr<io::sagemaker_client>> clients{};
    std::vector<std::unique_ptr<io::notifier>> notifiers{};
    std::unique_ptr<boost::asio::steady_timer> timer{};

    bool empty() const { return connections.empty() && clients.empty() && notifiers.empty(); }

    void close_clients() {
        for (auto& client : clients)
            client->close();
        for (auto& connection : connections)
            connection.credentials->close();
    }
    void close() {
        close_clients();
        for (auto& notifier : notifiers)
            notifier->close();
    }
};

equipment::equipment(
    boost::asio::any_io_executor executor, const io::clock& time, keys_listener told
)
    : executor_(std::move(executor)), time_(time), told_(std::move(told)) {}

equipment::~equipment() = default;

result<void> equipment::install(const wiring_inputs& inputs, const domain::watch_plan& plan) {
    staged next;
    if (auto done = stage_connections(inputs, plan, next); done.has_error()) return done;
    if (auto done = stage_notifiers(inputs, plan, next); done.has_error()) return done;
    stage_clients(inputs, plan, next);
    put_in_force(std::move(next));
    return {};
}

result<void> equipment::stage_connections(
    const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next
) {
    std::set<std::string> wanted;
    for (const auto& lane : plan.lanes) {
        if (!lane.gone) wanted.insert(lane.connection);
    }
    for (const auto& [name, former] : connections_) {
        if (!wanted.contains(name)) next.connections_gone.push_back(name);
    }
    for (const auto& name : wanted) {
        const auto& access = inputs.access.at(name);
        auto face = face_of(access);
        const auto former = connections_.find(name);
        if (former != connections_.end() && former->second.face == face) continue;
        const auto number = ++connections_made_;
        const auto tell = [this, name, number](const auto& news) {
            const auto in_force = connections_.find(name);
            if (in_force == connections_.end() || in_force->second.number != number) return;
            told_(name, news);
        };
        auto opened = open_connection(access, tell, time_);
        if (opened.has_error()) {
            failure why = opened.error();
            why.detail = "connection \"" + name + "\": " + why.detail;
            return why;
        }
        next.connections[name] = {std::move(face), std::move(opened.value()), number};
    }
    return {};
}

void equipment::stage_clients(
    const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next
) {
    for (const auto& lane : plan.lanes) {
        const auto slot = next.lanes.size();
        if (lane.gone) {
            next.lanes.emplace_back();
            if (slot >= lanes_.size() || lanes_[slot] != lane_face{}) {
                next.clients[slot] = io::create_vacant_client();
            }
            continue;
        }
        const auto& access = inputs.access.at(lane.connection);
        const auto made = next.connections.find(lane.connection);
        const auto& from =
            made != next.connections.end() ? made->second : connections_.at(lane.connection);
        next.lanes.push_back({from.number, access.sagemaker.at(lane.region)});
        if (slot < lanes_.size() && lanes_[slot] == next.lanes.back()) continue;
        next.clients[slot] = open_client(access, lane.region, from.made, time_);
    }
}

result<void> equipment::stage_notifiers(
    const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next
) {
    for (const auto& endpoint : plan.endpoints) {
        const auto slot = next.endpoints.size();
        auto& face = next.endpoints.emplace_back();
        if (endpoint.gone) {
            if (slot >= endpoints_.size() || endpoints_[slot] != face) {
                next.notifiers[slot] = io::create_vacant_notifier();
            }
            continue;
        }
        auto where = wire::parse_url(endpoint.url);
        if (where.has_error()) return where.error();
        auto proxy =
            wire::proxy_for(named_url(endpoint), inputs.receiver_proxies.at(endpoint.receiver));
        const auto& configured = receiver_access_of(inputs.settings, endpoint.receiver);
        const auto access = access_towards(configured, endpoint);
        face = {true, endpoint.kind, endpoint.url, std::move(proxy), access};
        next.trust.keep(access.tls, receiver_trust_);
        if (slot < endpoints_.size() && endpoints_[slot] == face) continue;
        auto trust = next.trust.of(access.tls);
        if (trust.has_error()) return trust.error();
        if (where->tls) {
            if (auto any = io::check_trust(**trust); any.has_error()) return any.error();
        }
        next.notifiers[slot] = io::create_notifier(
            endpoint.kind,
            *where,
            {*trust, face.proxy, {}, access.authorization},
            time_,
            access.secret
        );
    }
    return {};
}

void equipment::put_in_force(staged next) {
    batch former;
    const auto keep = [&](const std::string& name) {
        const auto at = connections_.find(name);
        if (at == connections_.end()) return;
        former.connections.push_back(std::move(at->second.made));
        connections_.erase(at);
    };
    for (const auto& name : next.connections_gone)
        keep(name);
    for (auto& [name, made] : next.connections) {
        keep(name);
        connections_[name] = std::move(made);
    }
    clients_.resize(next.lanes.size());
    for (auto& [slot, client] : next.clients) {
        std::swap(clients_[slot], client);
        if (client) former.clients.push_back(std::move(client));
    }
    notifiers_.resize(next.endpoints.size());
    for (auto& [slot, notifier] : next.notifiers) {
        std::swap(notifiers_[slot], notifier);
        if (notifier) former.notifiers.push_back(std::move(notifier));
    }
    lanes_ = std::move(next.lanes);
    endpoints_ = std::move(next.endpoints);
    receiver_trust_ = std::move(next.trust);
    if (!former.empty()) retire(std::move(former));
}

// Twice the grace: for the calls under way to end by themselves, then for what closing ended.
void equipment::retire(batch former) {
    const auto at = retired_.insert(retired_.end(), std::move(former));
    at->timer = std::make_unique<boost::asio::steady_timer>(executor_, limits::retired_grace);
    at->timer->async_wait([this, at](const boost::system::error_code& error) {
        if (error) return;
        at->close();
        at->timer->expires_after(limits::retired_grace);
        at->timer->async_wait([this, at](const boost::system::error_code& interrupted) {
            if (!interrupted) retired_.erase(at);
        });
    });
}

void equipment::close_clients() {
    for (auto& client : clients_)
        client->close();
    for (auto& [name, connection] : connections_)
        connection.made.credentials->close();
    for (auto& former : retired_)
        former.close_clients();
}

void equipment::close() {
    close_clients();
    for (auto& notifier : notifiers_)
        notifier->close();
    for (auto& former : retired_) {
        former.close();
        former.timer->cancel();
    }
}

}  // namespace trainwatch::app
