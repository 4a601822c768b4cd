#include "io/credential_source.hpp"

#include <utility>

namespace trainwatch::io {

namespace {

class planned_credentials final : public credential_source {
public:
    explicit planned_credentials(credential_source_options options)
        : options_(std::move(options)) {}

    task<result<credential_snapshot>> current() override {
        if (kept_) co_return kept_;
        const auto plan = options_.plan();
        if (plan.has_error()) co_return plan.error();
        const auto* const fixed = std::get_if<domain::static_keys>(&plan->base);
        if (fixed == nullptr) {
            co_return failure{
                .kind = error_class::denied,
                .detail = plan->source + ": only static keys are supported"};
        }
        kept_ = std::make_shared<const domain::aws_credentials>(fixed->keys);
        tell(*plan);
        co_return kept_;
    }

    task<bool> replace(credential_snapshot) override { co_return false; }

    void close() override {}

private:
    void tell(const domain::credential_plan& plan) const {
        if (!options_.told) return;
        options_.told(domain::credential_facts{plan.source, kept_->account_id, kept_->expires});
    }

    const credential_source_options options_;
    credential_snapshot kept_{};
};

}  // namespace

std::unique_ptr<credential_source>
create_credential_source(credential_source_options options, const clock&) {
    return std::make_unique<planned_credentials>(std::move(options));
}

}  // namespace trainwatch::io
