#include "app/terminal.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "app/wait_screen.hpp"

namespace trainwatch::app::terminal_test {
namespace {

terminal_wishes wishes(const std::map<std::string, std::string>& variables) {
    return read_terminal_wishes([&](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        if (at == variables.end()) return std::nullopt;
        return at->second;
    });
}

const terminal_facts window{true, 120, 40};
const terminal_facts pipe{};

TEST(Terminal, has_color_and_its_width) {
    const auto style = style_for(window, wishes({{"LANG", "en_US.UTF-8"}}));
    EXPECT_EQ(style, (wire::text_style{120, true, true}));
    EXPECT_EQ(style_for({true, 0, 0}, {}).width, 80U);
    EXPECT_EQ(style_for({true, 500, 0}, {}).width, 160U);
}

TEST(Terminal, that_is_none_gets_plain_text_that_is_not_wrapped) {
    EXPECT_EQ(
        style_for(pipe, wishes({{"LANG", "C.UTF-8"}})),
        (wire::text_style{wire::unwrapped, false, true})
    );
    EXPECT_EQ(style_for(window, wishes({{"TERM", "dumb"}})).width, wire::unwrapped);
    EXPECT_FALSE(can_redraw(pipe, {}));
}

TEST(Terminal, follows_the_word_of_its_user) {
    EXPECT_FALSE(style_for(window, wishes({{"NO_COLOR", "1"}})).color);
    EXPECT_TRUE(style_for(window, wishes({{"NO_COLOR", ""}})).color);
    EXPECT_TRUE(style_for(pipe, wishes({{"CLICOLOR_FORCE", "1"}})).color);
    EXPECT_FALSE(style_for(pipe, wishes({{"CLICOLOR_FORCE", "0"}})).color);
    EXPECT_FALSE(style_for(pipe, wishes({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}})).color);
    EXPECT_FALSE(style_for(window, wishes({{"TERM", "dumb"}})).color);
    EXPECT_FALSE(can_redraw(window, wishes({{"TERM", "dumb"}})));
    EXPECT_TRUE(can_redraw(window, wishes({{"TERM", "xterm"}, {"NO_COLOR", "1"}})));
}

TEST(Terminal, writes_beyond_ascii_only_in_a_locale_of_utf_8) {
    EXPECT_FALSE(wishes({}).unicode);
    EXPECT_FALSE(wishes({{"LANG", "C"}}).unicode);
    EXPECT_TRUE(wishes({{"LANG", "de_DE.utf8"}}).unicode);
    EXPECT_FALSE(wishes({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}).unicode);
    EXPECT_TRUE(wishes({{"LC_ALL", ""}, {"LC_CTYPE", "C.UTF-8"}}).unicode);
}

TEST(Terminal, tells_whether_it_wraps_old_lines_anew) {
    EXPECT_TRUE(wishes({{"TERM", "xterm-256color"}}).reflows);
    EXPECT_FALSE(wishes({{"TERM", "xterm"}, {"XTERM_VERSION", "XTerm(372)"}}).reflows);
    EXPECT_FALSE(wishes({{"TERM", "rxvt-unicode"}}).reflows);
    EXPECT_FALSE(wishes({{"TERM", "screen-256color"}}).reflows);
    EXPECT_TRUE(wishes({{"TERM", "screen-256color"}, {"TMUX", "x"}}).reflows);
}

TEST(Rows, are_counted_without_escape_sequences_as_they_are_wrapped_anew) {
    EXPECT_EQ(rows_of({"abcdef", "", "\x1b[31mabc\x1b[0m"}, 3), 4U);
    EXPECT_EQ(rows_of({"abcdef", "abc"}, 6), 2U);
    EXPECT_EQ(rows_of({}, 6), 0U);
}

TEST(Redrawn, goes_back_over_its_block_and_no_further) {
    EXPECT_EQ(redrawn(0, {}, {"a", "b"}), "a\nb\n");
    EXPECT_EQ(redrawn(2, {"done"}, {"b"}), "\x1b[2A\r\x1b[Jdone\nb\n");
    EXPECT_EQ(redrawn(1, {}, {}), "\x1b[1A\r\x1b[J");
}

}  // namespace
}  // namespace trainwatch::app::terminal_test
