#include "wire/terminal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::terminal_text_test {
namespace {

using testing::ElementsAre;

const text_style plain{};
const text_style ascii{80, false, false};
const text_style colored{80, true, true};

TEST(TerminalText, lets_no_escape_sequence_and_no_control_character_through) {
    EXPECT_EQ(terminal_safe("a\x1b[31mred\x1b[0m b"), "ared b");
    EXPECT_EQ(
        terminal_safe("\x1b]0;title\x07"
                      "x\ry\tz\x7f"),
        "x y z "
    );
    EXPECT_EQ(
        terminal_safe("\xC2\x9B"
                      "2Jx\xC2\x85y"),
        "x y"
    );
    EXPECT_EQ(terminal_safe("\x1b[38;5"), "");
    EXPECT_EQ(terminal_safe(std::string_view("a\0b", 3)), "a b");
}

TEST(TerminalText, loses_what_reorders_or_hides_and_keeps_other_scripts) {
    EXPECT_EQ(
        terminal_safe("a\xE2\x80\xAE"
                      "b\xE2\x81\xA6"
                      "c\xD8\x9C"
                      "d"),
        "abcd"
    );
    EXPECT_EQ(terminal_safe("labelé 模型 🔥"), "labelé 模型 🔥");
    EXPECT_EQ(
        terminal_safe("\xff"
                      "a"),
        "\xEF\xBF\xBD"
        "a"
    );
}

TEST(TerminalText, knows_how_many_columns_characters_take) {
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("é"), 1U);
    EXPECT_EQ(display_width("e\xCC\x81"), 1U);
    EXPECT_EQ(display_width("模型🔥"), 6U);
    EXPECT_EQ(padded("模", 4), "模  ");
    EXPECT_EQ(right_aligned("7s", 4), "  7s");
}

TEST(TerminalText, is_cut_with_a_mark) {
    EXPECT_EQ(fitted("abcdef", 6, plain), "abcdef");
    EXPECT_EQ(fitted("abcdef", 4, plain), "abc…");
    EXPECT_EQ(fitted("abcdef", 5, ascii), "ab...");
    EXPECT_EQ(fitted("模型模型", 4, plain), "模…");
    EXPECT_EQ(fitted("abcdef", 0, plain), "");
}

TEST(TerminalText, loses_its_middle_so_that_the_ends_of_names_stay) {
    EXPECT_EQ(elided("abcdef", 6, plain), "abcdef");
    EXPECT_EQ(elided("sweep-lr-0017", 8, plain), "swe…0017");
    EXPECT_EQ(elided("sweep-lr-0017", 9, ascii), "swe...017");
    EXPECT_EQ(elided("模型模型模", 6, plain), "模…模");
    EXPECT_EQ(elided("abcdef", 2, plain), "a…");
}

TEST(TerminalText, wraps_at_blanks_and_keeps_its_own_lines_and_indentation) {
    EXPECT_THAT(wrapped("one two three", 8), ElementsAre("one two", "three"));
    EXPECT_THAT(wrapped("a\n  b  \r\n\nc\n\n", 10), ElementsAre("a", "  b", "", "c"));
    EXPECT_THAT(wrapped("abcdefgh ij", 4), ElementsAre("abcd", "efgh", "ij"));
    EXPECT_THAT(wrapped("   abcdefgh", 5), ElementsAre("   ab", "cdefg", "h"));
    EXPECT_THAT(wrapped("模型模", 4), ElementsAre("模型", "模"));
    EXPECT_THAT(wrapped("", 4), ElementsAre(""));
}

TEST(TerminalText, never_exceeds_its_columns) {
    const std::string text =
        "Tried to allocate 2.50 GiB 模型訓練失敗 🔥 at C:\\data\\train and more";
    for (std::size_t columns = 2; columns < 70; ++columns) {
        for (const auto& line : wrapped(text, columns))
            EXPECT_LE(display_width(line), columns) << line;
    }
}

TEST(TerminalText, keeps_addresses_and_paths_whole_on_lines_of_their_own) {
    EXPECT_THAT(
        wrapped("no data under s3://bucket/a/long/key at all", 14),
        ElementsAre("no data under", "s3://bucket/a/long/key", "at all")
    );
    EXPECT_THAT(
        wrapped("  File /opt/ml/code/train.py", 10), ElementsAre("  File", "/opt/ml/code/train.py")
    );
    EXPECT_THAT(
        wrapped("arn:aws:iam::111122223333:role", 9), ElementsAre("arn:aws:iam::111122223333:role")
    );
}

TEST(TerminalText, hangs_under_its_label) {
    EXPECT_EQ(
        hanging("  why  ", 7, "one two three four five six", 30),
        "  why  one two three four five\n       six\n"
    );
    EXPECT_EQ(
        hung_whole("https://example.com/a/very/long/address/for/this/width", 4, 30),
        "https://example.com/a/very/long/address/for/this/width"
    );
}

TEST(TerminalText, draws_bars_with_at_least_one_filled_column) {
    EXPECT_EQ(bar(0, 0.5, 4, plain), "██··");
    EXPECT_EQ(bar(0.5, 0.5, 4, ascii), "..#.");
    EXPECT_EQ(bar(1, 1, 4, ascii), "...#");
    EXPECT_EQ(bar(0, 7, 4, ascii), "####");
}

TEST(TerminalText, draws_nothing_in_a_gauge_at_0_percent) {
    EXPECT_EQ(gauge(0.004, 4, ascii), "....");
    EXPECT_EQ(gauge(0.01, 4, ascii), "#...");
    EXPECT_EQ(gauge(0.5, 4, ascii), "##..");
    EXPECT_EQ(gauge(1.6, 4, ascii), "####");
    EXPECT_EQ(percent(0.004), "0 %");
}

TEST(TerminalText, is_painted_only_where_color_is_wanted) {
    EXPECT_EQ(painted("x", ink::bad, colored), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(painted("x", ink::bad, plain), "x");
    EXPECT_EQ(painted("x", ink::plain, colored), "x");
}

TEST(TerminalText, tells_times_in_two_units) {
    EXPECT_EQ(brief_duration(milliseconds(59'999)), "59s");
    EXPECT_EQ(brief_duration(seconds(60)), "1m");
    EXPECT_EQ(brief_duration(seconds(730)), "12m 10s");
    EXPECT_EQ(brief_duration(seconds(12'000)), "3h 20m");
    EXPECT_EQ(brief_duration(seconds(442'800)), "5d 3h");
    EXPECT_EQ(brief_duration(seconds(-5)), "0s");
    const auto at = from_unix_milliseconds(1'795'684'320'123);
    EXPECT_EQ(clock_text(at), "2026-11-26 09:12:00Z");
    EXPECT_EQ(relative_time(at, at + seconds(185)), "3m 5s ago");
    EXPECT_EQ(relative_time(at, at - seconds(185)), "in 3m 5s");
}

}  // namespace
}  // namespace trainwatch::wire::terminal_text_test
