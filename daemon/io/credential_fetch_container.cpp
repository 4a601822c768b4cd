#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "io/credential_fetch.hpp"
#include "wire/credential_documents.hpp"

namespace trainwatch::io {

namespace {

class container_fetcher final : public key_fetcher {
public:
    container_fetcher(
        const domain::container_endpoint& what, wire::url url, const fetch_context& context
    )
        : what_(what)
        , url_(std::move(url))
        , source_(context.source)
        , world_(context.world)
        , caller_(
              {.to = url_,
               .how = route::direct,
               .within = limits::container_deadline,
               .introduces = false,
               .user_agent = context.user_agent,
               .retries = context.retries},
              context.world
          ) {}

    task<result<fetched_keys>> fetch() override {
        auto request = ask();
        if (!request) co_return told_as(source_, request.error());
        std::shared_ptr<const domain::aws_credentials> unsigned_call;
        auto keys = co_await caller_.call(
            std::move(*request), std::move(unsigned_call), wire::read_container_credentials
        );
        if (!keys) co_return explained(keys.error());
        co_return fetched_keys{std::move(*keys), caller_.clock_offset()};
    }

    std::string where_to_look() const override {
        return "check that the agent at " + url_.host_header() +
            " runs, and can be reached from this container";
    }

private:
    failure explained(failure why) const {
        if (why.cure.empty()) why.cure = cure_of(why.kind);
        return told_as(source_, std::move(why));
    }

    std::string cure_of(error_class kind) const {
        const std::string address =
            "AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        if (kind == error_class::transient) return where_to_look();
        if (kind == error_class::malformed)
            return "this is no answer of an agent: check " + address;
        if (kind != error_class::denied) return {};
        if (!what_.token_file.empty()) {
            return "check the token in " + what_.token_file +
                " (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE), and " + address;
        }
        if (!what_.token.empty())
            return "check the token in AWS_CONTAINER_AUTHORIZATION_TOKEN, and " + address;
        return "the agent may want a token (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, "
               "AWS_CONTAINER_AUTHORIZATION_TOKEN); check " +
            address;
    }

    result<wire::http_request> ask() {
        wire::http_request request;
        request.target = url_.target();
        request.headers = {{"Host", url_.host_header()}, {"Accept", "application/json"}};
        std::string token = what_.token;
        if (!what_.token_file.empty()) {
            auto read = world_.read_file(what_.token_file);
            if (!read) {
                failure why = read.error();
                if (why.cure.empty()) why.cure = "check AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
                return why;
            }
            token = std::move(*read);
        }
        // It is sent as it stands; a line end would begin another header.
        if (token.find_first_of("\r\n") != std::string::npos) {
            const std::string place =
                what_.token_file.empty() ? "AWS_CONTAINER_AUTHORIZATION_TOKEN" : what_.token_file;
            return failure{
                .kind = error_class::denied,
                .detail = place + " holds a line end",
                .cure = "write the token without one"};
        }
        if (!token.empty()) request.headers.emplace_back("Authorization", std::move(token));
        return request;
    }

    const domain::container_endpoint what_;
    const wire::url url_;
    const std::string source_;
    credential_world& world_;
    credential_caller caller_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::container_endpoint& what, const fetch_context& context
) {
    auto url = wire::parse_url(what.url);
    if (!url) return create_broken_fetcher(told_as(context.source, url.error()));
    return std::make_unique<container_fetcher>(what, std::move(*url), context);
}

}  // namespace trainwatch::io
