#include "io/credential_fetch_role.hpp"

#include <utility>

#include "proto/refused_keys.hpp"

namespace trainwatch::io {

namespace {

class role_fetcher final : public key_fetcher {
public:
    role_fetcher(
        domain::assumed_role role,
        std::shared_ptr<key_keeper> source,
        std::shared_ptr<sts_caller> sts
    )
        : role_(std::move(role)), source_(std::move(source)), sts_(std::move(sts)) {}

    task<result<fetched_keys>> fetch() override {
        const auto first = co_await source_->current();
        if (!first) co_return first.error();
        auto keys = co_await sts_->assume(role_, *first);
        if (!keys && proto::may_be_stale_keys(keys.error())) {
            const bool are_newer = co_await source_->replace(*first);
            if (are_newer) {
                const auto second = co_await source_->current();
                if (second) keys = co_await sts_->assume(role_, *second);
            }
        }
        if (!keys) co_return explained(keys.error());
        co_return fetched_keys{std::move(*keys), sts_->clock_offset()};
    }

private:
    // Keys past their time are refused because there are no newer ones: that is what to look at.
    failure explained(const failure& refusal) const {
        failure why = told_as("assuming " + role_.role_arn, refusal);
        const failure& behind = source_->trouble();
        if (proto::may_be_stale_keys(refusal) && !behind.detail.empty())
            why.detail += " (" + behind.detail + ")";
        return why;
    }

    const domain::assumed_role role_;
    const std::shared_ptr<key_keeper> source_;
    const std::shared_ptr<sts_caller> sts_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_role_fetcher(
    domain::assumed_role role, std::shared_ptr<key_keeper> source, std::shared_ptr<sts_caller> sts
) {
    return std::make_unique<role_fetcher>(std::move(role), std::move(source), std::move(sts));
}

}  // namespace trainwatch::io
