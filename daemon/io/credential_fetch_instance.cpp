#include <algorithm>
#include <charconv>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/credential_fetch.hpp"
#include "wire/credential_documents.hpp"

namespace trainwatch::io {

namespace {

constexpr std::string_view token_header = "x-aws-ec2-metadata-token";
constexpr std::string_view token_life_header = "x-aws-ec2-metadata-token-ttl-seconds";
constexpr std::string_view old_path = "/latest/meta-data/iam/security-credentials/";
// The newer one adds the account.
constexpr std::string_view new_path = "/latest/meta-data/iam/security-credentials-extended/";

constexpr const char* looked_at =
    "no AWS credentials: AWS_ACCESS_KEY_ID and AWS_WEB_IDENTITY_TOKEN_FILE are not set, the AWS "
    "files hold no keys for this profile, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
    "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set, and the instance metadata service ";
constexpr const char* give_some =
    "give the instance, task or pod a role, or the connection a profile, or set AWS_ACCESS_KEY_ID "
    "and AWS_SECRET_ACCESS_KEY";
constexpr const char* hop_limit =
    "inside a container on EC2 the answer may not arrive: raise the instance's metadata hop limit "
    "to 2";

bool is_role_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char one) {
        return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z') ||
            (one >= 'A' && one <= 'Z') ||
            std::string_view("+=,.@-_").find(one) != std::string_view::npos;
    });
}

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

// An answer that nothing is made of.
failure of_status(const wire::http_response& response, const std::string& asked) {
    const bool is_busy = response.status >= 500;
    return {
        .kind = is_busy ? error_class::transient : error_class::denied,
        .detail = "answered " + std::to_string(response.status) + " to " + asked};
}

class instance_fetcher final : public key_fetcher {
public:
    instance_fetcher(
        const domain::instance_metadata& what, wire::url url, const fetch_context& context
    )
        : what_(what)
        , url_(std::move(url))
        , source_(context.source)
        , user_agent_(context.user_agent)
        , world_(context.world) {}

    task<result<fetched_keys>> fetch() override {
        is_absent_ = false;
        auto keys = co_await find_keys();
        if (!keys) co_return explained(keys.error());
        was_there_ = true;
        co_return fetched_keys{std::move(*keys), offset_, true};
    }

private:
    enum class path { unknown, extended, old };

    // ---- the steps ---------------------------------------------------------------------------

    task<result<domain::aws_credentials>> find_keys() {
        const bool is_remembered = what_.instance_profile.empty() && !role_.empty();
        if (!what_.instance_profile.empty()) role_ = what_.instance_profile;
        if (role_.empty()) {
            const auto listed = co_await list_role();
            if (!listed) co_return listed.error();
        }
        auto found = co_await read_keys();
        // The instance was given another profile meanwhile.
        if (!found && found.error().kind == error_class::not_found && is_remembered) {
            role_.clear();
            const auto listed = co_await list_role();
            if (!listed) co_return listed.error();
            found = co_await read_keys();
        }
        if (!found && found.error().kind == error_class::not_found) role_.clear();
        co_return found;
    }

    task<result<void>> list_role() {
        auto answer = http_answer{};
        if (path_ != path::old) {
            const std::string target(new_path);
            auto asked = co_await get(target);
            if (!asked) co_return asked.error();
            answer = std::move(*asked);
        }
        path found = path::extended;
        if (path_ == path::old || (path_ == path::unknown && answer.response.status == 404)) {
            const std::string target(old_path);
            auto asked = co_await get(target);
            if (!asked) co_return asked.error();
            answer = std::move(*asked);
            found = path::old;
        }
        const auto& response = answer.response;
        if (response.status == 404) co_return no_role();
        if (response.status != 200) co_return of_status(response, "the question for its role");
        const std::string_view body = trim(response.body);
        const std::string_view first = trim(body.substr(0, body.find('\n')));
        if (!is_role_name(first))
            co_return failure{.kind = error_class::malformed, .detail = "named no role"};
        role_ = std::string(first);
        path_ = found;
        co_return result<void>();
    }

