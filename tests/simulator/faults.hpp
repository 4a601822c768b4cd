// What goes wrong on request: rules that pick requests, and what happens to those.
//
// Pure but for a seeded generator. Rules come as JSON from the control port (README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "tests/simulator/api_error.hpp"

namespace trainwatch::simulator {

enum class fault_kind {
    status,      // an empty or JSON answer of `status`
    html,        // a proxy's page with `status`
    error,       // an error of AWS: `status`, `code`, `message`
    throttle,    // ThrottlingException
    reset,       // the connection is reset before any byte of the answer
    reset_body,  // … in the middle of the answer
    truncate,    // the connection ends in the middle of the answer, in good order
    cut_json,    // a whole answer whose JSON stops half-way
    slow,        // the answer waits; goes together with any other
    wrong_job,   // the answer names another job
    hang,        // the connection stays open, and nothing is answered
    // Of lists:
    expired_token,  // a NextToken is refused; a list without one is answered
    short_page,     // a page holds half as many jobs as it might, and has a successor
    // Of what hands out keys:
    expired_keys,  // keys whose expiry is told as an hour ago; they work all the same
    brief_keys,    // keys that last for `lifetime`
    // Of the proxy:
    cut_tunnel,      // the tunnel ends after `bytes` of the server's
    early_bytes,     // the proxy itself says something behind its 200
    content_length,  // the 200 has a Content-Length, and no body
};

struct fault_rule {
    fault_kind kind = fault_kind::status;
    std::string service = "sagemaker";  // or "sts", "portal", "imds", "container", "proxy", "*"
    std::string operation{};            // empty: any
    std::string region{};               // empty: any
    // A name or a glob with *; empty: any request. Of STS the role's ARN, of the proxy the host.
    std::string job{};
    double probability = 1.0;
    std::optional<std::int64_t> next{};  // so many matching requests, then no more
    int status = 500;
    std::string code = "InternalFailure";
    std::string message{};
    bool json_body = false;
    milliseconds delay{};
    milliseconds lifetime{};
    std::int64_t bytes = 0;
    std::int64_t hits = 0;
};

struct asked {
    std::string_view service = "sagemaker";
    std::string_view operation{};
    std::string_view region{};
    std::string_view job{};
    bool has_token = false;  // goes on with a list
};

// What to do to one request: at most one fault, and a delay.
struct chosen_fault {
    std::optional<fault_rule> fault{};
    milliseconds delay{};
};

class fault_book {
public:
    explicit fault_book(std::uint64_t seed) : random_(seed) {}

    chosen_fault choose(const asked& request);
    void add(fault_rule rule) { rules_.push_back(std::move(rule)); }
    void clear() { rules_.clear(); }
    const std::vector<fault_rule>& rules() const { return rules_; }

private:
    std::vector<fault_rule> rules_{};
    random_source random_;
};

// One rule, or {"faults": [rule, …]}. The failure names what is wrong.
boost::system::result<std::vector<fault_rule>, std::string> read_faults(std::string_view text);
std::string faults_text(const fault_book& book);

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace trainwatch::simulator
