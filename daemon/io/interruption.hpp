// Ends from outside what waits inside a call: the one wait of it that is under way right now.
//
// Whoever waits says how to be woken, and looks afterwards whether that is what happened. Made for
// connecting, which is several waits in a row; an open stream is simply closed. Never outlives
// the call's caller, and is not told from another thread.
#pragma once

#include <functional>
#include <utility>

namespace trainwatch::io {

class interruption {
public:
    interruption() = default;
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;

    // How the wait that begins now is ended; the one before is over. At once when it has been told,
    // which does nothing yet to a wait that is still to begin: ask told() before.
    void wakes(std::function<void()> how) {
        how_ = std::move(how);
        if (told_ && how_) how_();
    }
    // Now, and whatever else would begin to wait. Harmless when repeated.
    void tell() {
        told_ = true;
        if (how_) how_();
    }
    bool told() const { return told_; }

private:
    std::function<void()> how_{};
    bool told_ = false;
};

// Of a call that may have none.
inline bool is_told(const interruption* one) {
    return one != nullptr && one->told();
}

}  // namespace trainwatch::io