    task<result<domain::aws_credentials>> read_keys() {
        path found = path_ == path::old ? path::old : path::extended;
        std::string target = path_of(found);
        auto answer = co_await get(target);
        if (answer && answer->response.status == 404 && path_ == path::unknown) {
            found = path::old;
            target = path_of(found);
            answer = co_await get(target);
        }
        if (!answer) co_return answer.error();
        const auto& response = answer->response;
        if (response.status == 404) co_return no_such_role();
        if (response.status != 200) co_return of_status(response, "the question for keys");
        path_ = found;
        if (answer->clock_offset) offset_ = *answer->clock_offset;
        co_return wire::read_instance_credentials(response.body);
    }

    std::string path_of(path which) const {
        return std::string(which == path::old ? old_path : new_path) + role_;
    }

    failure no_role() {
        is_absent_ = true;
        path_ = path::unknown;
        return {
            .kind = error_class::denied,
            .detail = "knows no role of this instance",
            .cure = "attach an instance profile"};
    }

    failure no_such_role() {
        path_ = what_.instance_profile.empty() ? path_ : path::unknown;
        return {
            .kind = error_class::not_found,
            .detail = "has no keys for the role " + role_,
            .cure = what_.instance_profile.empty()
                ? ""
                : "check ec2_instance_profile_name, AWS_EC2_INSTANCE_PROFILE_NAME"};
    }

    // ---- one question ------------------------------------------------------------------------

    // With a token; once more with a new one when the service has forgotten ours.
    task<result<http_answer>> get(std::string target) {
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

    task<result<void>> have_token() {
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

    failure no_token(const wire::http_response& response) {
        failure why = of_status(response, "the question for a token");
        if (response.status == 403) {
            is_absent_ = true;
            why.detail = "is switched off (403)";
            why.cure = "enable it for the instance (HttpEndpoint)";
        } else if (response.status == 404 || response.status == 405) {
            is_absent_ = true;
            why.detail = "offers no version 2 (" + std::to_string(response.status) + ")";
        }
        return why;
    }

    // A service that is there but busy is asked again; one that is silent only as often as the
    // configuration says, or a machine outside EC2 would wait for long.
    task<result<http_answer>> ask(wire::http_request request) {
        nanoseconds pause = limits::instance_pause;
        for (int tried = 1;; ++tried) {
            wire::http_request attempt = request;
            auto answer =
                co_await world_.exchange(url_, route::direct, std::move(attempt), what_.timeout);
            const bool is_busy = answer && answer->response.status >= 500;
            if (answer && !is_busy) co_return answer;
            const int most =
                is_busy ? std::max(what_.attempts, limits::instance_attempts_busy) : what_.attempts;
            if (tried >= most) co_return answer;
            co_await world_.pause(pause);
            pause *= 2;
        }
    }

    wire::http_request question(std::string method, const std::string& target) const {
        wire::http_request request;
        request.method = std::move(method);
        request.target = (url_.path == "/" ? "" : url_.path) + target;
        request.headers = {{"Host", url_.host_header()}, {"User-Agent", user_agent_}};
        return request;
    }

    failure explained(failure why) const {
        const std::string where = "at " + url_.host_header() + " ";
        if (is_absent_ && what_.is_last_resort && !was_there_) {
            // Nobody asked for this service: what is missing is any source at all.
            why.kind = error_class::denied;
            why.detail = looked_at + where + "(" + why.detail + ")";
            why.cure = why.cure.empty() ? give_some : std::string(give_some) + "; " + why.cure;
            return why;
        }
        if (why.kind == error_class::not_found) why.kind = error_class::denied;
        why.detail = source_ + " " + where + "(" + why.detail + ")";
        return why;
    }

    const domain::instance_metadata what_;
    const wire::url url_;
    const std::string source_;
    const std::string user_agent_;
    credential_world& world_;
    std::string token_{};
    mono_time token_end_{};
    path path_ = path::unknown;
    std::string role_{};
    milliseconds offset_{};
    bool is_absent_ = false;  // of the fetch under way: nothing says that the service is there
    bool was_there_ = false;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::instance_metadata& what, const fetch_context& context
) {
    auto url = wire::parse_url(what.url);
    if (!url) return create_broken_fetcher(told_as(context.source, url.error()));
    return std::make_unique<instance_fetcher>(what, std::move(*url), context);
}

}  // namespace trainwatch::io
