// One connection's trust, keys and clients, made of what was resolved for it. The daemon and the
// commands make them in this one way, so that what a check finds is what the daemon will meet.
#pragma once

#include <memory>
#include <string>

#include "app/connection_access.hpp"
#include "base/failure.hpp"
#include "io/clock.hpp"
#include "io/credential_source.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::app {

struct aws_connection {
    std::shared_ptr<io::tls_client_context> tls{};
    std::unique_ptr<io::credential_source> credentials{};
};

// `internal` when the file of certificates is not there, or the system has none. `time` outlives
// the connection.
result<aws_connection> open_connection(
    const connection_access& access, io::credential_listener told, const io::clock& time
);

// `with` and `time` outlive the client.
std::unique_ptr<io::sagemaker_client> open_client(
    const connection_access& access,
    const std::string& region,
    const aws_connection& with,
    const io::clock& time
);

}  // namespace trainwatch::app
