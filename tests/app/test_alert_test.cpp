#include "app/test_alert.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/byte_stream.hpp"

namespace trainwatch::app::test_alert_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Ports that listen and never answer, and an address that is none: a line each, by the deadline.
TEST(AlertTest, ends_by_its_deadline_and_has_a_line_for_each) {
    boost::asio::io_context context;
    const auto silent = io::listen(context.get_executor(), {}).value();
    const auto base = "http://127.0.0.1:" + std::to_string(silent->port());
    alert_test test;
    test.receivers = {
        {.name = "main", .kind = domain::receiver_kind::alertmanager, .urls = {base, "ftp://x"}},
        {.name = "hook", .kind = domain::receiver_kind::webhook, .urls = {base + "/?key=secret"}}};
    test.proxies = {{"main", {}}, {"hook", {}}};
    test.alert = make_test_alert({"host", "", {}}, {});
    const auto report = perform_alert_test(test, milliseconds(50));
    EXPECT_FALSE(report.is_well);
    EXPECT_THAT(
        report.lines,
        ElementsAre(
            StartsWith("main, " + base + ": FAILED after "),
            StartsWith("main, ftp://x: FAILED: "),
            StartsWith("hook, webhook " + base + "/…: FAILED after ")
        )
    );
}

TEST(AlertTest, of_nobody_is_well) {
    const auto report = perform_alert_test({}, milliseconds(50));
    EXPECT_TRUE(report.is_well);
    EXPECT_TRUE(report.lines.empty());
}

}  // namespace
}  // namespace trainwatch::app::test_alert_test
