#include "wire/alertmanager_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/alertmanager_matcher.hpp"
#include "wire/prometheus_config.hpp"
#include "wire/yaml_text.hpp"

namespace trainwatch::wire::alertmanager_config_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

domain::settings with_list(domain::watch_list_settings list) {
    domain::settings config;
    config.watch_lists.push_back(std::move(list));
    return config;
}

// What amtool makes of it is seen in tests/e2e/print_config_test.py.
TEST(AlertmanagerConfig, holds_back_what_does_not_pass) {
    const auto text = alertmanager_config({});
    EXPECT_THAT(
        text,
        HasSubstr("    - matchers: ['alertname=~\"TrainingJobFailed|TrainingJobMaxRuntimeExceeded|"
                  "TrainingJobMaxWaitExceeded|TrainingJobStopped\"']\n"
                  "      receiver: 'warning/ended'\n"
                  "      repeat_interval: 30h\n")
    );
    EXPECT_THAT(text, HasSubstr("such an alert is held for 24h"));
    EXPECT_THAT(text, HasSubstr("group_by: [alertname, watch_list, tuning_job]\n"));
}

TEST(AlertmanagerConfig, has_a_receiver_for_each_severity_that_the_lists_give) {
    const auto text = alertmanager_config(with_list(
        {.name = "a",
         .alerts =
             {{"TrainingJobStopped", {.severity = "page"}},
              {"TrainingJobFailed", {.severity = "critical"}}}}
    ));
    EXPECT_THAT(text, AllOf(HasSubstr("- name: 'page'\n"), HasSubstr("- name: 'page/ended'\n")));
    EXPECT_EQ(text.find("- name: 'critical'\n"), text.rfind("- name: 'critical'\n"));
}

TEST(AlertmanagerConfig, says_where_each_severity_of_the_lists_goes) {
    const auto text = alertmanager_config(with_list(
        {.name = "a",
         .alerts =
             {{"TrainingJobStopped", {.severity = "page"}},
              {"TrainingJobStuck", {.severity = "ticket"}}}}
    ));
    EXPECT_THAT(
        text,
        HasSubstr("#   page: PagerDuty and Slack, as critical\n"
                  "#   ticket: Slack alone, unless you uncomment PagerDuty there\n")
    );
    const auto receiver = [&](const std::string& name) {
        const auto from = text.find("  - name: '" + name + "'\n");
        return text.substr(from, text.find("\n  - name:", from + 1) - from);
    };
    // Critical has the text; the others refer to it.
    EXPECT_THAT(receiver("page"), HasSubstr("\n    pagerduty_configs:\n"));
    EXPECT_THAT(receiver("page"), HasSubstr("description: *description\n"));
    EXPECT_THAT(receiver("page/ended"), HasSubstr("\n    pagerduty_configs:\n"));
    EXPECT_THAT(receiver("page/ended"), HasSubstr("send_resolved: false\n"));
    EXPECT_THAT(receiver("ticket"), HasSubstr("\n    # pagerduty_configs:\n    #   - routing_key"));
    EXPECT_THAT(receiver("ticket"), Not(HasSubstr("\n    pagerduty_configs:\n")));
    EXPECT_THAT(receiver("info"), Not(HasSubstr("pagerduty")));
    EXPECT_THAT(alertmanager_config({}), Not(HasSubstr("Severities of your own")));
}

// By the order of labels the first of a group may have failed a day ago. What the real Alertmanager
// makes of it is seen in tests/e2e/print_config_test.py.
TEST(AlertmanagerConfig, takes_no_alert_for_the_latest_that_is_only_the_first) {
    const auto text = alertmanager_config({});
    EXPECT_THAT(text, Not(HasSubstr("(index .Alerts 0).Annotations")));
    EXPECT_THAT(
        text, AllOf(HasSubstr("$latest.Annotations.summary"), HasSubstr("(the latest of "))
    );
    EXPECT_THAT(text, HasSubstr(", the latest first."));
}

TEST(AlertmanagerConfig, tells_each_owner_of_a_list_apart) {
    const auto text = alertmanager_config(
        with_list({.name = "a", .labels_from_tags = {{"owner", "Owner"}, {"cost", "CostCentre"}}})
    );
    EXPECT_THAT(text, HasSubstr("group_by: [alertname, watch_list, tuning_job, cost, owner]\n"));
}

TEST(AlertmanagerConfig, offers_a_route_for_each_list_and_label) {
    const auto text =
        alertmanager_config(with_list({.name = "nightly", .labels = {{"team", "it's \"us\"\n#"}}}));
    EXPECT_THAT(text, HasSubstr("    # - matchers: ['watch_list=\"nightly\"']\n"));
    EXPECT_THAT(text, HasSubstr("    # - matchers: ['team=\"it''s \\\"us\\\"\\n#\"']\n"));
    EXPECT_THAT(text, HasSubstr("    #   receiver: \"it's \\\"us\\\"\\n#\"\n"));
    EXPECT_THAT(alertmanager_config({}), Not(HasSubstr("uncomment")));
}

TEST(PrometheusConfig, scrapes_one_address_and_tells_the_others) {
    const auto text = prometheus_config({{"a:1", "b:2", "c:3"}, {}});
    EXPECT_THAT(text, HasSubstr("      - targets: ['a:1']\n"));
    EXPECT_THAT(text, HasSubstr("# It serves the same at b:2, c:3: "));
    EXPECT_THAT(text, AllOf(Not(HasSubstr("labels:")), Not(HasSubstr("alerting:\n"))));
}

TEST(PrometheusConfig, gives_series_the_labels_of_the_alerts) {
    EXPECT_THAT(
        prometheus_config({{"a:1"}, {{"team", "it's us"}}}),
        HasSubstr("        labels:\n          team: 'it''s us'\n")
    );
    EXPECT_THAT(prometheus_config({}), HasSubstr("- targets: ['localhost:9717']\n"));
}

TEST(YamlText, is_that_very_text) {
    EXPECT_EQ(yaml_text("a: b # 'c'"), "'a: b # ''c'''");
    EXPECT_EQ(yaml_text(""), "''");
    EXPECT_EQ(yaml_text("a\nb\"\x07"), "\"a\\nb\\\"\\u0007\"");
    EXPECT_EQ(yaml_text("\xff"), "'\xef\xbf\xbd'");
}

TEST(MatcherText, quotes_its_value) {
    EXPECT_EQ(matcher_text("team", "a\"b\\c\nd"), "team=\"a\\\"b\\\\c\\nd\"");
}

TEST(MatcherText, of_several_values_takes_each_of_them_as_it_is) {
    const std::set<std::string> one{"a.b"};
    EXPECT_EQ(matcher_text("team", one), "team=\"a.b\"");
    const std::set<std::string> some{"", "a.b", "c|d"};
    EXPECT_EQ(matcher_text("team", some), R"(team=~"|a\\.b|c\\|d")");
}

}  // namespace
}  // namespace trainwatch::wire::alertmanager_config_test
