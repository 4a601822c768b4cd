#include "app/terminal.hpp"

#include <algorithm>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace trainwatch::app {
namespace {

constexpr std::size_t usual_width = 80;
// Longer lines are harder to read than they are worth.
constexpr std::size_t widest = 160;

bool is_set(const environment_lookup& lookup, const char* name) {
    const auto value = lookup(name);
    return value && !value->empty();
}

// Those that do not wrap old lines anew say who they are. (tmux, which does, may call itself
// screen.)
bool wraps_anew(const environment_lookup& lookup) {
    const auto term = lookup("TERM").value_or("");
    if (is_set(lookup, "XTERM_VERSION") || term.starts_with("rxvt") || term == "linux")
        return false;
    return !term.starts_with("screen") || is_set(lookup, "TMUX");
}

// POSIX' order: the first of these that is set decides.
std::string locale_of(const environment_lookup& lookup) {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (auto value = lookup(name); value && !value->empty()) return *value;
    }
    return {};
}

}  // namespace

terminal_wishes read_terminal_wishes(const environment_lookup& lookup) {
    terminal_wishes wishes;
    wishes.no_color = is_set(lookup, "NO_COLOR");
    wishes.force_color = is_set(lookup, "CLICOLOR_FORCE") && lookup("CLICOLOR_FORCE") != "0";
    wishes.dumb = lookup("TERM").value_or("") == "dumb";
    wishes.reflows = wraps_anew(lookup);
    const auto locale = lower(locale_of(lookup));
    wishes.unicode =
        locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    return wishes;
}

terminal_facts look_at_terminal() {
    terminal_facts facts;
    facts.is_terminal = isatty(STDOUT_FILENO) == 1;
    winsize size{};
    if (facts.is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        facts.width = size.ws_col;
        facts.height = size.ws_row;
    }
    return facts;
}

bool has_onlooker() {
    return isatty(STDERR_FILENO) == 1;
}

wire::text_style style_for(const terminal_facts& facts, const terminal_wishes& wishes) {
    wire::text_style style;
    const bool is_terminal = can_redraw(facts, wishes);
    style.width = !is_terminal ? wire::unwrapped
        : facts.width > 0      ? std::min(facts.width, widest)
                               : usual_width;
    style.unicode = wishes.unicode;
    style.color = !wishes.no_color && (wishes.force_color || is_terminal);
    return style;
}

bool can_redraw(const terminal_facts& facts, const terminal_wishes& wishes) {
    return facts.is_terminal && !wishes.dumb;
}

}  // namespace trainwatch::app
