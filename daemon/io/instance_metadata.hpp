// EC2's instance metadata service, version 2: questions with a session's token, never through a
// proxy.
//
// A service that is there but busy is asked again; one that is silent only as often as the
// configuration says, or a machine outside EC2 would wait for long. Version 1 is never tried.
// Source: "Use the Instance Metadata Service" of the EC2 User Guide.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "io/credential_world.hpp"

namespace trainwatch::io {

class instance_metadata_client {
public:
    // `world` outlives it. `url` is the parsed one of `what`.
    instance_metadata_client(
        const domain::instance_metadata& what,
        wire::url url,
        std::string user_agent,
        credential_world& world
    );

    // Any status but that of a token that the service has forgotten: then with a new one.
    task<result<http_answer>> get(std::string target);

    // Nothing said that the service is there, or it said that it is off: since the last get().
    bool is_absent() const { return is_absent_; }
    // "169.254.169.254"
    std::string where() const { return url_.host_header(); }

private:
    task<result<void>> have_token();
    failure no_token(const wire::http_response& response);
    task<result<http_answer>> ask(wire::http_request request);
    wire::http_request question(std::string method, const std::string& target) const;

    const milliseconds timeout_;
    const int attempts_;
    const wire::url url_;
    const std::string user_agent_;
    credential_world& world_;
    std::string token_{};
    mono_time token_end_{};
    bool is_absent_ = false;
};

// What an answer means that nothing is made of: "answered 500 to the question for keys".
failure metadata_refusal(const wire::http_response& response, const std::string& asked);

// Where this machine is, as the service tells it: for a connection without a region.
task<result<std::string>> instance_region(
    domain::instance_metadata where, std::string user_agent, credential_world& world
);

}  // namespace trainwatch::io
