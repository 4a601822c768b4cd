#include "io/instance_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio/error.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::io {

namespace {

constexpr std::string_view token_header = "x-aws-ec2-metadata-token";
constexpr std::string_view token_life_header = "x-aws-ec2-metadata-token-ttl-seconds";
constexpr const char* hop_limit =
    "inside a container on EC2 the answer may not arrive: raise the instance's metadata hop limit "
    "to 2";

bool is_token(std::string_view text) {
    return !text.empty() &&
        std::all_of(text.begin(), text.end(), [](char one) { return one > ' ' && one < '\x7F'; });
}

seconds token_life(const wire::http_response& response) {
    const auto text = wire::find_header(response.headers, token_life_header);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!is_whole || value < 0) return limits::instance_token_life;
    return std::min(seconds(value), limits::instance_token_life);
}

// A label of a host name: it becomes a part of one.
bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
        std::all_of(text.begin(), text.end(), [](char one) {
            return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z') || one == '-';
        });
}

}  // namespace

failure metadata_refusal(const wire::http_response& response, const std::string& asked) {
    const bool is_busy = response.status >= 500;
    return {
        .kind = is_busy ? error_class::transient : error_class::denied,
        .detail = "answered " + std::to_string(response.status) + " to " + asked};
}

instance_metadata_client::instance_metadata_client(
    const domain::instance_metadata& what,
    wire::url url,
    std::string user_agent,
    credential_world& world
)
    : timeout_(what.timeout)
    , attempts_(what.attempts)
    , url_(std::move(url))
    , user_agent_(std::move(user_agent))
    , world_(world) {}

// With a token; once more with a new one when the service has forgotten ours.
task<result<http_answer>> instance_metadata_client::get(std::string target) {
    is_absent_ = false;
    for (int round = 1;; ++round) {
        const auto token = co_await have_token();
        if (!token) co_return token.error();
        wire::http_request request = question("GET", target);
        request.headers.emplace_back(token_header, token_);
        auto answer = co_await ask(std::move(request));
        if (!answer || answer->response.status != 401 || round == 2) co_return answer;
        token_.clear();
    }
}

task<result<void>> instance_metadata_client::have_token() {
    if (!token_.empty() && world_.now().mono < token_end_) co_return result<void>();
    const std::string target = "/latest/api/token";
    wire::http_request request = question("PUT", target);
    request.headers.emplace_back(
        token_life_header, std::to_string(limits::instance_token_life.count())
    );
    const mono_time begun = world_.now().mono;
    const auto answer = co_await ask(std::move(request));
    if (!answer) {
        failure why = answer.error();
        is_absent_ = true;
        if (why.code == boost::asio::error::timed_out) why.cure = hop_limit;
        co_return why;
    }
    const auto& response = answer->response;
    if (response.status != 200) co_return no_token(response);
    const std::string_view text = trim(response.body);
    if (!is_token(text))
        co_return failure{.kind = error_class::malformed, .detail = "sent no token"};
    token_ = std::string(text);
    token_end_ = begun + token_life(response) - limits::instance_token_margin;
    co_return result<void>();
}

failure instance_metadata_client::no_token(const wire::http_response& response) {
    failure why = metadata_refusal(response, "the question for a token");
    if (response.status == 403) {
        is_absent_ = true;
        why.detail = "is switched off (403)";
        why.cure = "enable it for the instance (HttpEndpoint)";
    } else if (response.status == 404 || response.status == 405) {
        is_absent_ = true;
        why.detail = "offers no version 2 (" + std::to_string(response.status) + ")";
        why.cure = "check AWS_EC2_METADATA_SERVICE_ENDPOINT: nobody there gives a token";
    }
    return why;
}

task<result<http_answer>> instance_metadata_client::ask(wire::http_request request) {
    nanoseconds pause = limits::instance_pause;
    for (int tried = 1;; ++tried) {
        wire::http_request attempt = request;
        auto answer = co_await world_.exchange(url_, route::direct, std::move(attempt), timeout_);
        const bool is_busy = answer && answer->response.status >= 500;
        if (answer && !is_busy) co_return answer;
        const int most = is_busy ? std::max(attempts_, limits::instance_attempts_busy) : attempts_;
        if (tried >= most) co_return answer;
        co_await world_.pause(pause);
        pause *= 2;
    }
}

wire::http_request instance_metadata_client::question(std::string method, const std::string& target)
    const {
    wire::http_request request;
    request.method = std::move(method);
    request.target = (url_.path == "/" ? "" : url_.path) + target;
    request.headers = {{"Host", url_.host_header()}, {"User-Agent", user_agent_}};
    return request;
}

task<result<std::string>> instance_region(
    domain::instance_metadata where, std::string user_agent, credential_world& world
) {
    const auto told = [&where](failure why) {
        why.detail = "the instance metadata service at " + where.url + ": " + why.detail;
        return why;
    };
    auto url = wire::parse_url(where.url);
    if (!url) co_return url.error();
    instance_metadata_client service(where, std::move(*url), std::move(user_agent), world);
    std::string target = "/latest/meta-data/placement/region";
    const auto answer = co_await service.get(std::move(target));
    if (!answer) co_return told(answer.error());
    if (answer->response.status != 200)
        co_return told(metadata_refusal(answer->response, "the question for its region"));
    const std::string_view region = trim(answer->response.body);
    if (is_region(region)) co_return std::string(region);
    co_return told({.kind = error_class::malformed, .detail = "named no region"});
}

}  // namespace trainwatch::io
