// The words between the running daemon and the commands that speak to it over its control socket
// (io/control_socket): one JSON object a line, a question and its answer.
//
//   {"command":"reload"}            ->  {"ok":true}
//   {"command":"ack","job":"a"}     ->  {"ok":false,"errors":["…"]}
// Members that a reader does not know are ignored in an answer, so that programs of two releases
// understand each other; in a question they are arguments, for the command to judge.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::wire {

struct control_request {
    std::string command{};
    std::map<std::string, std::string> arguments{};

    bool operator==(const control_request&) const = default;
};

struct control_answer {
    bool ok = false;
    std::vector<std::string> errors{};    // a line for people each; some when not ok
    std::vector<std::string> warnings{};  // likewise, of what went well all the same
    std::string text{};                   // what the command is to print

    bool operator==(const control_answer&) const = default;
};

// With its line end, and no other line end within. Texts come out as valid UTF-8.
std::string encode(const control_request& request);
std::string encode(const control_answer& answer);

// One line, with or without its end. `rejected` with what is wrong with a question; `malformed`
// for an answer.
result<control_request> read_control_request(std::string_view line);
result<control_answer> read_control_answer(std::string_view line);

}  // namespace trainwatch::wire
