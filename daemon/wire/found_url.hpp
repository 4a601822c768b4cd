// Addresses that stand for several: "dns+http://am.example:9093/base", as Thanos and
// VictoriaMetrics spell it, is each address that the name leads to. Pure: who looks the name up is
// io/name_lookup.
#pragma once

#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// Whether the name has to be looked up before anything can be sent.
bool is_looked_up(std::string_view text);

// What is sent to, but for the host where that is looked up. `rejected` as parse_url has it.
result<url> parse_receiver_url(std::string_view text);

// The text of the same with this address (no name) in place of the host.
std::string url_at(const url& of, const std::string& address);

}  // namespace trainwatch::wire
