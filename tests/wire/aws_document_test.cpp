#include "wire/aws_document.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/text.hpp"

namespace trainwatch::wire::aws_document_test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

const std::string sample = R"({
  "TrainingJobName": "resnet-1", "Number": 1.50E+3 ,
  "HyperParameters": {"token": "CANARY-1", "list": ["CANARY-2", {"deep": "CANARY-3"}], "n" : 7},
  "Nested": {"Environment": {"A": "CANARY-5"}, "Text": "a \"quoted\" \\ brace }"},
  "Environment" : { "KEY\u0020ONE":"CANARY-4" , "EMPTY": "", "NOT_TEXT": {"x": [true, null]} },
  "Last": [1, 2.0, -3e-7, {}, []]
}
)";

std::string redacted(std::string_view document) {
    return without_parameter_values(document).value_or("(nothing)");
}

// What the result has to mean, by a parser that knows nothing of cutting text.
json::value expected_of(json::value document) {
    if (auto* const items = document.if_array()) {
        for (auto& item : *items)
            item = expected_of(item);
    }
    if (!document.is_object()) return document;
    for (auto& member : document.as_object()) {
        const std::string_view key(member.key().data(), member.key().size());
        if (!equal_ignoring_case(key, "HyperParameters") &&
            !equal_ignoring_case(key, "Environment")) {
            member.value() = expected_of(member.value());
            continue;
        }
        if (auto* inner = member.value().if_object()) {
            for (auto& parameter : *inner)
                parameter.value() = nullptr;
        } else {
            member.value() = nullptr;
        }
    }
    return document;
}

TEST(aws_document, hides_the_values_at_any_depth_and_in_any_case) {
    EXPECT_EQ(
        without_parameter_values(
            R"({"Future": [{"environment": {"A": "secret", "B": [1]}}, [], {}], "C": "shown"})"
        ),
        R"({"Future": [{"environment": {"A": null, "B": null}}, [], {}], "C": "shown"})"
    );
}

TEST(aws_document, keeps_all_but_the_values_of_parameters) {
    EXPECT_EQ(redacted(sample), R"({
  "TrainingJobName": "resnet-1", "Number": 1.50E+3 ,
  "HyperParameters": {"token": null, "list": null, "n" : null},
  "Nested": {"Environment": {"A": null}, "Text": "a \"quoted\" \\ brace }"},
  "Environment" : { "KEY\u0020ONE":null , "EMPTY": null, "NOT_TEXT": null },
  "Last": [1, 2.0, -3e-7, {}, []]
}
)");
}

TEST(aws_document, is_unchanged_without_parameters) {
    for (const std::string text :
         {"{}",
          " { } ",
          R"({"HyperParameters":{},"Environment":{ }})",
          R"({"a":"\\\"","b":[{}]})"}) {
        EXPECT_EQ(redacted(text), text);
        EXPECT_EQ(whole_document(text), text);
    }
}

TEST(aws_document, knows_member_names_written_with_escapes) {
    EXPECT_EQ(
        redacted(R"({"\u0048yper\u0050arameters":{"a":"CANARY"},"Environmen\u0074":{"b":"CANARY"}})"
        ),
        R"({"\u0048yper\u0050arameters":{"a":null},"Environmen\u0074":{"b":null}})"
    );
}

TEST(aws_document, drops_the_values_of_every_occurrence) {
    EXPECT_EQ(
        redacted(R"({"Environment":{"a":"CANARY","a":"CANARY"},"Environment":{"b":"CANARY"}})"),
        R"({"Environment":{"a":null,"a":null},"Environment":{"b":null}})"
    );
}

TEST(aws_document, a_member_that_is_no_object_is_null) {
    EXPECT_EQ(
        redacted(R"({"HyperParameters":["CANARY"],"Environment":"CANARY","environment":17})"),
        R"({"HyperParameters":null,"Environment":null,"environment":null})"
    );
}

TEST(aws_document, what_is_not_one_object_is_not_shown) {
    for (const char* text : {"", "null", "[]", "\"x\"", "{", "{}{}", "{\"a\":}", "{'a':1}"}) {
        EXPECT_FALSE(without_parameter_values(text)) << text;
        EXPECT_FALSE(whole_document(text)) << text;
    }
}

TEST(aws_document, half_characters_are_mended) {
    EXPECT_EQ(redacted("{\"a\":\"\xF0\x9F\"}"), "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}");
    EXPECT_EQ(whole_document(R"({"a":"\ud83d"})"), R"({"a":"\ufffd"})");
}

TEST(aws_document, no_truncation_is_shown) {
    const std::string_view text = trim(sample);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(without_parameter_values(text.substr(0, size))) << size;
}

// Whatever happens to the bytes: either nothing is shown, or what a parser sees in them less the
// values, and the canaries only where a mutation took them out of the two members.
TEST(aws_document, no_mutation_shows_a_value) {
    constexpr std::string_view alphabet = "{}[]\",:\\ un0abE\n";
    random_source random(42);
    std::size_t shown = 0;
    for (int round = 0; round < 40'000; ++round) {
        std::string text = sample;
        for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
            const auto at = random.below(text.size());
            const char c = alphabet[random.below(alphabet.size())];
            switch (random.below(3)) {
                case 0:
                    text[at] = c;
                    break;
                case 1:
                    text.insert(at, 1, c);
                    break;
                default:
                    text.erase(at, 1);
            }
        }
        const auto result = without_parameter_values(text);
        if (!result) continue;
        ++shown;
        const auto expected = expected_of(json::parse(text));
        ASSERT_EQ(json::parse(*result), expected) << text << "\n" << *result;
        // Doubled members: the parser keeps one of them, the text has all.
        if (json::serialize(expected).find("CANARY") == std::string::npos) {
            ASSERT_THAT(*result, Not(HasSubstr("CANARY"))) << text;
        }
    }
    EXPECT_GT(shown, 1'000U);
}

}  // namespace
}  // namespace trainwatch::wire::aws_document_test
