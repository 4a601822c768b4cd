// Keys of one source, kept and renewed: the cache of one link of a chain.
//
// One fetch is under way at a time; whoever needs its outcome waits for it, and a fetch ahead of
// expiry runs beside those who use the keys that there are. When is proto/refresh's decision.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "base/limits.hpp"
#include "io/credential_fetch.hpp"
#include "io/credential_source.hpp"
#include "proto/refresh.hpp"

namespace trainwatch::io {

// Both: does AWS know them for the same?
bool same_keys(const domain::aws_credentials& a, const domain::aws_credentials& b);

struct keeper_options {
    std::uint64_t seed = 0;
    // Of the keys, for people.
    std::function<std::string()> name{};
    // How long a user of good keys waits for newer ones.
    nanoseconds wait = limits::keys_wait;
    // After each fetch; may be empty. Extended keys are those before, past their end.
    std::function<void(const result<fetched_keys>& news, bool are_extended)> told{};
};

// Shared with its own fetches: they may outlive the plan that it belongs to.
class key_keeper : public std::enable_shared_from_this<key_keeper> {
public:
    // `world` outlives it and its fetches.
    key_keeper(
        std::unique_ptr<key_fetcher> fetcher, credential_world& world, keeper_options options
    );
    ~key_keeper();
    key_keeper(const key_keeper&) = delete;
    key_keeper& operator=(const key_keeper&) = delete;

    // As credential_source::current.
    task<result<credential_snapshot>> current(mono_time deadline);
    // As credential_source::replace.
    task<bool> replace(credential_snapshot refused);
    // Why the last fetch brought nothing; with an empty detail when it did.
    const failure& trouble() const { return trouble_; }
    std::string where_to_look() const { return fetcher_->where_to_look(); }

private:
    struct flight;

    std::shared_ptr<flight> fly(const boost::asio::any_io_executor& executor);
    static task<void> perform(std::shared_ptr<key_keeper> self, std::shared_ptr<flight> mine);
    static task<void> wait_for(std::shared_ptr<flight> what, nanoseconds most);
    void take(result<fetched_keys> news);
    failure expired_on_arrival(const fetched_keys& what) const;
    failure late() const;

    const std::unique_ptr<key_fetcher> fetcher_;
    credential_world& world_;
    const keeper_options options_;
    proto::refresh refresh_;
    credential_snapshot keys_{};
    failure trouble_{};
    std::shared_ptr<flight> flight_{};
};

}  // namespace trainwatch::io
