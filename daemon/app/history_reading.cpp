#include "app/history_reading.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/aws_connection.hpp"
#include "base/limits.hpp"
#include "io/clock.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

class history_reader {
public:
    history_reader(
        const wiring_inputs& inputs,
        const domain::watch_plan& plan,
        const core::claims& claims,
        const history_wishes& wishes,
        const history_listener& listener
    )
        : inputs_(inputs)
        , plan_(plan)
        , claims_(claims)
        , wishes_(wishes)
        , listener_(listener)
        , clock_(io::create_system_clock()) {}

    history_reading run() {
        if (plan_.lanes.empty()) return {};
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            // A second one has its usual effect.
            signals_.clear();
            read_.interrupted = true;
            close_all();
        });
        for (std::size_t i = 0; i < plan_.lanes.size(); ++i)
            add_lane(i);
        tell_now_and_then();
        for (std::size_t i = 0; i < stations_.size(); ++i)
            go_on(i);
        context_.run();
        return std::move(read_);
    }

private:
    // What one lane is read with.
    struct desk {
        std::unique_ptr<io::sagemaker_client> client{};
        std::unique_ptr<asio::steady_timer> timer{};
        bool is_over = false;
        bool waits_for_others = false;  // its pages are read
    };

    void add_lane(std::size_t lane) {
        read_.lanes.push_back(std::make_unique<lane_history>(
            plan_, claims_, lane_id{lane}, wishes_, inputs_.seed + lane
        ));
        auto& made = stations_.emplace_back();
        made.timer = std::make_unique<asio::steady_timer>(context_);
        const auto& name = plan_.lanes[lane].connection;
        const auto& access = inputs_.access.at(name);
        auto& connection = connections_[name];
        if (access.trouble) {
            read_.lanes.back()->give_up(*access.trouble);
            return;
        }
        if (!connection.credentials) {
            auto opened = open_connection(
                access, [](const auto&) {}, *clock_
            );
            if (opened.has_error()) {
                read_.lanes.back()->give_up(opened.error());
                return;
            }
            connection = std::move(opened.value());
        }
        made.client = open_client(access, plan_.lanes[lane].region, connection, *clock_);
    }

    // Asks what the lane wants next, and again when the answer is there.
    void go_on(std::size_t lane) {
        if (read_.interrupted) return finish(lane);
        auto& station = stations_[lane];
        const auto now = clock_->now().mono;
        const auto until = now + limits::describe_deadline;
        const auto step = read_.lanes[lane]->next(now);
        if (const auto* list = std::get_if<lane_history::list>(&step)) {
            spawn(lane, station.client->list(list->query, until));
        } else if (const auto* describe = std::get_if<lane_history::describe>(&step)) {
            spawn(lane, station.client->describe(describe->job, until));
        } else if (const auto* tags = std::get_if<lane_history::read_tags>(&step)) {
            spawn(lane, station.client->tags(tags->arn, until));
        } else if (const auto* wait = std::get_if<lane_history::wait>(&step)) {
            station.timer->expires_after(wait->until - now);
            station.timer->async_wait([this, lane](const boost::system::error_code&) {
                go_on(lane);
            });
        } else if (std::holds_alternative<lane_history::listed>(step)) {
            station.waits_for_others = true;
            describe_when_all_are_listed();
        } else {
            finish(lane);
        }
    }

    template <class Answer>
    void spawn(std::size_t lane, io::task<Answer> work) {
        asio::co_spawn(
            context_,
            std::move(work),
            [this, lane](const std::exception_ptr& error, Answer answer) {
                if (error) std::rethrow_exception(error);
                // What was cut off says nothing about AWS.
                if (!read_.interrupted) read_.lanes[lane]->take(std::move(answer), clock_->now());
                go_on(lane);
            }
        );
    }

    void finish(std::size_t lane) {
        if (std::exchange(stations_[lane].is_over, true)) return;
        describe_when_all_are_listed();
        const bool is_over = std::all_of(stations_.begin(), stations_.end(), [](const auto& each) {
            return each.is_over;
        });
        if (!is_over) return;
        close_all();
        signals_.cancel();
        ticks_.cancel();
    }

    void describe_when_all_are_listed() {
        if (describes_ || read_.interrupted) return;
        const bool are_listed =
            std::all_of(stations_.begin(), stations_.end(), [](const auto& each) {
                return each.is_over || each.waits_for_others;
            });
        if (!are_listed) return;
        describes_ = true;
        for (const auto& lane : read_.lanes)
            total_ += lane->left();
        if (listener_.estimated) listener_.estimated(progress());
        for (std::size_t i = 0; i < stations_.size(); ++i) {
            read_.lanes[i]->describe_now();
            if (stations_[i].is_over) continue;
            asio::post(context_, [this, i] { go_on(i); });
        }
    }

    reading_progress progress() const {
        reading_progress told;
        told.are_pages_read = describes_;
        told.total = total_;
        for (const auto& lane : read_.lanes) {
            told.listed += lane->listed_so_far();
            if (lane->trouble()) continue;
            told.left += lane->left();
            told.time_left = std::max(told.time_left, lane->time_left());
        }
        return told;
    }

    void tell_now_and_then() {
        if (!listener_.going_on) return;
        ticks_.expires_after(limits::backtest_tick);
        ticks_.async_wait([this](const boost::system::error_code& error) {
            if (error || read_.interrupted) return;
            listener_.going_on(progress());
            tell_now_and_then();
        });
    }

    // What is under way ends with a failure then, and what waits waits no more.
    void close_all() {
        for (auto& station : stations_) {
            if (station.client) station.client->close();
            station.timer->cancel();
        }
        for (auto& [name, connection] : connections_) {
            if (connection.credentials) connection.credentials->close();
        }
        // One that waited for others waits in vain.
        for (std::size_t i = 0; i < stations_.size(); ++i) {
            if (read_.interrupted && stations_[i].waits_for_others && !describes_) {
                asio::post(context_, [this, i] { finish(i); });
            }
        }
        if (read_.interrupted) ticks_.cancel();
    }

    const wiring_inputs& inputs_;
    const domain::watch_plan& plan_;
    const core::claims& claims_;
    const history_wishes& wishes_;
    const history_listener& listener_;
    asio::io_context context_{1};
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
    asio::steady_timer ticks_{context_};
    std::unique_ptr<io::clock> clock_;
    std::map<std::string, aws_connection> connections_{};
    std::vector<desk> stations_{};
    history_reading read_{};
    bool describes_ = false;
    std::size_t total_ = 0;
};

}  // namespace

history_reading read_history(
    const wiring_inputs& inputs,
    const domain::watch_plan& plan,
    const core::claims& claims,
    const history_wishes& wishes,
    const history_listener& listener
) {
    return history_reader(inputs, plan, claims, wishes, listener).run();
}

}  // namespace trainwatch::app
