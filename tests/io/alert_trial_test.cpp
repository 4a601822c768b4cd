#include "io/alert_trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::alert_trial_test {
namespace {

using domain::receiver_kind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

const std::string holds_it = R"([{"labels": {"alertname": "TrainwatchdTest"}}])";

domain::alert_message test_alert(wall_time at) {
    domain::alert_message alert;
    alert.labels = {{"alertname", "TrainwatchdTest"}};
    alert.starts_at = at;
    alert.ends_at = at + std::chrono::minutes(5);
    return alert;
}

class AlertTrial : public testing::Test {
protected:
    alert_trial try_at(receiver_kind kind, const wire::url& where) {
        sent_ = test_alert(time_->now().wall);
        return on_.run(try_alert(kind, where, {}, *time_, sent_, seconds(30)));
    }

    loop on_;
    std::unique_ptr<clock> time_ = create_system_clock();
    domain::alert_message sent_{};
};

TEST_F(AlertTrial, posts_to_an_alertmanager_and_asks_for_the_alert) {
    scripted_server server(on_, {{{http_ok("")}}, {{http_ok(holds_it)}}});
    const auto trial = try_at(receiver_kind::alertmanager, server.origin());
    EXPECT_TRUE(trial.posted.outcome);
    EXPECT_GT(trial.posted.took.count(), 0);
    ASSERT_TRUE(trial.read_back && *trial.read_back);
    EXPECT_NE(wire::find_held(**trial.read_back, sent_.labels), nullptr);
    EXPECT_FALSE(trial.ended);
    EXPECT_THAT(
        server.requests(),
        ElementsAre(
            StartsWith("POST /api/v2/alerts HTTP/1.1"),
            StartsWith("GET /api/v2/alerts?filter=alertname%3D%22TrainwatchdTest%22 HTTP/1.1")
        )
    );
}

TEST_F(AlertTrial, asks_nothing_where_nothing_was_taken) {
    scripted_server server(on_, {{{"HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad"}}});
    const auto trial = try_at(receiver_kind::alertmanager, server.origin());
    ASSERT_FALSE(trial.posted.outcome);
    EXPECT_EQ(trial.posted.outcome.error().detail, "HTTP 400: bad");
    EXPECT_FALSE(trial.read_back);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(AlertTrial, tells_a_webhook_of_the_end_too) {
    scripted_server server(on_, {{{http_ok("")}, {http_ok("")}}});
    const auto trial = try_at(receiver_kind::webhook, server.origin());
    EXPECT_TRUE(trial.posted.outcome);
    ASSERT_TRUE(trial.ended);
    EXPECT_TRUE(trial.ended->outcome);
    EXPECT_FALSE(trial.read_back);
    EXPECT_THAT(
        server.requests(),
        ElementsAre(HasSubstr(R"("status":"firing")"), HasSubstr(R"("status":"resolved")"))
    );
}

// A sender whose clock is slow is answered 200, and the alert has ended before it came.
TEST_F(AlertTrial, sends_again_by_the_clock_of_an_alertmanager_that_is_ahead) {
    const auto ahead = time_->now().wall + std::chrono::minutes(10);
    const auto dated = http_ok("", "Date: " + http_date(ahead) + "\r\n");
    scripted_server server(on_, {{{dated}, {dated}}, {{http_ok(holds_it)}}});
    const auto trial = try_at(receiver_kind::alertmanager, server.origin());
    ASSERT_TRUE(trial.clock_offset);
    EXPECT_GE(*trial.clock_offset, std::chrono::minutes(9));
    ASSERT_THAT(server.requests(), SizeIs(3));
    const auto again = *sent_.ends_at + *trial.clock_offset;
    EXPECT_THAT(
        server.requests()[1],
        AllOf(StartsWith("POST "), HasSubstr("\"endsAt\":\"" + iso8601(again) + "\""))
    );
    EXPECT_TRUE(trial.read_back);
}

TEST_F(AlertTrial, ends_by_its_deadline) {
    scripted_server server(on_, {{{"", step::after::stay_silent}}});
    sent_ = test_alert(time_->now().wall);
    const auto kind = receiver_kind::alertmanager;
    const auto trial =
        on_.run(try_alert(kind, server.origin(), {}, *time_, sent_, milliseconds(50)));
    ASSERT_FALSE(trial.posted.outcome);
    EXPECT_EQ(trial.posted.outcome.error().kind, error_class::transient);
}

}  // namespace
}  // namespace trainwatch::io::alert_trial_test
