// From a name and a port to a connected socket: the lookup, then the addresses side by side
// (proto/address_race). For connect.cpp only; everybody else sees byte_stream.
//
// Each call looks the name up again: AWS moves its addresses within minutes. Failures are
// `transient`, name what was asked for, and say what may cure it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "io/byte_stream.hpp"

namespace trainwatch::io {

struct dialled {
    std::string host{};  // name or address
    std::uint16_t port = 0;
    bool proxy = false;  // for the words of a failure
};

// By `until`, of the timers' clock, or until `by` is told. Attempts that lose are closed.
// References and `by` outlive the calls.
task<result<boost::asio::ip::tcp::socket>> dial(
    const dialled& to, std::chrono::steady_clock::time_point until, interruption* by = nullptr
);
// The second half: `to`, which was looked up, has these addresses.
task<result<boost::asio::ip::tcp::socket>> dial_any(
    const std::vector<boost::asio::ip::tcp::endpoint>& addresses,
    const dialled& to,
    std::chrono::steady_clock::time_point until,
    interruption* by = nullptr
);

}  // namespace trainwatch::io
