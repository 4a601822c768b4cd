#include "io/credential_keeper.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "io/as_value.hpp"
#include "io/rethrow.hpp"

namespace trainwatch::io {

namespace {

using boost::asio::steady_timer;
using action = proto::refresh::action;
using outcome = proto::refresh::outcome;

}  // namespace

bool same_keys(const domain::aws_credentials& a, const domain::aws_credentials& b) {
    return a.access_key_id == b.access_key_id && a.secret_access_key == b.secret_access_key &&
        a.session_token == b.session_token;
}

// A fetch under way and those who wait for its end.
struct key_keeper::flight {
    bool is_over = false;
    std::list<steady_timer*> waiting{};
};

key_keeper::key_keeper(
    std::unique_ptr<key_fetcher> fetcher, credential_world& world, keeper_options options
)
    : fetcher_(std::move(fetcher))
    , world_(world)
    , options_(std::move(options))
    , refresh_(options_.seed) {}

key_keeper::~key_keeper() = default;

task<result<credential_snapshot>> key_keeper::current(mono_time deadline) {
    const mono_time now = world_.now().mono;
    const action next = refresh_.next(now);
    if (next == action::use) co_return keys_;
    if (next == action::fail && !flight_) co_return trouble_;
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto under_way = fly(executor);
    if (next == action::use_and_fetch) co_return keys_;
    if (refresh_.has_keys(now)) {
        const nanoseconds most = std::min<nanoseconds>(options_.wait, deadline - now);
        co_await wait_for(under_way, most);
    }
    // They may have ended meanwhile: then newer ones are all that helps.
    const mono_time then = world_.now().mono;
    if (!refresh_.has_keys(then)) {
        const nanoseconds most = deadline - then;
        co_await wait_for(under_way, most);
    }
    if (refresh_.has_keys(world_.now().mono)) co_return keys_;
    if (!under_way->is_over) co_return late();
    co_return trouble_;
}

task<bool> key_keeper::replace(credential_snapshot refused) {
    if (!keys_ || !same_keys(*keys_, *refused)) co_return keys_ != nullptr;
    if (!flight_) {
        if (!refresh_.force(world_.now().mono)) co_return false;
        fetcher_->start_over();
    }
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto under_way = fly(executor);
    co_await wait_for(under_way, options_.wait);
    co_return !same_keys(*keys_, *refused);
}

std::shared_ptr<key_keeper::flight> key_keeper::fly(const boost::asio::any_io_executor& executor) {
    if (flight_) return flight_;
    // Ours, because the fetch may be over before co_spawn returns.
    const auto mine = std::make_shared<flight>();
    flight_ = mine;
    boost::asio::co_spawn(executor, perform(shared_from_this(), mine), rethrow);
    return mine;
}

task<void> key_keeper::perform(std::shared_ptr<key_keeper> self, std::shared_ptr<flight> mine) {
    auto news = co_await self->fetcher_->fetch();
    self->take(std::move(news));
    mine->is_over = true;
    self->flight_.reset();
    for (steady_timer* const one : mine->waiting)
        one->cancel();
}

task<void> key_keeper::wait_for(std::shared_ptr<flight> what, nanoseconds most) {
    if (what->is_over) co_return;
    steady_timer turn(co_await boost::asio::this_coro::executor);
    turn.expires_after(most);
    const auto place = what->waiting.insert(what->waiting.end(), &turn);
    co_await turn.async_wait(as_value);
    what->waiting.erase(place);
}

void key_keeper::take(result<fetched_keys> news) {
    const instant now = world_.now();
    outcome what = outcome::none;
    if (news) {
        what =
            refresh_.fetched(now, {news->keys.expires, news->clock_offset, news->outlive_expiry});
        const bool are_taken = what == outcome::renewed || what == outcome::extended;
        if (are_taken && (!keys_ || *keys_ != news->keys))
            keys_ = std::make_shared<const domain::aws_credentials>(news->keys);
        if (what != outcome::renewed) news = expired_on_arrival(*news);
    } else {
        what = refresh_.failed(now.mono);
    }
    trouble_ = news ? failure{.kind = error_class::transient} : news.error();
    if (what == outcome::extended)
        trouble_.detail += "; the expired keys are used meanwhile, as AWS advises";
    if (!options_.told) return;
    if (!news) news = trouble_;
    // They work: that they are old is news of them, and no failure.
    if (what == outcome::extended) news = fetched_keys{*keys_, milliseconds(0), true};
    options_.told(news, what == outcome::extended);
}

failure key_keeper::late() const {
    const std::string name = options_.name();
    failure why{
        .kind = error_class::transient,
        .code = boost::asio::error::timed_out,
        .detail = "waiting for keys" + (name.empty() ? "" : " from " + name) + " timed out"};
    if (!trouble_.detail.empty()) {
        why.detail += " (before: " + trouble_.detail + ")";
        why.cure = trouble_.cure;
    }
    if (why.cure.empty()) why.cure = fetcher_->where_to_look();
    return why;
}

failure key_keeper::expired_on_arrival(const fetched_keys& what) const {
    const std::string end = what.keys.expires ? iso8601(*what.keys.expires) : "?";
    return {
        .kind = error_class::denied,
        .detail = options_.name() + ": the keys that arrived had expired at " + end,
        .cure = "check this machine's clock, and what gives the keys"};
}

}  // namespace trainwatch::io
