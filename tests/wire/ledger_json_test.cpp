#include "wire/ledger_json.hpp"

#include <limits>

#include <gmock/gmock.h>

#include "tests/support/ledger_sample.hpp"
#include "wire/lossless_json.hpp"

namespace trainwatch::wire::ledger_json_test {
namespace {

using namespace test_support;
using testing::HasSubstr;
using testing::Not;

template <class T>
T round_trip(const T& value) {
    T back{};
    EXPECT_TRUE(read_ledger_json(ledger_json(value), back)) << ledger_json(value);
    return back;
}

std::string quoted(std::string_view bytes) {
    std::string out;
    quote_lossless(out, bytes);
    return out;
}

TEST(LedgerJson, every_kind_of_value_comes_back) {
    const auto told = sample_observation("resnet");
    EXPECT_EQ(round_trip(told.transitions), told.transitions);
    EXPECT_EQ(round_trip(told.instances), told.instances);
    EXPECT_EQ(round_trip(told.final_metrics), told.final_metrics);
    EXPECT_EQ(round_trip(told.rules), told.rules);
    EXPECT_EQ(round_trip(told.unknown), told.unknown);
    EXPECT_EQ(round_trip(*told.warm_pool), *told.warm_pool);
    EXPECT_EQ(round_trip(*told.progress), *told.progress);
    const domain::label_map labels{{wild("name"), wild("value")}, {"", ""}};
    EXPECT_EQ(round_trip(labels), labels);
    const told_identity identity{wild("a"), "b", "c", "d", at(-5)};
    EXPECT_EQ(round_trip(identity), identity);
    const std::vector<std::uint64_t> buckets{0, std::numeric_limits<std::uint64_t>::max()};
    EXPECT_EQ(round_trip(buckets), buckets);
}

TEST(LedgerJson, empty_values_come_back) {
    EXPECT_EQ(round_trip(std::vector<domain::transition>{}), std::vector<domain::transition>{});
    EXPECT_EQ(round_trip(std::vector<domain::transition>(2)), std::vector<domain::transition>(2));
    EXPECT_EQ(round_trip(domain::label_map{}), domain::label_map{});
    EXPECT_EQ(round_trip(domain::warm_pool{}), domain::warm_pool{});
}

TEST(LedgerJson, each_single_byte_comes_back) {
    for (int byte = 0; byte < 256; ++byte) {
        const domain::label_map labels{{"a", std::string(1, static_cast<char>(byte))}};
        EXPECT_EQ(round_trip(labels), labels) << byte;
    }
}

TEST(LedgerJson, bytes_that_are_no_utf8_are_lone_surrogates) {
    EXPECT_EQ(quoted("a\xff"), R"("a\udcff")");
    // Overlong, a surrogate, beyond the last character, cut short.
    EXPECT_EQ(quoted("\xc0\x80"), R"("\udcc0\udc80")");
    EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\udced\udca0\udc80")");
    EXPECT_EQ(quoted("\xf4\x90\x80\x80"), R"("\udcf4\udc90\udc80\udc80")");
    EXPECT_EQ(quoted("\xe2\x82"), R"("\udce2\udc82")");
    EXPECT_EQ(quoted("\u20ac\U0001F600"), "\"\u20ac\U0001F600\"");
}

TEST(LedgerJson, members_are_named_as_in_aws_api_and_only_written_where_there_is_something) {
    const std::vector<domain::instance_group> groups{{"ml.m5.large", 2, ""}};
    EXPECT_EQ(ledger_json(groups), R"([{"InstanceType":"ml.m5.large","InstanceCount":2}])");
    EXPECT_THAT(ledger_json(domain::training_progress{}), Not(HasSubstr("CurrentEpoch")));
}

TEST(LedgerJson, a_member_of_a_later_release_is_passed_over) {
    std::vector<domain::instance_group> groups;
    EXPECT_TRUE(read_ledger_json(
        R"([{"InstanceType":"ml.m5.large","Later":{"Deep":[1,"x"]},"InstanceCount":2}])", groups
    ));
    EXPECT_THAT(groups, testing::ElementsAre(domain::instance_group{"ml.m5.large", 2, ""}));
}

TEST(LedgerJson, every_truncation_is_refused) {
    const auto whole = ledger_json(sample_observation("resnet").rules);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::vector<domain::rule_evaluation> into;
        EXPECT_FALSE(read_ledger_json(std::string_view(whole).substr(0, size), into)) << size;
    }
}

TEST(LedgerJson, what_is_none_of_ours_is_refused) {
    domain::label_map labels;
    for (const char* text :
         {"",
          "[]",
          "null",
          "{",
          R"({"a":1})",
          R"({"a":"b"}x)",
          R"({"a":"\x"})",
          R"({"a":"\u12"})"}) {
        EXPECT_FALSE(read_ledger_json(text, labels)) << text;
    }
    std::vector<std::uint64_t> numbers;
    for (const char* text : {"[1.5]", "[-1]", "[\"1\"]", "[18446744073709551616]", "{}"})
        EXPECT_FALSE(read_ledger_json(text, numbers)) << text;
    EXPECT_FALSE(read_ledger_json(std::string(10'000, '['), numbers));
}

}  // namespace
}  // namespace trainwatch::wire::ledger_json_test
