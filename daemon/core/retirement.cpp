#include "core/retirement.hpp"

namespace trainwatch::core {

retirement::slot_state& retirement::at(std::size_t slot) {
    if (slot >= due_.size()) due_.resize(slot + 1);
    return due_[slot];
}

void retirement::plan(std::size_t slot, mono_time due) {
    auto& state = at(slot);
    if (state.done || state.due) return;
    state.due = due;
    queue_.emplace(due, slot);
}

void retirement::cancel(std::size_t slot) {
    auto& state = at(slot);
    if (state.due) queue_.erase({*state.due, slot});
    state = {};
}

std::optional<std::size_t> retirement::take_due(mono_time now) {
    if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
    const auto slot = queue_.begin()->second;
    queue_.erase(queue_.begin());
    due_[slot] = {std::nullopt, true};
    return slot;
}

std::optional<mono_time> retirement::next_wakeup() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first;
}

}  // namespace trainwatch::core
