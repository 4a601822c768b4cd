// What fetching keys needs of the world: HTTP, pauses, files, programs, the time. Tests put their
// own world in its place, so that every failure can be played without waiting for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "wire/http_message.hpp"
#include "wire/proxy.hpp"
#include "wire/url.hpp"

namespace trainwatch::io {

enum class route {
    direct,         // the metadata service and containers' agents: never through a proxy
    as_configured,  // by the rules of the proxies
};

class credential_world {
public:
    virtual ~credential_world() = default;
    virtual instant now() const = 0;
    // One attempt, as http_client::exchange. `to` names the origin only.
    virtual task<result<http_answer>> exchange(
        wire::url to, route how, wire::http_request request, nanoseconds within
    ) = 0;
    // Ends early when the world closes.
    virtual task<void> pause(nanoseconds delay) = 0;
    // Read anew for each call. `denied`, with the cure where the reason is known.
    virtual result<std::string> read_file(const std::string& path) = 0;
    // Standard output of a program that ended well (io/program).
    virtual task<result<std::string>> run(
        std::vector<std::string> arguments, nanoseconds within
    ) = 0;
    // Whatever is under way ends with a failure, and so does what is begun later.
    virtual void close() = 0;
};

// `time` outlives it. `tls` may be null where nothing is asked over TLS.
std::unique_ptr<credential_world> create_credential_world(
    std::shared_ptr<tls_client_context> tls, wire::proxy_rules proxies, const clock& time
);

}  // namespace trainwatch::io
