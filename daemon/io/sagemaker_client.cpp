#include "io/sagemaker_client.hpp"

#include <array>
#include <utility>

#include <openssl/rand.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "wire/sagemaker.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::io {

namespace {

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed) == 1);
    return seed;
}

// A UUID of version 4 (RFC 9562): AWS support finds a call by it.
std::string invocation_id(random_source& random) {
    std::array<unsigned char, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        const std::uint64_t drawn = random.next();
        for (std::size_t k = 0; k < 8; ++k) {
            bytes[i + k] = static_cast<unsigned char>(drawn >> (8 * k));
        }
    }
    bytes[6] = (bytes[6] & 0x0FU) | 0x40U;
    bytes[8] = (bytes[8] & 0x3FU) | 0x80U;
    std::string id = hex(bytes);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
        id.insert(at, 1, '-');
    return id;
}

class signing_client final : public sagemaker_client {
public:
    signing_client(
        sagemaker_client_options options, credential_source& credentials, const clock& time
    )
        : host_(options.endpoint.host_header())
        , target_(options.endpoint.target())
        , scope_{std::move(options.region), "sagemaker"}
        , user_agent_(std::move(options.user_agent))
        , credentials_(credentials)
        , time_(time)
        , client_(create_http_client(options.endpoint, std::move(options.http), time)) {}

    task<describe_answer> describe(std::string job_name, mono_time deadline) override {
        const auto keys = co_await credentials_.current();
        if (!keys) co_return describe_answer{keys.error(), {}, {}, {}};
        wire::http_request request = prepare(job_name, **keys, deadline);
        auto answer = co_await client_->exchange(std::move(request), deadline);
        if (!answer) co_return describe_answer{answer.error(), {}, {}, {}};
        if (answer->clock_offset) offset_ = answer->clock_offset;
        describe_answer told{
            wire::read_describe_training_job(answer->response, job_name),
            answer->took,
            answer->clock_offset,
            {},
        };
        if (told.outcome) told.document = std::move(answer->response.body);
        co_return told;
    }

    void close() override { client_->close(); }

private:
    wire::http_request prepare(
        const std::string& job_name, const wire::aws_credentials& keys, mono_time deadline
    ) {
        wire::http_request request = wire::encode_describe_training_job(host_, job_name);
        request.target = target_;
        const instant now = time_.now();
        const wall_time corrected = now.wall + offset_.value_or(milliseconds(0));
        request.headers.emplace_back("amz-sdk-invocation-id", invocation_id(random_));
        request.headers.emplace_back(
            "amz-sdk-request", attempt_text(corrected, deadline - now.mono)
        );
        request.headers.emplace_back("User-Agent", user_agent_);
        wire::sign(request, corrected, keys, scope_, signing_keys_);
        return request;
    }

    // One describe is one attempt: retries are the engine's, each a call of its own. Once the
    // server's clock is known, it may drop what nobody waits for any more.
    std::string attempt_text(wall_time corrected, nanoseconds left) const {
        constexpr const char* attempt = "attempt=1; max=1";
        if (!offset_) return attempt;
        const wall_time end = corrected + std::chrono::duration_cast<milliseconds>(left);
        return "ttl=" + iso8601_basic(end) + "; " + attempt;
    }

    const std::string host_;
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
