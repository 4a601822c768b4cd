// The last DescribeTrainingJob document of each job, verbatim and deflated, within a bound.
//
// A cache beside the view, for people: nothing decides by it. When the bound is reached, documents
// of jobs that were put longest ago go first. Owned by wiring; the driver puts, the API gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace trainwatch::app {

struct shelved_document {
    std::string text{};    // as AWS sent it
    wall_time observed{};  // when it was first received in this form
};

class document_shelf {
public:
    // `bytes_max` bounds the deflated documents together.
    explicit document_shelf(std::size_t bytes_max);
    document_shelf(const document_shelf&) = delete;
    document_shelf& operator=(const document_shelf&) = delete;

    // `slot`: the target's. `created`: CreationTime in the document; an older job's echo under a
    // re-used name is ignored. The same text again costs a hash, no compression.
    void put(std::size_t slot, wall_time created, std::string_view text, wall_time now);

    // Nothing when none was put or it had to go.
    std::optional<shelved_document> get(std::size_t slot) const;

    std::size_t documents() const { return order_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::size_t bytes_max() const { return bytes_max_; }
    std::uint64_t dropped() const { return dropped_; }  // went because of the bound

private:
    struct entry {
        std::size_t slot = 0;
        wall_time created{};
        wall_time observed{};
        std::size_t hash = 0;  // of the text, with its size: enough to know it again
        std::size_t text_size = 0;
        std::string packed{};
    };
    using place = std::list<entry>::iterator;

    void make_room();
    void remove(place at);

    std::size_t bytes_max_;
    std::list<entry> order_{};                         // the one put longest ago leads
    std::unordered_map<std::size_t, place> places_{};  // by slot
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace trainwatch::app
