#include "base/time.hpp"

#include <gtest/gtest.h>

namespace trainwatch::time_test {
namespace {

using namespace std::chrono_literals;

constexpr wall_time moment = from_unix_milliseconds(1'763'890'000'123);

TEST(iso_time, is_written_in_utc_with_milliseconds) {
    EXPECT_EQ(iso8601(moment), "2025-11-23T09:26:40.123Z");
    EXPECT_EQ(iso8601_basic(moment), "20251123T092640Z");
    EXPECT_EQ(iso8601(from_unix_milliseconds(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(utc_time, is_written_for_people_to_the_second) {
    EXPECT_EQ(utc_text(*parse_iso8601("2026-11-24T09:12:59.999Z")), "2026-11-24 09:12:59 UTC");
}

TEST(iso_time, is_read_back_as_it_was_written) {
    EXPECT_EQ(parse_iso8601(iso8601(moment)), moment);
}

TEST(iso_time, takes_offsets_and_any_number_of_fraction_digits) {
    EXPECT_EQ(parse_iso8601("2025-11-23T10:26:40.123456+01:00"), moment);
    EXPECT_EQ(parse_iso8601("2025-11-23T04:26:40.123-0500"), moment);
    EXPECT_EQ(parse_iso8601("2025-11-23T09:26:40Z"), moment - 123ms);
    EXPECT_EQ(parse_iso8601("2024-02-29T00:00:00Z"), from_unix_milliseconds(1'709'164'800'000));
}

TEST(iso_time, refuses_what_is_no_time) {
    for (const char* text :
         {"",
          "2025-11-23",
          "2025-11-23T09:26:40",
          "2025-13-01T00:00:00Z",
          "2025-02-29T00:00:00Z",
          "2025-11-23T24:00:00Z",
          "2025-11-23T09:26:40.Z",
          "2025-11-23T09:26:40Zx"}) {
        EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
    }
}

TEST(http_time, is_the_fixed_form_of_rfc_9110) {
    const wall_time example = from_unix_milliseconds(784'111'777'000);
    EXPECT_EQ(http_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), std::nullopt);
    EXPECT_EQ(parse_http_date("Sun, 06 Foo 1994 08:49:37 GMT"), std::nullopt);
    EXPECT_EQ(parse_http_date(""), std::nullopt);
}

TEST(prometheus_duration, is_read_in_descending_units) {
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("2d"), 48h);
    EXPECT_EQ(parse_duration("1w"), 168h);
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(prometheus_duration, refuses_what_prometheus_refuses) {
    for (const char* text :
         {"",
          "1",
          "s",
          "-1s",
          "1s1h",
          "1h1h",
          "1.5h",
          "1 h",
          "1H",
          "99999999999999999999s",
          "999999999999y"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(prometheus_duration, is_written_in_its_shortest_form) {
    EXPECT_EQ(format_duration(90min), "1h30m");
    EXPECT_EQ(format_duration(400h), "16d16h");
    EXPECT_EQ(format_duration(1500ms), "1s500ms");
    EXPECT_EQ(format_duration(0ms), "0s");
    EXPECT_EQ(format_duration(-61s), "-1m1s");
}

}  // namespace
}  // namespace trainwatch::time_test
