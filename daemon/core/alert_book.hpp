// Every alert that fires or has just ended: its identity, and its end at each receiver.
//
// An identity fires once. That of a job's end ends at each receiver by itself,
// `limits::terminal_hold` after that receiver first confirmed it (a receiver that was down for a
// day still gets its day), or for all at once, as every other alert does: when its job is watched
// no more, when somebody has seen it, when its condition is over. The alerts stand in the view,
// ordered by identity; the book keeps what the view need not show. Knows nothing of endpoints,
// times of sending, commits.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/ledger.hpp"

namespace trainwatch::core {

// In order of firing, within one run.
using alert_number = strong_id<struct alert_tag>;

class alert_book {
public:
    // `shown` is the view's list; the book alone changes it, and outlives it not.
    explicit alert_book(std::vector<domain::alert>& shown, std::size_t receivers = 0);

    // One more, with the next number: what fires already is not for it yet.
    void add_receiver();
    // Nobody is there any more: closed for what fires and will fire, which resolves nothing.
    void leave_receiver(std::size_t receiver);
    bool has_left(std::size_t receiver) const { return !present_[receiver]; }
    // It is back, and knows nothing: likewise.
    void reopen_receiver(std::size_t receiver);
    // The receiver is to hear of an alert that fires already.
    void address(alert_number number, std::size_t receiver);
    bool is_addressed(alert_number number, std::size_t receiver) const;

    // Nothing when this identity is in the book already. A resolved alert of an earlier run comes
    // back closed at all receivers. `reason`: why it fired, in one sentence. `addressed`: by
    // receiver, whether it is for it; empty: for all.
    std::optional<alert_number> fire(
        domain::alert alert, std::string reason = {}, const std::vector<bool>& addressed = {}
    );

    const domain::alert& alert(alert_number number) const;
    const std::string& key(alert_number number) const;
    // As the ledger keeps it.
    domain::alert_row row(alert_number number) const;
    std::optional<alert_number> find(const std::string& key) const;
    bool knows(alert_number number) const { return entries_.contains(number); }

    // What it says from now on, while it fires: its labels and its reason stay. True when that is
    // news; when it was so (`seen_at`) alone is none.
    bool renew(alert_number number, domain::label_map annotations);

    // A receiver took the firing alert. True if it is its first time.
    bool confirm(alert_number number, std::size_t receiver, wall_time when);
    bool is_confirmed(alert_number number, std::size_t receiver) const;
    bool is_closed(alert_number number, std::size_t receiver) const;

    // Ends it at all receivers now.
    void end(alert_number number, std::string because, wall_time when);

    // When it ends or ended at this receiver; nothing while the receiver has not confirmed it.
    std::optional<wall_time> end_at(alert_number number, std::size_t receiver) const;

    // It has ended there for good: a clock that is set back opens nothing again.
    bool is_over(alert_number number, std::size_t receiver) const;

    enum class closing { already_closed, closed_here, closed_everywhere };
    // The end at this receiver has come. Once all receivers are closed the alert is resolved.
    closing close(alert_number number, std::size_t receiver, wall_time when);

    // The least end that a firing alert is given: `limits::resends_ahead` re-sends ahead of `now`.
    static wall_time firing_until(wall_time now);
    // What to send. `now`: by the clock of whoever is told. An alert that is held is given the end
    // of its hold: a daemon that is away for longer than some re-sends must not have Alertmanager
    // believe that it is over, and page again afterwards.
    domain::alert_message message(
        alert_number number, std::size_t receiver, wall_time now, bool resolved
    ) const;

    // Everybody knows: it leaves the book and the view.
    void forget(alert_number number);

    std::size_t firing() const { return firing_; }
    const std::map<std::string, alert_number>& numbers() const { return numbers_; }

private:
    struct receiver_state {
        std::optional<wall_time> confirmed{};
        bool closed = false;
        bool addressed = true;
    };
    struct entry {
        std::vector<receiver_state> receivers{};
        std::optional<wall_time> ended{};
        std::string reason{};
        bool is_held = false;  // it ends by itself
        std::map<std::string, alert_number>::const_iterator name{};
    };

    std::size_t place(const std::string& key) const;
    domain::alert& shown(const entry& of);
    const entry& at(alert_number number) const;
    entry& at(alert_number number);
    void resolve(entry& of, wall_time when);

    std::vector<domain::alert>& shown_;
    std::vector<std::string> keys_{};  // of shown_, one for one
    std::map<std::string, alert_number> numbers_{};
    std::map<alert_number, entry> entries_{};
    std::vector<bool> present_;  // by receiver
    std::size_t firing_ = 0;
    std::uint64_t last_number_ = 0;
};

}  // namespace trainwatch::core
