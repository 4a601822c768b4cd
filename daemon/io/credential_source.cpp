#include "io/credential_source.hpp"

#include <utility>

namespace trainwatch::io {

namespace {

constexpr const char* no_keys =
    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile that has "
    "aws_access_key_id and aws_secret_access_key";

class static_credentials final : public credential_source {
public:
    explicit static_credentials(wire::aws_credentials keys) : keys_(std::move(keys)) {}

    task<result<wire::aws_credentials>> current() override {
        // Half a pair is no better than none, and would be signed with all the same.
        if (keys_.access_key_id.empty() || keys_.secret_access_key.empty()) {
            co_return failure{.kind = error_class::denied, .detail = no_keys};
        }
        co_return keys_;
    }

private:
    wire::aws_credentials keys_;
};

}  // namespace

std::unique_ptr<credential_source> create_static_credentials(wire::aws_credentials keys) {
    return std::make_unique<static_credentials>(std::move(keys));
}

}  // namespace trainwatch::io
