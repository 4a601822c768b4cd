#include "base/plain_text.hpp"

#include <gtest/gtest.h>

namespace trainwatch::plain_text_test {
namespace {

TEST(PlainText, loses_whole_escape_sequences) {
    EXPECT_EQ(plain_text("\x1b[31;1mred\x1b[0m \x1b[38;5;9mer\x1b[K"), "red er");
    EXPECT_EQ(
        plain_text("\xC2\x9B"
                   "31mred"),
        "red"
    );
    // A title, a link, a character set, a reset.
    EXPECT_EQ(plain_text("\x1b]0;title\x07x"), "x");
    EXPECT_EQ(plain_text("\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\"), "link");
    EXPECT_EQ(plain_text("\x1bP1$q\xC2\x9Cx"), "x");
    EXPECT_EQ(
        plain_text("\x1b(Bx\x1b"
                   "cy"),
        "xy"
    );
}

TEST(PlainText, is_not_lost_behind_a_sequence_without_an_end) {
    EXPECT_EQ(plain_text("a\x1b[38;5"), "a");
    EXPECT_EQ(plain_text("a\x1b"), "a");
    EXPECT_EQ(plain_text("a\x1b]0;Error: x\nb\x07"), "a0;Error: x\nb");
    EXPECT_EQ(plain_text("a\x1b[\nb\x1b\nc"), "a\nb\nc");
}

TEST(PlainText, keeps_its_lines_and_tabs_and_no_other_control_character) {
    EXPECT_EQ(plain_text("a\n\tb\r\nc\x07\x7f"), "a\n\tb\nc");
    EXPECT_EQ(plain_text(" 10%\r 20%\r"), " 10%\n 20%\n");
    EXPECT_EQ(plain_text(std::string_view("a\0b", 3)), "ab");
    EXPECT_EQ(
        plain_text("a\xC2\x85"
                   "b"),
        "ab"
    );
}

TEST(PlainText, lets_nothing_reorder_or_hide_it_and_ends_lines_as_others_do) {
    EXPECT_EQ(plain_text("evil\u202Egnp.exe\u2066x\u061C\uFEFF"), "evilgnp.exex");
    EXPECT_EQ(plain_text("a\u2028b\u2029c"), "a\nb\nc");
}

TEST(PlainText, keeps_other_scripts_and_is_valid) {
    EXPECT_EQ(plain_text("labelé 模型 🔥 \xC2\xA0"), "labelé 模型 🔥 \xC2\xA0");
    EXPECT_EQ(plain_text("\xff"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace trainwatch::plain_text_test
