#include "wire/alertmanager_alerts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::alertmanager_alerts_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

http_response answer(int status, std::string body) {
    http_response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

// What Alertmanager 0.25 answered, with fewer labels.
const std::string held_by_alertmanager = R"json([
  {"annotations": {"summary": "s"}, "endsAt": "2026-11-24T09:17:00.000Z",
   "fingerprint": "3f3f3f3f3f3f3f3f", "receivers": [{"name": "chat"}, {"name": "pager"}],
   "startsAt": "2026-11-24T09:12:00.000Z",
   "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},
   "updatedAt": "2026-11-24T09:12:00.021Z", "generatorURL": "",
   "labels": {"alertname": "TrainwatchdTest", "test": "2026-11-24T09:12:00.000Z"}}
])json";

TEST(AlertmanagerAlerts, are_asked_for_by_each_label) {
    const auto request = encode_alerts_question(
        "am:9093", "/prefix/", {{"alertname", "TrainwatchdTest"}, {"team", "a \"b\"\\"}}
    );
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(
        request.target,
        "/prefix/api/v2/alerts?filter=alertname%3D%22TrainwatchdTest%22"
        "&filter=team%3D%22a%20%5C%22b%5C%22%5C%5C%22"
    );
    EXPECT_EQ(find_header(request.headers, "Host"), "am:9093");
}

TEST(AlertmanagerAlerts, are_read_with_where_its_routes_give_them) {
    const auto held = read_held_alerts(answer(200, held_by_alertmanager));
    ASSERT_TRUE(held);
    ASSERT_EQ(held->size(), 1U);
    const auto& alert = held->front();
    EXPECT_EQ(alert.labels.at("alertname"), "TrainwatchdTest");
    EXPECT_THAT(alert.receivers, ElementsAre("chat", "pager"));
    EXPECT_EQ(iso8601(alert.ends_at), "2026-11-24T09:17:00.000Z");
    EXPECT_FALSE(alert.is_silenced);
    EXPECT_FALSE(alert.is_inhibited);
}

TEST(AlertmanagerAlerts, say_that_something_keeps_them_quiet) {
    const auto held = read_held_alerts(answer(
        200,
        R"([{"labels": {}, "status": {"silencedBy": ["a"], "inhibitedBy": []}},
            {"labels": {}, "status": {"silencedBy": [], "inhibitedBy": ["b"]}}])"
    ));
    ASSERT_TRUE(held);
    EXPECT_TRUE(held->at(0).is_silenced && !held->at(0).is_inhibited);
    EXPECT_TRUE(held->at(1).is_inhibited && !held->at(1).is_silenced);
}

TEST(AlertmanagerAlerts, are_found_by_their_labels_alone) {
    const std::vector<held_alert> held{
        {.labels = {{"alertname", "A"}, {"test", "1"}}},
        {.labels = {{"alertname", "A"}, {"test", "2"}, {"added", "x"}}}};
    // An empty label is none to an Alertmanager.
    const auto* const found = find_held(held, {{"alertname", "A"}, {"test", "2"}, {"team", ""}});
    EXPECT_EQ(found, &held[1]);
    EXPECT_EQ(find_held(held, {{"alertname", "A"}, {"test", "3"}}), nullptr);
    EXPECT_EQ(find_held({}, {{"alertname", "A"}}), nullptr);
}

TEST(AlertmanagerAlerts, of_something_else_are_malformed) {
    for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
             {200, "<html>"}, {200, "{}"}, {200, ""}, {404, "not found"}}) {
        const auto held = read_held_alerts(answer(status, body));
        ASSERT_FALSE(held) << body;
        EXPECT_EQ(held.error().kind, error_class::malformed);
        EXPECT_THAT(held.error().cure, HasSubstr("no Alertmanager"));
    }
}

TEST(AlertmanagerAlerts, that_cannot_be_told_now_are_another_failure) {
    EXPECT_EQ(read_held_alerts(answer(503, "busy")).error().kind, error_class::transient);
    EXPECT_EQ(read_held_alerts(answer(401, "")).error().kind, error_class::denied);
}

TEST(AlertmanagerAlerts, with_members_of_other_kinds_are_read_as_far_as_they_go) {
    const auto held = read_held_alerts(
        answer(200, R"([1, {}, {"labels": [], "receivers": {}, "status": 7, "endsAt": null},
                 {"labels": {"a": 1}, "receivers": [1, {"name": 2}]}])")
    );
    ASSERT_TRUE(held);
    EXPECT_EQ(held->size(), 3U);
    EXPECT_THAT(held->at(1).labels, IsEmpty());
    EXPECT_THAT(held->at(2).receivers, ElementsAre(""));
}

}  // namespace
}  // namespace trainwatch::wire::alertmanager_alerts_test
