// The page at `/`: what is watched and how it stands, for a person with a browser.
//
// One self-contained HTML document: no script, nothing loaded, light and dark. Every text from
// outside is escaped. A pure function of the view; times are told relative to `now`.
#pragma once

#include <string>

#include "base/time.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::wire {

std::string render_landing_page(
    const domain::view& view,
    const domain::watch_plan& plan,
    const process_facts& process,
    wall_time now
);

}  // namespace trainwatch::wire
