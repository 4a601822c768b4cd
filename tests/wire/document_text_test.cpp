#include "wire/document_text.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::document_text_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const text_style plain{};

std::string shown(std::string_view document) {
    return render_document(document, {}, plain);
}

TEST(DocumentText, is_a_tree_in_the_order_of_aws) {
    EXPECT_EQ(
        shown(
            R"({"RoleArn":"arn:r","ResourceConfig":{"InstanceCount":2,"VolumeSizeInGB":100},)"
            R"("InputDataConfig":[{"ChannelName":"train","ShuffleConfig":{"Seed":9007199254740993}},)"
            R"({"ChannelName":"test"}],"Kinds":["a","b"],"None":{},"Empty":"","Nothing":null})"
        ),
        "  RoleArn  arn:r\n"
        "  ResourceConfig\n"
        "    InstanceCount   2\n"
        "    VolumeSizeInGB  100\n"
        "  InputDataConfig\n"
        "    - ChannelName  train\n"
        "      ShuffleConfig\n"
        "        Seed  9007199254740993\n"
        "    - ChannelName  test\n"
        "  Kinds    a, b\n"
        "  None     {}\n"
        "  Empty    \"\"\n"
        "  Nothing  null\n"
    );
}

TEST(DocumentText, never_shows_values_of_parameters) {
    const auto text = shown(
        R"({"HyperParameters":{"lr":"canary-1","key":"canary-2"},"Environment":{"TOKEN":"canary-3"},)"
        R"("Deep":{"Environment":{"X":{"y":"canary-4"}},"HyperParameters":["canary-5"]}})"
    );
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, HasSubstr("  HyperParameters  (2; values: --output json)\n    lr, key\n"));
    EXPECT_THAT(text, HasSubstr("    TOKEN\n"));
    EXPECT_THAT(shown(R"({"Environment":"canary"})"), Not(HasSubstr("canary")));
    EXPECT_THAT(shown(R"({"Environment":{}})"), HasSubstr("{}"));
}

TEST(DocumentText, tells_moments_as_times_in_any_spelling_of_the_number) {
    EXPECT_THAT(shown(R"({"CreationTime":1795684320.123})"), HasSubstr("2026-11-26T09:12:00.123Z"));
    EXPECT_THAT(shown(R"({"Timestamp":1.795684320E9})"), HasSubstr("2026-11-26T09:12:00.000Z"));
    EXPECT_THAT(shown(R"({"MaxRuntime":1795684320})"), HasSubstr("  1795684320\n"));
    EXPECT_THAT(shown(R"({"SomeTime":12})"), HasSubstr("  12\n"));
}

TEST(DocumentText, leaves_out_what_was_shown_and_makes_the_rest_safe) {
    constexpr std::array<std::string_view, 1> above{"FailureReason"};
    const auto text = render_document(
        R"({"FailureReason":"x","K\u001b[31m":"v\u001b[0m\u202e","Long":"one two"})", above, plain
    );
    EXPECT_THAT(text, Not(HasSubstr("FailureReason")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, HasSubstr("  K     v\n"));
}

TEST(DocumentText, wraps_values_into_their_column) {
    text_style narrow;
    narrow.width = 40;
    EXPECT_EQ(
        render_document(R"({"A":"one two three four five six seven eight nine"})", {}, narrow),
        "  A  one two three four five six seven\n     eight nine\n"
    );
}

TEST(DocumentText, is_empty_for_what_is_no_document) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("[1]"), "");
    EXPECT_EQ(shown("{\"a\":"), "");
}

}  // namespace
}  // namespace trainwatch::wire::document_text_test
