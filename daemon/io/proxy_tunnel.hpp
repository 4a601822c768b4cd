// Asks a proxy for a tunnel, over a connection to it that is already open.
//
// Afterwards the stream carries the bytes of the other side, and TLS begins. What is asked and
// what an answer means is wire/proxy_connect; the deadline is the stream's.
#pragma once

#include <string>

#include "io/byte_stream.hpp"

namespace trainwatch::io {

// `authority` is "host:port" of the other side. Failures: wire::judge_connect_answer's, and the
// stream's own. All references outlive the call.
task<result<void>> open_tunnel(
    byte_stream& to_proxy, const std::string& authority, const wire::proxy_server& proxy
);

}  // namespace trainwatch::io
