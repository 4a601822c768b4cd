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
        if (!keys) co_return told_as(source_, keys.error());
        co_return fetched_keys{std::move(*keys), caller_.clock_offset()};
    }

private:
    result<wire::http_request> ask() {
        wire::http_request request;
        request.target = url_.target();
        request.headers = {{"Host", url_.host_header()}, {"Accept", "application/json"}};
        std::string token = what_.token;
        if (!what_.token_file.empty()) {
            auto read = world_.read_file(what_.token_file);
            if (!read) return read.error();
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
