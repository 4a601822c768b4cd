#include <utility>

#include "io/credential_fetch.hpp"

namespace trainwatch::io {

namespace {

class static_fetcher final : public key_fetcher {
public:
    explicit static_fetcher(domain::aws_credentials keys) : keys_(std::move(keys)) {}

    task<result<fetched_keys>> fetch() override { co_return fetched_keys{keys_}; }

private:
    const domain::aws_credentials keys_;
};

class broken_fetcher final : public key_fetcher {
public:
    explicit broken_fetcher(failure why) : why_(std::move(why)) {}

    task<result<fetched_keys>> fetch() override { co_return why_; }

private:
    const failure why_;
};

}  // namespace

std::unique_ptr<key_fetcher> create_broken_fetcher(failure why) {
    return std::make_unique<broken_fetcher>(std::move(why));
}

std::unique_ptr<key_fetcher> create_fetcher(const domain::static_keys& what, const fetch_context&) {
    return std::make_unique<static_fetcher>(what.keys);
}

failure told_as(const std::string& source, failure why) {
    why.detail = source + ": " + why.detail;
    return why;
}

}  // namespace trainwatch::io
