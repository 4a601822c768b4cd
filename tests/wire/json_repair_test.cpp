#include "wire/json_repair.hpp"

#include <gtest/gtest.h>

namespace trainwatch::wire::json_repair_test {
namespace {

TEST(json_repair, leaves_sound_text_alone) {
    for (const char* text :
         {"",
          "{}",
          R"({"a":"\u00e9\n\\"})",
          R"("\ud83d\ude80")",
          R"("\\ud83d")",
          R"("C:\\u0041")",
          "\"\xf0\x9f\x9a\x80\""}) {
        EXPECT_EQ(repair_json_text(text), text);
    }
}

TEST(json_repair, replaces_halves_of_a_pair) {
    EXPECT_EQ(repair_json_text(R"("a\ud83d")"), R"("a\ufffd")");
    EXPECT_EQ(repair_json_text(R"("\ude80b")"), R"("\ufffdb")");
    EXPECT_EQ(repair_json_text(R"("\ud83d\ud83d\ude80")"), R"("\ufffd\ud83d\ude80")");
    EXPECT_EQ(repair_json_text(R"("\uD83D\n")"), R"("\ufffd\n")");
    EXPECT_EQ(repair_json_text(R"("\\\ud83d")"), R"("\\\ufffd")");
}

TEST(json_repair, replaces_bytes_that_are_no_utf8) {
    EXPECT_EQ(repair_json_text("\"\xff\""), "\"\xef\xbf\xbd\"");
}

TEST(json_repair, does_not_stumble_over_cut_escapes) {
    for (const char* text : {"\\", "\\u", "\\ud8", "\\ud83", "\\uzzzz", "\\ud83d\\u"}) {
        EXPECT_FALSE(repair_json_text(text).empty()) << text;
    }
}

}  // namespace
}  // namespace trainwatch::wire::json_repair_test
