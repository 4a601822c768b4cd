#include "io/credential_source.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "base/text.hpp"
#include "io/credential_chain.hpp"
#include "io/credential_fetch_role.hpp"
#include "io/credential_keeper.hpp"
#include "io/invocation.hpp"

namespace trainwatch::io {

namespace {

// What STS allows in a session's name.
bool is_session_character(char one) {
    return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') ||
        std::string_view("_+=,.@-").find(one) != std::string_view::npos;
}

std::string host_part() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return "host";
    std::string part(name.data());
    part.resize(std::min(part.size(), part.find('.')));
    std::replace_if(
        part.begin(), part.end(), [](char one) { return !is_session_character(one); }, '-'
    );
    // "trainwatchd-", "-" and an epoch of ten digits leave 41 of 64 characters.
    return part.substr(0, 40);
}

std::string text_of(const domain::credential_plan& plan) {
    std::string text = plan.source;
    for (const auto& role : plan.roles)
        text += ", then " + role.role_arn;
    return text;
}

using planner = std::function<result<domain::credential_plan>()>;

// The whole plan as one source: made anew when it failed or when its keys were refused, because
// files may have changed; else what was decided once holds.
class planned_fetcher final : public key_fetcher {
public:
    planned_fetcher(
        planner plan, std::string user_agent, chain_options options, credential_world& world
    )
        : plan_(std::move(plan))
        , user_agent_(std::move(user_agent))
        , options_(std::move(options))
        , world_(world) {}

    task<result<fetched_keys>> fetch() override {
        if (starts_over_) {
            auto plan = plan_();
            if (!plan) co_return plan.error();
            if (!chain_ || *plan != made_from_) build(std::move(*plan));
            starts_over_ = false;
        }
        auto keys = co_await chain_->fetch();
        // Keys that stand in a file and end are renewed by whoever writes the file.
        starts_over_ =
            keys.has_error() || std::holds_alternative<domain::static_keys>(made_from_.base);
        co_return keys;
    }

    void start_over() override {
        starts_over_ = true;
        if (chain_) chain_->start_over();
    }

    std::string where_to_look() const override {
        return chain_ ? chain_->where_to_look() : std::string();
    }

    const std::string& source() const { return source_; }

private:
    void build(domain::credential_plan plan) {
        source_ = text_of(plan);
        fetch_context context{plan.source, user_agent_, {}, world_, options_.retries};
        const bool asks_sts =
            !plan.roles.empty() || std::holds_alternative<domain::web_identity>(plan.base);
        if (asks_sts) {
            auto url = wire::parse_url(plan.sts.url);
            if (!url) {
                chain_ = create_broken_fetcher(told_as(plan.source, url.error()));
                return;
            }
            context.sts = std::make_shared<sts_caller>(
                plan.sts,
                std::move(*url),
                user_agent_,
                options_.session_name,
                options_.retries,
                world_
            );
        }
        const auto create = [&](const auto& base) { return create_fetcher(base, context); };
        chain_ = std::visit(create, plan.base);
        std::string name = plan.source;
        for (const auto& role : plan.roles) {
            const auto named = [name] { return name; };
            auto source = std::make_shared<key_keeper>(
                std::move(chain_), world_, keeper_options{random_seed(), named, options_.wait, {}}
            );
            chain_ = create_role_fetcher(role, std::move(source), context.sts, world_);
            name = role.role_arn;
        }
        made_from_ = std::move(plan);
    }

    const planner plan_;
    const std::string user_agent_;
    const chain_options options_;
    credential_world& world_;
    bool starts_over_ = true;
    std::unique_ptr<key_fetcher> chain_{};
    domain::credential_plan made_from_{};
    std::string source_{};
};

class planned_credentials final : public credential_source {
public:
    planned_credentials(
        credential_source_options options,
        chain_options chain,
        std::unique_ptr<credential_world> world
    )
        : world_(std::move(world)), told_(std::move(options.told)) {
        auto fetcher = std::make_unique<planned_fetcher>(
            std::move(options.plan), std::move(options.user_agent), chain, *world_
        );
        planned_ = fetcher.get();
        const auto named = [this] { return planned_->source(); };
        const auto tell = [this](const result<fetched_keys>& news, bool are_extended) {
            pass_on(news, are_extended);
        };
        keeper_ = std::make_shared<key_keeper>(
            std::move(fetcher), *world_, keeper_options{chain.seed, named, chain.wait, tell}
        );
    }

    task<result<credential_snapshot>> current(mono_time deadline) override {
        return keeper_->current(deadline);
    }

    task<bool> replace(credential_snapshot refused) override {
        return keeper_->replace(std::move(refused));
    }

    void close() override { world_->close(); }

    std::string source() const override { return planned_->source(); }

private:
    void pass_on(const result<fetched_keys>& news, bool are_extended) const {
        if (!told_) return;
        if (!news) {
            told_(news.error());
            return;
        }
        told_(domain::credential_facts{
            planned_->source(), news->keys.account_id, news->keys.expires, are_extended});
    }

    const std::unique_ptr<credential_world> world_;
    const credential_listener told_;
    planned_fetcher* planned_ = nullptr;  // owned by the keeper
    std::shared_ptr<key_keeper> keeper_{};
};

}  // namespace

std::string session_name(const clock& time) {
    const auto epoch = unix_milliseconds(time.now().wall) / 1000;
    return "trainwatchd-" + host_part() + "-" + std::to_string(epoch);
}

std::unique_ptr<credential_source> create_credential_source(
    credential_source_options options, chain_options chain, std::unique_ptr<credential_world> world
) {
    return std::make_unique<planned_credentials>(
        std::move(options), std::move(chain), std::move(world)
    );
}

std::unique_ptr<credential_source> create_credential_source(
    credential_source_options options, const clock& time
) {
    auto world = create_credential_world(options.tls, options.proxies, time);
    chain_options chain{session_name(time), random_seed()};
    if (options.attempts_max) chain.retries.attempts_max = *options.attempts_max;
    return create_credential_source(std::move(options), std::move(chain), std::move(world));
}

}  // namespace trainwatch::io
