// Sweeps by token from the newest job down, where AWS cuts pages before it selects by creation
// time: one page after another, until all that matters was shown. A refused token means that the
// sweep begins again; what its pages showed stays known. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/sweep_windows.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

class whole_sweep {
public:
    bool under_way() const { return under_way_; }
    // Between its first page and its last.
    bool began() const { return !token_.empty(); }
    // When the last one began, or the present one.
    std::optional<mono_time> began_at() const { return began_at_; }
    std::size_t pages() const { return last_pages_; }

    domain::list_query ask(mono_time now);
    // What the page showed for certain, ends included; nothing when it showed no job.
    std::optional<creation_range> shown(const domain::job_page& page) const;
    // True: with this page the sweep is complete. `stop`: what was created before is of no use.
    bool answered(const domain::job_page& page, wall_time stop);
    void failed(bool token_refused);

private:
    bool under_way_ = false;
    std::string token_{};
    std::optional<mono_time> began_at_{};
    std::optional<wall_time> shown_down_to_{};
    std::size_t pages_ = 0;
    std::size_t last_pages_ = 0;
};

}  // namespace trainwatch::core
