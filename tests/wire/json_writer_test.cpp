#include "wire/json_writer.hpp"

#include <limits>
#include <optional>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace trainwatch::wire::json_writer_test {
namespace {

TEST(json_writer, puts_members_in_order_and_commas_between_them) {
    json_writer out;
    out.begin_object();
    out.member("text", "a \"quoted\" one");
    out.begin_array("list");
    out.begin_object();
    out.member("n", 1);
    out.end_object();
    out.begin_object();
    out.end_object();
    out.value("x");
    out.end_array();
    out.begin_object("inner");
    out.member("yes", true);
    out.null("none");
    out.end_object();
    out.raw("raw", "[1, 2]");
    out.end_object();
    EXPECT_EQ(
        out.take(),
        R"({"text":"a \"quoted\" one","list":[{"n":1},{},"x"],"inner":{"yes":true,"none":null},)"
        R"("raw":[1, 2]})"
    );
}

TEST(json_writer, writes_numbers_as_people_do) {
    json_writer out;
    out.begin_object();
    out.member("whole", 12.0);
    out.member("part", 0.7);
    out.member("length", milliseconds(90'500));
    out.member("seconds", seconds(-3));
    out.member("large", std::uint64_t{18'446'744'073'709'551'615U});
    out.member("none", std::numeric_limits<double>::infinity());
    out.member("nor_this", std::numeric_limits<double>::quiet_NaN());
    out.end_object();
    EXPECT_EQ(
        out.take(),
        R"({"whole":12,"part":0.7,"length":90.5,"seconds":-3,"large":18446744073709551615,)"
        R"("none":null,"nor_this":null})"
    );
}

TEST(json_writer, writes_times_and_what_is_absent) {
    json_writer out;
    out.begin_object();
    out.member("at", from_unix_milliseconds(1'795'511'520'123));
    out.member("never", std::optional<wall_time>());
    out.text_or_null("empty", "");
    out.text_or_null("full", "x");
    out.texts("labels", {{"b", "2"}, {"a", "1"}});
    out.end_object();
    EXPECT_EQ(
        out.take(),
        R"({"at":"2026-11-24T09:12:00.123Z","never":null,"empty":null,"full":"x",)"
        R"("labels":{"a":"1","b":"2"}})"
    );
}

TEST(json_writer, hostile_text_is_still_json) {
    std::string hostile = "\xff\xF0\x9F </script> \\ \" \xE2\x80\xA8";
    for (char c = 0; c < 0x20; ++c)
        hostile += c;
    json_writer out;
    out.begin_object();
    out.member(hostile, hostile);
    out.end_object();
    const auto read = boost::json::parse(out.take());
    EXPECT_EQ(read.as_object().size(), 1U);
}

}  // namespace
}  // namespace trainwatch::wire::json_writer_test
