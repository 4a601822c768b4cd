// What the plan in force is performed with: a client for each lane, keys for each connection, a
// notifier for each endpoint.
//
// A reload changes all of it or nothing. What stays the same keeps its connections and its keys;
// what changed gets new objects, and the former ones are kept until every call on them has met its
// deadline, then closed, then destroyed: coroutines under way refer to them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "app/aws_connection.hpp"
#include "app/receiver_trust.hpp"
#include "app/wiring_inputs.hpp"
#include "base/failure.hpp"
#include "domain/credentials.hpp"
#include "domain/watch_plan.hpp"
#include "io/clock.hpp"
#include "io/notifier.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::app {

// News of a connection's keys, by its name.
using keys_listener =
    std::function<void(const std::string& connection, const result<domain::credential_facts>&)>;

// Everything that a connection's keys and trust are made of: where it is equal they can stay.
struct connection_face {
    domain::credential_plan credentials{};
    std::optional<failure> trouble{};
    std::string ca_bundle{};
    std::size_t ca_content = 0;  // a digest: the file may have got other certificates
    wire::proxy_rules proxies{};
    std::string user_agent{};
    wire::retry_preference retries{};
    bool speaks_tls = false;

    bool operator==(const connection_face&) const = default;
};

connection_face face_of(const connection_access& access, const file_reader& read = read_file);

class equipment {
public:
    // `time` outlives it. Nobody listens to the keys of what is not in force any more.
    equipment(boost::asio::any_io_executor executor, const io::clock& time, keys_listener told);
    ~equipment();
    equipment(const equipment&) = delete;
    equipment& operator=(const equipment&) = delete;

    // Everything for `plan`, which follows on the plan installed before (domain::succeed). With a
    // failure, nothing has changed. What is gone in the plan fails from now on, at once.
    result<void> install(const wiring_inputs& inputs, const domain::watch_plan& plan);

    std::vector<std::unique_ptr<io::sagemaker_client>>& clients() { return clients_; }
    std::vector<std::unique_ptr<io::notifier>>& notifiers() { return notifiers_; }

    // Of what was replaced and is not destroyed yet, for tests.
    std::size_t retired() const { return retired_.size(); }

    // What is asked of AWS ends with failures.
    void close_clients();
    // That, deliveries too, and nothing is left to wait for.
    void close();

private:
    struct held_connection {
        connection_face face{};
        aws_connection made{};
        std::uint64_t number = 0;  // tells news of this one from those of one before
    };
    // What a client or a notifier was made with.
    struct lane_face;
    struct endpoint_face;
    struct staged;
    struct batch;

    result<void> stage_connections(
        const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next
    );
    void stage_clients(const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next);
    result<void> stage_notifiers(
        const wiring_inputs& inputs, const domain::watch_plan& plan, staged& next
    );
    void put_in_force(staged next);
    void retire(batch former);

    const boost::asio::any_io_executor executor_;
    const io::clock& time_;
    const keys_listener told_;
    std::uint64_t connections_made_ = 0;
    std::map<std::string, held_connection> connections_{};
    receiver_trust receiver_trust_{};
    std::vector<lane_face> lanes_;
    std::vector<std::unique_ptr<io::sagemaker_client>> clients_{};  // by lane_id
    std::vector<endpoint_face> endpoints_;
    std::vector<std::unique_ptr<io::notifier>> notifiers_{};  // by endpoint_id
    std::list<batch> retired_;
};

}  // namespace trainwatch::app
