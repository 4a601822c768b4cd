#include "wire/control_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::control_message_test {
namespace {

using testing::HasSubstr;

TEST(ControlMessage, request_is_one_line_and_comes_back) {
    const control_request asked{"ack", {{"job", "line\nbreak \"quoted\""}}};
    const auto line = encode(asked);
    EXPECT_EQ(line, "{\"command\":\"ack\",\"job\":\"line\\nbreak \\\"quoted\\\"\"}\n");
    EXPECT_EQ(read_control_request(line).value(), asked);
}

TEST(ControlMessage, answer_is_one_line_and_comes_back) {
    EXPECT_EQ(encode(control_answer{true}), "{\"ok\":true}\n");
    const control_answer told{false, {"a.yaml:1:2: x: y", "second"}, {"careful"}, "text\n"};
    const auto line = encode(told);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(read_control_answer(line).value(), told);
}

TEST(ControlMessage, texts_that_are_no_utf8_are_mended) {
    const auto answer = read_control_answer(encode(control_answer{false, {"\xff.yaml"}}));
    EXPECT_EQ(answer.value().errors.at(0), "\xef\xbf\xbd.yaml");
}

TEST(ControlMessage, what_a_newer_daemon_adds_to_its_answer_is_ignored) {
    const auto answer =
        read_control_answer(R"({"ok":true,"took":3,"errors":[{"new":1},"old"],"text":7})");
    EXPECT_EQ(answer.value(), (control_answer{true, {"old"}}));
}

TEST(ControlMessage, hostile_requests_are_rejected_with_the_reason) {
    const auto reason = [](std::string_view line) {
        const auto read = read_control_request(line);
        EXPECT_FALSE(read) << line;
        return read ? std::string() : read.error().detail;
    };
    for (const char* const line :
         {"",
          "\n",
          "reload",
          "[]",
          "\"reload\"",
          "{\"command\":\"a\"} {}",
          "{\"command\":\"\xff\"}",
          "{\"command\":[[[[[[[[[[]]]]]]]]]]}",
          "{\"command\""}) {
        EXPECT_EQ(reason(line), "not a JSON object on one line") << line;
    }
    EXPECT_EQ(reason("{}"), "there is no \"command\" in it");
    EXPECT_EQ(reason("{\"command\":\"\"}"), "there is no \"command\" in it");
    EXPECT_EQ(reason("{\"command\":7}"), "\"command\" is not a text");
    EXPECT_THAT(reason("{\"command\":\"ack\",\"job\":{}}"), HasSubstr("\"job\" is not a text"));
}

TEST(ControlMessage, every_truncation_fails_cleanly) {
    const std::string line = encode(control_answer{false, {"one", "two"}, {"three"}, "four"});
    for (std::size_t size = 0; size + 2 < line.size(); ++size)
        EXPECT_FALSE(read_control_answer(std::string_view(line).substr(0, size))) << size;
}

}  // namespace
}  // namespace trainwatch::wire::control_message_test
