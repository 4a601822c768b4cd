// The command line of sagemaker-sim, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "io/byte_stream.hpp"

namespace trainwatch::simulator {

struct options {
    std::string scenario_file{};
    std::string listen = "127.0.0.1:0";
    std::string tls_listen = "127.0.0.1:0";
    std::string control_listen = "127.0.0.1:0";
    std::string metadata_listen = "127.0.0.1:0";
    std::string container_listen = "127.0.0.1:0";
    std::string proxy_listen = "127.0.0.1:0";
    std::string tls_directory{};  // empty: a temporary one
    double speed = 60;
    // The pair that AWS uses in its examples.
    std::string access_key_id = "AKIAIOSFODNN7EXAMPLE";
    std::string secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    std::string session_token{};
    std::vector<std::string> regions{"eu-west-1"};
    std::string account = "111122223333";
    double describe_rate = 0;
    double list_rate = 0;
    double burst = 10;
    bool creation_time_filters_after_paging = false;
    std::string clock_skew = "0";  // of the simulated service against the machine; "-10m"
    std::uint64_t seed = 1;
    std::string ready_file{};
    bool log_requests = false;
};

// "127.0.0.1:0", "[::1]:8080"
std::optional<io::listen_options> parse_address(const std::string& text);
// "-10m"
std::optional<milliseconds> parse_offset(const std::string& text);

}  // namespace trainwatch::simulator
