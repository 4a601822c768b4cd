#include <utility>

#include "base/limits.hpp"
#include "io/credential_fetch.hpp"
#include "wire/credential_documents.hpp"

namespace trainwatch::io {

namespace {

class process_fetcher final : public key_fetcher {
public:
    process_fetcher(const domain::credential_process& what, const fetch_context& context)
        : what_(what), name_(context.source + ": credential_process"), world_(context.world) {}

    task<result<fetched_keys>> fetch() override {
        std::vector<std::string> arguments = what_.arguments;
        const auto output =
            co_await world_.run(std::move(arguments), limits::credential_process_deadline);
        if (!output) co_return explained(output.error());
        auto keys = wire::read_process_credentials(*output);
        if (!keys) {
            failure why = told_as(name_, keys.error());
            why.cure = "run it by hand as the service's user, and look at what it prints";
            co_return why;
        }
        if (keys->account_id.empty()) keys->account_id = what_.account_id;
        co_return fetched_keys{std::move(*keys)};
    }

    std::string where_to_look() const override {
        return "run the credential_process by hand as the service's user";
    }

private:
    failure explained(failure why) const {
        why.detail = name_ + " " + why.detail;
        if (why.cure.empty()) why.cure = "run it by hand as the service's user";
        return why;
    }

    const domain::credential_process what_;
    const std::string name_;
    credential_world& world_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::credential_process& what, const fetch_context& context
) {
    return std::make_unique<process_fetcher>(what, context);
}

}  // namespace trainwatch::io
