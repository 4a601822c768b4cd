#include "wire/json_tree.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::json_tree_test {
namespace {

TEST(JsonTree, is_indented_with_every_number_as_it_was_written) {
    EXPECT_EQ(
        indented_json(
            R"({"a":1.763890000123E9,"b":[9007199254740993,1.0, -0],"c":{},"d":[],"e":null})"
        ),
        "{\n  \"a\": 1.763890000123E9,\n  \"b\": [\n    9007199254740993,\n    1.0,\n    -0\n  ],\n"
        "  \"c\": {},\n  \"d\": [],\n  \"e\": null\n}"
    );
}

TEST(JsonTree, keeps_texts_and_repeated_names) {
    EXPECT_EQ(
        indented_json(R"({"a":"x\"y\\","a":"{,}"})"),
        "{\n  \"a\": \"x\\\"y\\\\\",\n  \"a\": \"{,}\"\n}"
    );
}

TEST(JsonTree, escapes_what_a_terminal_would_obey) {
    EXPECT_EQ(indented_json("\"a\x7f\xC2\x9B\xE2\x80\xAE\x1b\""), R"("a\u007f\u009b\u202e\u001b")");
    EXPECT_EQ(indented_json("\"é模\""), "\"é模\"");
}

TEST(JsonTree, that_cannot_be_read_is_left_alone) {
    for (const char* const text :
         {"", "{", "{\"a\"}", "[1,]", "{\"a\":1}x", "\"abc", "{a:1}", "[1 2]"}) {
        EXPECT_FALSE(read_json_tree(text)) << text;
        EXPECT_EQ(indented_json(text), text);
    }
    EXPECT_FALSE(read_json_tree(std::string(1'000'000, '[')));
}

// What a reader of JSON sees in both is the same; every describe vector of ours.
TEST(JsonTree, of_each_vector_says_the_same_when_indented) {
    const std::filesystem::path folder(TRAINWATCH_TESTS_DIR "/vectors/describe");
    std::size_t compared = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        const auto text = read_file(entry.path());
        boost::system::error_code broken;
        const auto expected = boost::json::parse(text, broken);
        if (broken) continue;
        EXPECT_EQ(boost::json::parse(indented_json(text)), expected) << entry.path();
        // And it reads back as the same spelling, blanks aside.
        EXPECT_EQ(indented_json(indented_json(text)), indented_json(text)) << entry.path();
        ++compared;
    }
    EXPECT_GE(compared, 15U);
}

TEST(JsonTree, resolves_escapes_in_a_text) {
    EXPECT_EQ(json_plain_text(R"("a\n\u00e9\ud83d\ude00")"), "a\né😀");
    EXPECT_EQ(json_plain_text(R"("half \ud83d")"), "half \xEF\xBF\xBD");
}

}  // namespace
}  // namespace trainwatch::wire::json_tree_test
