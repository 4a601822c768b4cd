#include "app/name_watch.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "io/clock.hpp"

namespace trainwatch::app {

struct name_watch::alarm {
    boost::asio::steady_timer timer;
};

name_watch::name_watch(
    const boost::asio::any_io_executor& executor,
    io::log& log,
    name_source ask,
    listener changed,
    milliseconds refresh,
    milliseconds least
)
    : log_(log)
    , ask_(std::move(ask))
    , changed_(std::move(changed))
    , refresh_(refresh)
    , least_(least)
    , alarm_(new alarm{boost::asio::steady_timer(executor)})
    , worker_(io::create_worker(executor)) {}

name_watch::~name_watch() = default;

void name_watch::follow(std::vector<std::string> names, found_names found) {
    names_ = std::move(names);
    found_ = std::move(found);
    if (names_.empty()) {
        alarm_->timer.cancel();
    } else if (!is_looking_) {
        wait(refresh_);
    }
}

void name_watch::hurry() {
    if (is_closed_ || is_looking_ || names_.empty()) return;
    const auto left = alarm_->timer.expiry() - io::timer_now();
    if (left > least_) wait(least_);
}

void name_watch::close() {
    is_closed_ = true;
    alarm_->timer.cancel();
}

void name_watch::wait(milliseconds delay) {
    if (is_closed_) return;
    alarm_->timer.expires_after(delay);
    alarm_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) look();
    });
}

void name_watch::look() {
    if (is_closed_ || is_looking_ || names_.empty()) return;
    is_looking_ = true;
    const auto next = std::make_shared<found_names>();
    worker_->perform(
        [next, names = names_, found = found_, ask = ask_] {
            *next = look_up_names(names, found, ask);
        },
        [this, next] { take(*next); }
    );
}

void name_watch::take(const found_names& next) {
    is_looking_ = false;
    if (is_closed_) return;
    // A reload may have changed the names meanwhile, and looked them up itself.
    found_names still = next;
    std::erase_if(still, [this](const auto& each) {
        return std::find(names_.begin(), names_.end(), each.first) == names_.end();
    });
    for (const auto& [name, known] : found_)
        still.try_emplace(name, known);
    for (const auto& note : notes_of_names(found_, still))
        log_.write(note.level, note.text, note.fields);
    const bool is_news = leads_elsewhere(found_, still);
    found_ = std::move(still);
    if (!names_.empty()) wait(refresh_);
    if (is_news) changed_(found_);
}

}  // namespace trainwatch::app
