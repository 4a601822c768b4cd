#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/credential_fetch.hpp"
#include "wire/credential_documents.hpp"

namespace trainwatch::io {

namespace {

std::string target_of(const wire::url& portal, const domain::single_sign_on& what) {
    const std::string base = portal.path == "/" ? "" : portal.path;
    return base + "/federation/credentials?role_name=" + percent_encode(what.role_name) +
        "&account_id=" + percent_encode(what.account_id);
}

class sso_fetcher final : public key_fetcher {
public:
    sso_fetcher(const domain::single_sign_on& what, wire::url portal, const fetch_context& context)
        : what_(what)
        , portal_(std::move(portal))
        , source_(context.source)
        , world_(context.world)
        , caller_(
              {.to = portal_,
               .within = limits::sts_deadline,
               .user_agent = context.user_agent,
               .retries = context.retries},
              context.world
          ) {}

    task<result<fetched_keys>> fetch() override {
        const auto token = read_token();
        if (!token) co_return token.error();
        wire::http_request request;
        request.target = target_of(portal_, what_);
        request.headers = {
            {"Host", portal_.host_header()},
            {"Accept", "application/json"},
            {"x-amz-sso_bearer_token", *token}};
        std::shared_ptr<const domain::aws_credentials> unsigned_call;
        auto keys = co_await caller_.call(
            std::move(request), std::move(unsigned_call), wire::read_sso_credentials
        );
        if (!keys) co_return refused(keys.error());
        keys->account_id = what_.account_id;
        co_return fetched_keys{std::move(*keys), caller_.clock_offset()};
    }

    std::string where_to_look() const override {
        return "check that the portal at " + portal_.host_header() +
            " can be reached (the network, HTTPS_PROXY)";
    }

private:
    result<std::string> read_token() {
        const auto text = world_.read_file(what_.token_file);
        if (!text) {
            failure why = told_as(source_ + ": nobody is logged in", text.error());
            why.cure = "run `" + what_.login + "`" + (why.cure.empty() ? "" : "; " + why.cure);
            return why;
        }
        auto token = wire::read_sso_token(*text);
        if (!token) {
            failure why = told_as(source_ + ": " + what_.token_file, token.error());
            why.cure = "run `" + what_.login + "`";
            return why;
        }
        const wall_time now = world_.now().wall + caller_.clock_offset();
        if (token->expires > now) return std::move(token->access_token);
        return failure{
            .kind = error_class::denied,
            .detail = source_ + ": the login ended at " + iso8601(token->expires),
            .cure = "run `" + what_.login + "`"};
    }

    failure refused(failure why) const {
        if (why.kind == error_class::denied && why.cure.empty())
            why.cure = "run `" + what_.login + "`";
        return told_as(source_, caller_.advised(std::move(why), {}));
    }

    const domain::single_sign_on what_;
    const wire::url portal_;
    const std::string source_;
    credential_world& world_;
    credential_caller caller_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::single_sign_on& what, const fetch_context& context
) {
    auto portal = wire::parse_url(what.url);
    if (!portal) return create_broken_fetcher(told_as(context.source, portal.error()));
    return std::make_unique<sso_fetcher>(what, std::move(*portal), context);
}

}  // namespace trainwatch::io
