#include "wire/request_target.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::request_target_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

request_target read(std::string_view text) {
    auto parsed = parse_request_target(text);
    if (parsed) return std::move(*parsed);
    ADD_FAILURE() << text << ": " << parsed.error().detail;
    return {};
}

TEST(request_target, is_taken_apart_and_decoded) {
    const auto target = read("/api/v1/jobs/a%20b/c%2Fd?name=a%2Bb+c&x=&y&name=2");
    EXPECT_THAT(target.path, ElementsAre("api", "v1", "jobs", "a b", "c/d"));
    EXPECT_THAT(
        target.parameters,
        ElementsAre(Pair("name", "a+b c"), Pair("x", ""), Pair("y", ""), Pair("name", "2"))
    );
}

TEST(request_target, of_nothing_has_nothing) {
    EXPECT_THAT(read("/").path, IsEmpty());
    EXPECT_THAT(read("/?").parameters, IsEmpty());
    EXPECT_THAT(read("/api/?&").path, ElementsAre("api"));
    EXPECT_THAT(read("/api/?&").parameters, IsEmpty());
    EXPECT_THAT(read("/a//b").path, ElementsAre("a", "", "b"));
}

TEST(request_target, that_is_badly_encoded_is_refused) {
    for (const char* text : {"/a%2", "/a%zz", "/a b", "/x?n=%", "", "a"}) {
        const auto parsed = parse_request_target(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, error_class::rejected);
        EXPECT_THAT(parsed.error().detail, HasSubstr("%25"));
    }
}

TEST(request_target, is_written_so_that_it_reads_the_same) {
    const request_target target{
        {"api", "a/b c", "ü"}, {{"name", "x&y=z+1 %"}, {"cursor", "-created~1.5~a~b~c"}}};
    const auto text = format_request_target(target);
    EXPECT_EQ(text, "/api/a%2Fb%20c/%C3%BC?name=x%26y%3Dz%2B1%20%25&cursor=-created~1.5~a~b~c");
    EXPECT_EQ(read(text), target);
    EXPECT_EQ(format_request_target({}), "/");
}

}  // namespace
}  // namespace trainwatch::wire::request_target_test
