// Our small HTTP request and response, as values. Nothing here knows Beast or a socket.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trainwatch::wire {

// In order of appearance; names keep their case and compare without it.
using header_list = std::vector<std::pair<std::string, std::string>>;

struct http_request {
    std::string method = "GET";
    std::string target = "/";  // origin form: path and query
    header_list headers{};
    std::string body{};

    bool operator==(const http_request&) const = default;
};

struct http_response {
    int status = 200;
    header_list headers{};
    std::string body{};

    bool operator==(const http_response&) const = default;
};

// The first value of that name; empty when there is none.
std::string_view find_header(const header_list& headers, std::string_view name);

}  // namespace trainwatch::wire
