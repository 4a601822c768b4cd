// A company's proxy: who may go through, to where, and how it refuses. Decides; the tunnel itself
// is tunnel.hpp's.
//
// Source: RFC 9110 section 9.3.6 (CONNECT), RFC 7617 (Basic). Every host that the scenario knows is
// the simulator itself, so that AWS' own names can be reached through it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/simulator/backstage.hpp"
#include "tests/simulator/cloud.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::simulator {

// Where the simulator's own ports are.
struct proxy_upstream {
    std::string tls_address{};
    std::uint16_t tls_port = 0;
    std::string address{};
    std::uint16_t port = 0;
};

class proxy_desk {
public:
    // `world` outlives it.
    explicit proxy_desk(cloud& world);
    void set_upstream(proxy_upstream where) { upstream_ = std::move(where); }

    exchange answer(const wire::http_request& request, wall_time now);

private:
    struct visit;
    // Status 200 when the visitor may pass.
    wire::http_response admit(const visit& of) const;
    bool knows(std::string_view host, std::uint16_t port) const;
    tunnel_order order(const visit& of, const chosen_fault& fault) const;

    cloud& world_;
    std::vector<std::string> names_;
    proxy_upstream upstream_{};
};

}  // namespace trainwatch::simulator
