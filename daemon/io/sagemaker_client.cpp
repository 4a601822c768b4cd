#include "io/sagemaker_client.hpp"

#include <utility>

#include <boost/asio/error.hpp>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "io/invocation.hpp"
#include "proto/refused_keys.hpp"
#include "proto/retry.hpp"
#include "wire/aws_advice.hpp"
#include "wire/sagemaker.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::io {

namespace {

class signing_client final : public sagemaker_client {
public:
    signing_client(
        sagemaker_client_options options, credential_source& credentials, const clock& time
    )
        : host_(options.endpoint.host_header())
        , hostname_(options.endpoint.host)
        , target_(options.endpoint.target())
        , scope_{std::move(options.region), "sagemaker"}
        , user_agent_(std::move(options.user_agent))
        , credentials_(credentials)
        , time_(time)
        , client_(create_http_client(options.endpoint, std::move(options.http), time)) {}

    task<describe_answer> describe(std::string job_name, mono_time deadline) override {
        const std::string id = invocation_id(random_);
        auto keys = co_await credentials_.current(deadline);
        if (!keys) co_return without_keys(keys.error());
        if (time_.now().mono >= deadline) co_return late_keys();
        const milliseconds signed_with = offset_.value_or(milliseconds(0));
        wire::http_request request = prepare(job_name, **keys, {id, 1, deadline});
        auto answer = co_await client_->exchange(std::move(request), deadline);
        describe_answer told = read(answer, job_name);
        if (told.outcome) co_return told;
        if (proto::may_be_stale_keys(told.outcome.error())) {
            const bool are_newer = co_await credentials_.replace(*keys);
            if (!are_newer) co_return told;
            keys = co_await credentials_.current(deadline);
            if (!keys || time_.now().mono >= deadline) co_return told;
        } else if (!was_misdated(told, signed_with)) {
            co_return told;
        }
        request = prepare(job_name, **keys, {id, 2, deadline});
        answer = co_await client_->exchange(std::move(request), deadline);
        co_return read(answer, job_name);
    }

    void close() override { client_->close(); }

private:
    struct attempt {
        std::string id{};
        int number = 1;
        mono_time deadline{};
    };

    wire::http_request prepare(
        const std::string& job_name, const domain::aws_credentials& keys, const attempt& which
    ) {
        wire::http_request request = wire::encode_describe_training_job(host_, job_name);
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

    describe_answer read(result<http_answer>& answer, const std::string& job_name) {
        if (!answer) return {with_cure(answer.error()), {}, {}, {}};
        if (answer->clock_offset) offset_ = answer->clock_offset;
        describe_answer told{
            wire::read_describe_training_job(answer->response, job_name),
            answer->took,
            answer->clock_offset,
            {},
        };
        if (told.outcome) {
            told.document = std::move(answer->response.body);
        } else {
            told.outcome = with_cure(told.outcome.error());
        }
        return told;
    }

    // The answer tells another time than the one that we signed with: not so when a permission is
    // missing, however wrong this machine's clock may be.
    static bool was_misdated(const describe_answer& told, milliseconds signed_with) {
        if (!told.clock_offset || !proto::may_be_clock_skew(told.outcome.error())) return false;
        return std::chrono::abs(*told.clock_offset - signed_with) > limits::clock_skew_suspect;
    }

    failure with_cure(failure why) const {
        if (why.cure.empty()) {
            why.cure = wire::advise(
                why, {"sagemaker:DescribeTrainingJob", scope_.region, hostname_, offset_}
            );
        }
        return why;
    }

    // They arrived when nothing could be asked any more.
    // Nobody was asked: it says nothing of the job, however the source put it.
    static describe_answer without_keys(failure why) {
        const bool may_pass =
            why.kind == error_class::transient || why.kind == error_class::throttled;
        if (!may_pass) why.kind = error_class::denied;
        return {std::move(why), {}, {}, {}};
    }

    describe_answer late_keys() const {
        const failure why{
            .kind = error_class::transient,
            .code = boost::asio::error::timed_out,
            .detail = "the keys from " + credentials_.source() + " came too late"};
        return {why, {}, {}, {}};
    }

    const std::string host_;
    const std::string hostname_;
    const std::string target_;
    const wire::signing_scope scope_;
    const std::string user_agent_;
    credential_source& credentials_;
    const clock& time_;
    std::unique_ptr<http_client> client_;
    wire::signing_key_cache signing_keys_{};
    random_source random_{random_seed()};
    std::optional<milliseconds> offset_{};
};

}  // namespace

std::unique_ptr<sagemaker_client> create_sagemaker_client(
    sagemaker_client_options options, credential_source& credentials, const clock& time
) {
    return std::make_unique<signing_client>(std::move(options), credentials, time);
}

}  // namespace trainwatch::io
