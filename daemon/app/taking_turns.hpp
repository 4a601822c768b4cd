// One run of something at a time, however many ask for it: each asker gets the outcome of a run
// that began after it asked. Those who ask while one is under way share the next.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace trainwatch::app {

template <class Outcome>
class taking_turns {
public:
    using answer = std::function<void(const Outcome&)>;
    // Begins a run, for those who asked by these names; finish() ends it.
    using beginner = std::function<void(const std::vector<std::string>& by)>;

    explicit taking_turns(beginner begin) : begin_(std::move(begin)) {}

    // Nothing begins before.
    void open() {
        is_open_ = true;
        next();
    }
    void ask(std::string by, answer then) {
        if (last_word_) {
            then(*last_word_);
            return;
        }
        waiting_.push_back({std::move(by), std::move(then)});
        next();
    }
    void finish(const Outcome& outcome) {
        is_running_ = false;
        // Whoever asks again while being answered belongs to the next run.
        for (const auto& each : std::exchange(served_, {}))
            each.then(outcome);
        next();
    }
    // Everybody is answered so from now on, those who wait at once.
    void close(Outcome last_word) {
        last_word_ = std::make_unique<Outcome>(std::move(last_word));
        for (auto* const group : {&served_, &waiting_}) {
            for (const auto& each : std::exchange(*group, {}))
                each.then(*last_word_);
        }
    }
    bool is_closed() const { return last_word_ != nullptr; }

private:
    struct asker {
        std::string by{};
        answer then{};
    };

    void next() {
        if (!is_open_ || is_running_ || waiting_.empty() || last_word_) return;
        is_running_ = true;
        served_ = std::exchange(waiting_, {});
        std::vector<std::string> by;
        for (const auto& each : served_)
            by.push_back(each.by);
        begin_(by);
    }

    const beginner begin_;
    std::vector<asker> served_{};   // by the run under way
    std::vector<asker> waiting_{};  // for the next
    std::unique_ptr<const Outcome> last_word_{};
    bool is_open_ = false;
    bool is_running_ = false;
};

}  // namespace trainwatch::app
