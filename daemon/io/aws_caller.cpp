#include "io/aws_caller.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/error.hpp>

#include "base/limits.hpp"
#include "io/invocation.hpp"
#include "proto/clock_offset.hpp"
#include "proto/refused_keys.hpp"
#include "proto/retry.hpp"
#include "wire/aws_advice.hpp"
#include "wire/aws_error.hpp"

namespace trainwatch::io {
namespace {

// The answer tells another time than the one that we signed with: not so when a permission is
// missing, however wrong this machine's clock may be.
bool was_misdated(const aws_answer& told, milliseconds signed_with) {
    if (!told.clock_offset || !proto::may_be_clock_skew(told.outcome.error())) return false;
    return std::chrono::abs(*told.clock_offset - signed_with) > limits::clock_skew_suspect;
}

// Nobody was asked: it says nothing of what was asked about, however the source put it.
aws_answer without_keys(failure why) {
    const bool may_pass = why.kind == error_class::transient || why.kind == error_class::throttled;
    if (!may_pass) why.kind = error_class::denied;
    return {std::move(why), {}, {}};
}

}  // namespace

aws_caller::aws_caller(
    aws_caller_options options, credential_source& credentials, const clock& time
)
    : host_(options.endpoint.host_header())
    , hostname_(options.endpoint.host)
    , target_(options.endpoint.target())
    , scope_{std::move(options.region), std::move(options.service)}
    , user_agent_(std::move(options.user_agent))
    , credentials_(credentials)
    , time_(time)
    , client_(create_http_client(options.endpoint, std::move(options.http), time))
    , random_(random_seed()) {}

task<aws_answer> aws_caller::call(aws_call what, mono_time deadline) {
    const std::string id = invocation_id(random_);
    auto keys = co_await credentials_.current(deadline);
    if (!keys) co_return without_keys(keys.error());
    if (time_.now().mono >= deadline) co_return late_keys();
    const milliseconds signed_with = offset_.value_or(milliseconds(0));
    wire::http_request request = prepare(what.request, **keys, {id, 1, deadline});
    auto answer = co_await client_->exchange(std::move(request), deadline);
    aws_answer told = read(answer, what.action);
    if (told.outcome) co_return told;
    if (proto::may_be_stale_keys(told.outcome.error())) {
        const bool are_newer = co_await credentials_.replace(*keys);
        if (!are_newer) co_return told;
        keys = co_await credentials_.current(deadline);
        if (!keys || time_.now().mono >= deadline) co_return told;
    } else if (!was_misdated(told, signed_with)) {
        co_return told;
    }
    request = prepare(what.request, **keys, {id, 2, deadline});
    answer = co_await client_->exchange(std::move(request), deadline);
    co_return read(answer, what.action);
}

failure aws_caller::with_cure(failure why, std::string_view action) const {
    if (why.cure.empty()) {
        why.cure = wire::advise(why, {action, scope_.region, hostname_, offset_});
    }
    return why;
}

wire::http_request aws_caller::prepare(
    const wire::http_request& plain, const domain::aws_credentials& keys, const attempt& which
) {
    wire::http_request request;
    // Room for what is added here and by signing.
    request.headers.reserve(plain.headers.size() + 7);
    request.headers = plain.headers;
    request.method = plain.method;
    request.body = plain.body;
    request.target = target_;
    const instant now = time_.now();
    const wall_time corrected = now.wall + offset_.value_or(milliseconds(0));
    attempt_facts facts{which.number, which.number};
    if (offset_) {
        const auto left = std::chrono::duration_cast<milliseconds>(which.deadline - now.mono);
        facts.end = corrected + left;
    }
    introduce(request, which.id, facts);
    request.headers.emplace_back("User-Agent", user_agent_);
    wire::sign(request, corrected, keys, scope_, signing_keys_);
    return request;
}

// Whoever takes a signature has the time that it was signed with, within minutes: a Date that is
// far from it is somebody else's, a proxy's.
bool aws_caller::fits_signature(milliseconds told) const {
    return std::chrono::abs(told - offset_.value_or(milliseconds(0))) <= proto::far_off;
}

aws_answer aws_caller::read(result<http_answer>& answer, std::string_view action) {
    if (!answer) return {with_cure(answer.error(), action), {}, {}};
    auto& response = answer->response;
    std::optional<failure> why;
    if (response.status != 200) why = wire::decode_aws_error(response);
    const bool is_refused_for_time = why && proto::may_be_clock_skew(*why);
    auto told = answer->clock_offset;
    if (told && !is_refused_for_time && !fits_signature(*told)) told.reset();
    if (told) offset_ = told;
    if (!why) return {std::move(response), answer->took, told};
    return {with_cure(std::move(*why), action), answer->took, told};
}

// They arrived when nothing could be asked any more.
aws_answer aws_caller::late_keys() const {
    const failure why{
        .kind = error_class::transient,
        .code = boost::asio::error::timed_out,
        .detail = "the keys from " + credentials_.source() + " came too late"};
    return {why, {}, {}};
}

}  // namespace trainwatch::io
