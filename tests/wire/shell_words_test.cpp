#include "wire/shell_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::shell_words_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(std::string_view text) {
    const auto split = split_command(text);
    if (split.has_value()) return *split;
    ADD_FAILURE() << split.error().detail;
    return {};
}

std::string refusal(std::string_view text) {
    const auto split = split_command(text);
    if (split.has_value()) return "accepted";
    EXPECT_EQ(split.error().kind, error_class::rejected);
    return split.error().detail;
}

TEST(command_line, is_split_at_blanks) {
    EXPECT_THAT(
        words("/opt/bin/keys --json  a\tb "), ElementsAre("/opt/bin/keys", "--json", "a", "b")
    );
    EXPECT_THAT(words(" "), IsEmpty());
    EXPECT_THAT(words(""), IsEmpty());
}

TEST(command_line, quotes_keep_together_and_may_be_empty) {
    EXPECT_THAT(words("a 'b c' \"d e\" ''"), ElementsAre("a", "b c", "d e", ""));
    EXPECT_THAT(words("--name='x y'z"), ElementsAre("--name=x yz"));
    EXPECT_THAT(words(R"('a\b"c')"), ElementsAre(R"(a\b"c)"));
    EXPECT_THAT(words(R"("a\"b\\c\d")"), ElementsAre(R"(a"b\c\d)"));
}

TEST(command_line, a_backslash_protects_the_next_character) {
    EXPECT_THAT(words(R"(a\ b \'c \\d)"), ElementsAre("a b", "'c", R"(\d)"));
}

TEST(command_line, nothing_is_expanded) {
    EXPECT_THAT(words("~/x $HOME *.txt `id`"), ElementsAre("~/x", "$HOME", "*.txt", "`id`"));
}

TEST(command_line, that_does_not_end_is_refused) {
    EXPECT_EQ(refusal("a 'b"), "a ' without its end");
    EXPECT_EQ(refusal("a \"b'"), "a \" without its end");
    EXPECT_EQ(refusal("a \\"), "a backslash at the end");
}

TEST(command_line, for_a_shell_is_refused) {
    EXPECT_EQ(
        refusal("echo secret | base64 --decode"),
        "\"|\" is for a shell, and none runs: put the command into a script"
    );
    EXPECT_NE(refusal("a && b"), "accepted");
    EXPECT_THAT(words("a '|' b\\;"), ElementsAre("a", "|", "b;"));
    EXPECT_THAT(words("jq .a|.b"), ElementsAre("jq", ".a|.b"));
}

}  // namespace
}  // namespace trainwatch::wire::shell_words_test
