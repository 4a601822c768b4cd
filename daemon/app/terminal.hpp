// What standard output is: a terminal, how wide, and whether colour is wanted there.
//
// Asked anew whenever something is drawn: windows change their size. NO_COLOR (no-color.org) and
// CLICOLOR_FORCE (bixense.com/clicolors) are the user's word.
#pragma once

#include <cstddef>

#include "app/environment.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {

// What the environment says about output.
struct terminal_wishes {
    bool no_color = false;
    bool force_color = false;
    bool dumb = false;     // TERM: as good as no terminal
    bool unicode = false;  // the locale's character set is UTF-8
    // It wraps old lines anew when its window is narrowed, as most do.
    bool reflows = true;

    bool operator==(const terminal_wishes&) const = default;
};
terminal_wishes read_terminal_wishes(const environment_lookup& lookup);

struct terminal_facts {
    bool is_terminal = false;
    std::size_t width = 0;  // 0: not known
    std::size_t height = 0;

    bool operator==(const terminal_facts&) const = default;
};
// Of standard output.
terminal_facts look_at_terminal();
// Of standard error: somebody looks on.
bool has_onlooker();

// Neither wrapping nor colour where it is no terminal.
wire::text_style style_for(const terminal_facts& facts, const terminal_wishes& wishes);
bool can_redraw(const terminal_facts& facts, const terminal_wishes& wishes);

}  // namespace trainwatch::app
