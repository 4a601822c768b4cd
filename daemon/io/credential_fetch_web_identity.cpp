#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/credential_fetch.hpp"

namespace trainwatch::io {

namespace {

// Codes of STS that a newer token may cure.
bool is_about_the_token(const failure& why) {
    return why.remote_code == "InvalidIdentityToken" || why.remote_code == "IDPRejectedClaim" ||
        why.remote_code == "ExpiredTokenException" || why.remote_code == "ExpiredToken";
}

class web_identity_fetcher final : public key_fetcher {
public:
    web_identity_fetcher(const domain::web_identity& what, const fetch_context& context)
        : what_(what), source_(context.source), sts_(context.sts), world_(context.world) {
        CHECK(sts_ != nullptr);
    }

    task<result<fetched_keys>> fetch() override {
        const auto token = read_token();
        if (!token) co_return token.error();
        auto keys = co_await sts_->assume_with_token(what_.role, *token);
        if (!keys && is_about_the_token(keys.error())) {
            // Whoever rotates the file may have done so just now.
            const auto newer = read_token();
            if (newer && *newer != *token)
                keys = co_await sts_->assume_with_token(what_.role, *newer);
        }
        if (!keys) co_return explained(keys.error());
        co_return fetched_keys{std::move(*keys), sts_->clock_offset()};
    }

    std::string where_to_look() const override { return sts_->where_to_look(); }

private:
    result<std::string> read_token() {
        const auto text = world_.read_file(what_.token_file);
        if (!text) {
            failure why = told_as(source_, text.error());
            if (why.cure.empty())
                why.cure = "check AWS_WEB_IDENTITY_TOKEN_FILE or web_identity_token_file";
            return why;
        }
        const std::string_view token = trim(*text);
        const std::size_t size = token.size();
        if (size >= limits::web_token_chars_least && size <= limits::web_token_chars_most)
            return std::string(token);
        return failure{
            .kind = error_class::denied,
            .detail =
                source_ + ": " + what_.token_file + (size == 0 ? " is empty" : " holds no token"),
            .cure = "look at what writes that file"};
    }

    failure explained(failure why) const {
        // Nearer than what may be said of keys in general.
        if (is_about_the_token(why)) {
            why.cure = "look at what writes " + what_.token_file +
                ", and at the identity provider that the role trusts";
        }
        why.detail = source_ + ", for " + what_.role.role_arn + ": " + why.detail;
        return why;
    }

    const domain::web_identity what_;
    const std::string source_;
    const std::shared_ptr<sts_caller> sts_;
    credential_world& world_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::web_identity& what, const fetch_context& context
) {
    return std::make_unique<web_identity_fetcher>(what, context);
}

}  // namespace trainwatch::io
