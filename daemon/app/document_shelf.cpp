#include "app/document_shelf.hpp"

#include <functional>
#include <iterator>
#include <utility>

#include "base/check.hpp"
#include "wire/deflate.hpp"

namespace trainwatch::app {

document_shelf::document_shelf(std::size_t bytes_max) : bytes_max_(bytes_max) {}

void document_shelf::put(
    std::size_t slot, wall_time created, std::string_view text, wall_time now
) {
    const std::size_t hash = std::hash<std::string_view>{}(text);
    const auto known = places_.find(slot);
    if (known != places_.end()) {
        const place at = known->second;
        if (created < at->created) return;
        if (created == at->created && at->hash == hash && at->text_size == text.size()) {
            order_.splice(order_.end(), order_, at);
            return;
        }
        remove(at);
    }
    auto packed = wire::deflate_bytes(text);
    if (packed.size() > bytes_max_) {
        ++dropped_;  // the others need not go for what does not fit anyway
        return;
    }
    order_.push_back({slot, created, now, hash, text.size(), std::move(packed)});
    places_[slot] = std::prev(order_.end());
    bytes_ += order_.back().packed.size();
    make_room();
}

std::optional<shelved_document> document_shelf::get(std::size_t slot) const {
    const auto known = places_.find(slot);
    if (known == places_.end()) return std::nullopt;
    auto text = wire::inflate_bytes(known->second->packed, known->second->text_size);
    CHECK(text.has_value());  // we packed it
    return shelved_document{std::move(*text), known->second->observed};
}

void document_shelf::make_room() {
    while (bytes_ > bytes_max_) {
        remove(order_.begin());
        ++dropped_;
    }
}

void document_shelf::remove(place at) {
    bytes_ -= at->packed.size();
    places_.erase(at->slot);
    order_.erase(at);
}

}  // namespace trainwatch::app
