#include "base/text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace trainwatch::text_test {
namespace {

TEST(hex_text, is_lower_case) {
    const std::array<unsigned char, 3> bytes{0x00, 0xAB, 0xFF};
    EXPECT_EQ(hex(bytes), "00abff");
}

TEST(trimmed_text, loses_blanks_at_both_ends_only) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
}

TEST(case_insensitive_text, compares_ascii_letters_only) {
    EXPECT_TRUE(equal_ignoring_case("X-Amzn-RequestId", "x-amzn-requestid"));
    EXPECT_FALSE(equal_ignoring_case("a", "ab"));
    EXPECT_FALSE(equal_ignoring_case("@", "`"));
    EXPECT_TRUE(starts_with_ignoring_case("Requested resource not found.", "requested RESOURCE"));
}

TEST(percent_encoding, keeps_the_unreserved_characters_of_rfc_3986) {
    EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encode("a b/ü*"), "a%20b%2F%C3%BC%2A");
    EXPECT_EQ(percent_encode("/a b/", true), "/a%20b/");
}

TEST(utf8_text, passes_what_is_valid) {
    const std::string_view valid = "aé漢😀";
    EXPECT_EQ(valid_utf8(valid), valid);
}

TEST(utf8_text, replaces_each_byte_that_is_not_utf8) {
    EXPECT_EQ(valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
    EXPECT_EQ(valid_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
    EXPECT_EQ(valid_utf8("\xED\xA0\x80").size(), 9U);               // surrogate
    EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U);          // above U+10FFFF
    EXPECT_EQ(valid_utf8("\xE6\xBC"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // cut off
}

TEST(utf8_text, is_cut_between_characters) {
    EXPECT_EQ(valid_utf8("a漢z", 3), "a");
    EXPECT_EQ(valid_utf8("a漢z", 4), "a漢");
    EXPECT_EQ(valid_utf8("abc", 0), "");
}

TEST(nearest_word, is_the_one_with_a_letter_or_two_wrong) {
    const std::array<std::string_view, 3> known{"watch_lists", "receivers", "global"};
    EXPECT_EQ(nearest("watch_list", known), "watch_lists");
    EXPECT_EQ(nearest("Reciever", known), "receivers");
    EXPECT_EQ(nearest("prices", known), "");
}

TEST(glob, is_about_the_whole_text) {
    EXPECT_TRUE(matches_glob("nightly-bert-7", "nightly-*"));
    EXPECT_TRUE(matches_glob("nightly-bert-7", "*bert*"));
    EXPECT_TRUE(matches_glob("nightly-bert-7", "nightly-?e?t-?"));
    EXPECT_TRUE(matches_glob("nightly-bert-7", "n*t*r*7"));
    EXPECT_TRUE(matches_glob("", "*"));
    EXPECT_TRUE(matches_glob("", ""));
    EXPECT_FALSE(matches_glob("nightly-bert-7", "bert"));
    EXPECT_FALSE(matches_glob("nightly-bert-7", "nightly-"));
    EXPECT_FALSE(matches_glob("nightly-bert-7", "nightly-*-8"));
    EXPECT_FALSE(matches_glob("nightly-bert-7", "Nightly-*"));
    EXPECT_FALSE(matches_glob("", "?"));
    EXPECT_TRUE(matches_glob("équipe", "?quipe")) << "a character, not a byte";
    EXPECT_FALSE(matches_glob("équipe", "??quipe"));
    EXPECT_TRUE(matches_glob("a模b", "*?b"));
    EXPECT_TRUE(matches_glob("\xFFx", "?x")) << "what is no UTF-8 counts by bytes";
}

TEST(glob, takes_no_long_time_over_many_stars) {
    const std::string text(5000, 'a');
    std::string pattern;
    for (int i = 0; i < 500; ++i)
        pattern += "*a";
    EXPECT_FALSE(matches_glob(text, pattern + "b"));
    EXPECT_TRUE(matches_glob(text, pattern + "*"));
}

// The authors' own test values.
TEST(fnv1a, is_the_published_function) {
    EXPECT_EQ(fnv1a(""), 0xCBF29CE484222325U);
    EXPECT_EQ(fnv1a("a"), 0xAF63DC4C8601EC8CU);
    EXPECT_EQ(fnv1a("foobar"), 0x85944171F73967E8U);
}

}  // namespace
}  // namespace trainwatch::text_test
