#include "io/credential_fetch_role.hpp"

#include <utility>

#include "base/limits.hpp"
#include "proto/refused_keys.hpp"

namespace trainwatch::io {

namespace {

class role_fetcher final : public key_fetcher {
public:
    role_fetcher(
        domain::assumed_role role,
        std::shared_ptr<key_keeper> source,
        std::shared_ptr<sts_caller> sts,
        const credential_world& world
    )
        : role_(std::move(role)), source_(std::move(source)), sts_(std::move(sts)), world_(world) {}

    task<result<fetched_keys>> fetch() override {
        is_waiting_ = true;
        const mono_time deadline = world_.now().mono + limits::keys_link_wait;
        const auto first = co_await source_->current(deadline);
        is_waiting_ = false;
        if (!first) co_return first.error();
        auto keys = co_await sts_->assume(role_, *first);
        if (!keys && proto::may_be_stale_keys(keys.error())) {
            const bool are_newer = co_await source_->replace(*first);
            if (are_newer) {
                const mono_time until = world_.now().mono + limits::keys_link_wait;
                const auto second = co_await source_->current(until);
                if (second) keys = co_await sts_->assume(role_, *second);
            }
        }
        if (!keys) co_return explained(keys.error());
        co_return fetched_keys{std::move(*keys), sts_->clock_offset()};
    }

    std::string where_to_look() const override {
        return is_waiting_ ? source_->where_to_look() : sts_->where_to_look();
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
    const credential_world& world_;
    bool is_waiting_ = false;  // for the keys of the link before
};

}  // namespace

std::unique_ptr<key_fetcher> create_role_fetcher(
    domain::assumed_role role,
    std::shared_ptr<key_keeper> source,
    std::shared_ptr<sts_caller> sts,
    const credential_world& world
) {
    return std::make_unique<role_fetcher>(
        std::move(role), std::move(source), std::move(sts), world
    );
}

}  // namespace trainwatch::io
