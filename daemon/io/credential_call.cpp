#include "io/credential_call.hpp"

#include <utility>

#include "base/limits.hpp"
#include "io/invocation.hpp"
#include "wire/aws_advice.hpp"
#include "wire/sts.hpp"

namespace trainwatch::io {

credential_caller::credential_caller(call_settings settings, credential_world& world)
    : settings_(std::move(settings))
    , world_(world)
    , random_(random_seed())
    , quota_(settings_.retries.quota) {}

task<result<domain::aws_credentials>> credential_caller::call(
    wire::http_request request,
    std::shared_ptr<const domain::aws_credentials> keys,
    credential_reader reader
) {
    proto::retry_attempts tries(settings_.retries, quota_, random_);
    const std::string id = invocation_id(random_);
    for (;;) {
        wire::http_request attempt = prepare(request, id, tries, keys.get());
        const auto answer = co_await world_.exchange(
            settings_.to, settings_.how, std::move(attempt), settings_.within
        );
        proto::retry_facts facts;
        if (answer) facts.clock_offset = answer->clock_offset;
        if (facts.clock_offset) offset_ = facts.clock_offset;
        auto outcome = answer ? reader(answer->response) : answer.error();
        if (outcome) {
            tries.succeeded();
            co_return outcome;
        }
        facts.timed_out = outcome.error().code == boost::asio::error::timed_out;
        const auto decision = tries.failed(outcome.error(), facts);
        if (!decision.delay) co_return outcome;
        co_await world_.pause(*decision.delay);
    }
}

wire::http_request credential_caller::prepare(
    wire::http_request request,
    const std::string& id,
    const proto::retry_attempts& tries,
    const domain::aws_credentials* keys
) {
    const wall_time corrected = world_.now().wall + clock_offset();
    if (settings_.introduces) {
        attempt_facts facts{tries.attempt(), tries.attempts_max()};
        if (offset_)
            facts.end = corrected + std::chrono::duration_cast<milliseconds>(settings_.within);
        introduce(request, id, facts);
    }
    request.headers.emplace_back("User-Agent", settings_.user_agent);
    if (keys != nullptr) wire::sign(request, corrected, *keys, settings_.scope, signing_keys_);
    return request;
}

failure credential_caller::advised(failure why, std::string_view action) const {
    // The quota that others use up is not one that our budgets know.
    if (!why.cure.empty() || why.kind == error_class::throttled) return why;
    why.cure = wire::advise(why, {action, settings_.scope.region, settings_.to.host, offset_});
    return why;
}

sts_caller::sts_caller(
    const domain::sts_endpoint& endpoint,
    wire::url url,
    const std::string& user_agent,
    std::string session_name,
    const proto::retry_constants& retries,
    credential_world& world
)
    : session_name_(std::move(session_name))
    , caller_(
          {std::move(url),
           route::as_configured,
           limits::sts_deadline,
           true,
           {endpoint.region, "sts"},
           user_agent,
           retries},
          world
      ) {}

task<result<domain::aws_credentials>> sts_caller::assume(
    domain::assumed_role role, std::shared_ptr<const domain::aws_credentials> keys
) {
    if (role.session_name.empty()) role.session_name = session_name_;
    auto request = wire::encode_assume_role(caller_.to(), role);
    auto outcome =
        co_await caller_.call(std::move(request), std::move(keys), wire::read_assumed_role);
    if (!outcome) co_return advised(outcome.error(), "sts:AssumeRole");
    co_return outcome;
}

task<result<domain::aws_credentials>> sts_caller::assume_with_token(
    domain::assumed_role role, std::string token
) {
    if (role.session_name.empty()) role.session_name = session_name_;
    auto request = wire::encode_assume_role_with_web_identity(caller_.to(), role, token);
    std::shared_ptr<const domain::aws_credentials> unsigned_call;
    auto outcome = co_await caller_.call(
        std::move(request), std::move(unsigned_call), wire::read_assumed_role
    );
    if (!outcome) co_return advised(outcome.error(), "sts:AssumeRoleWithWebIdentity");
    co_return outcome;
}

failure sts_caller::advised(failure why, std::string_view action) const {
    // The words of the request are the configuration's.
    if (why.remote_code == "ValidationError" && why.cure.empty())
        why.cure = "check role_arn, external_id and duration_seconds";
    return caller_.advised(std::move(why), action);
}

std::string sts_caller::where_to_look() const {
    return "check that STS at " + caller_.to().host_header() +
        " can be reached (the network, HTTPS_PROXY, a VPC endpoint)";
}

}  // namespace trainwatch::io
