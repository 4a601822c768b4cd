#include "wire/alert_query.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/api_view.hpp"

namespace trainwatch::wire::alert_query_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AlertQuery : public testing::Test {
protected:
    AlertQuery() {
        view.alerts = {
            alert_of(view.jobs[0], "TrainingJobFailed"),
            alert_of(view.jobs[1], "TrainingJobFailed"),
            alert_of(view.jobs[5], "TrainingJobStuck")};
        view.alerts[1].state = domain::alert_state::resolved;
        view.alerts[2].labels["severity"] = "warning";
        std::sort(view.alerts.begin(), view.alerts.end(), [](const auto& a, const auto& b) {
            return domain::identity(a.labels) < domain::identity(b.labels);
        });
    }

    alert_query query(const parameter_list& given) {
        const auto known = alert_query_parameters();
        query_parameters parameters(given, known);
        auto read = read_alert_query(parameters);
        errors = parameters.take();
        return read;
    }

    std::vector<std::string> names(const parameter_list& given) {
        const auto page = select_alerts(view, query(given));
        EXPECT_THAT(errors, IsEmpty());
        next = page.next;
        std::vector<std::string> found;
        for (const auto place : page.places)
            found.push_back(view.alerts[place].labels.at("training_job"));
        return found;
    }

    domain::watch_plan plan = api_plan();
    domain::view view = api_view(plan);
    std::vector<parameter_error> errors{};
    std::string next{};
};

TEST_F(AlertQuery, each_filter_narrows) {
    EXPECT_THAT(names({}), ElementsAre("resnet", "bert", "ranker"));
    EXPECT_THAT(names({{"state", "resolved"}}), ElementsAre("resnet"));
    EXPECT_THAT(names({{"severity", "warning"}}), ElementsAre("ranker"));
    EXPECT_THAT(names({{"alertname", "TrainingJobStuck"}}), ElementsAre("ranker"));
    EXPECT_THAT(names({{"training_job", "bert"}}), ElementsAre("bert"));
    EXPECT_THAT(names({{"watch_list", "releases"}}), ElementsAre("ranker"));
    EXPECT_THAT(names({{"aws_region", "nowhere"}}), IsEmpty());
}

TEST_F(AlertQuery, pages_show_each_alert_once) {
    EXPECT_THAT(names({{"limit", "2"}}), ElementsAre("resnet", "bert"));
    EXPECT_THAT(names({{"limit", "2"}, {"cursor", next}}), ElementsAre("ranker"));
    EXPECT_EQ(next, "");
}

TEST_F(AlertQuery, says_what_is_wrong) {
    query({{"state", "open"}, {"severity", "page"}, {"receiver", "x"}});
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_THAT(errors[0].detail, HasSubstr("no such parameter"));
    EXPECT_THAT(errors[1].detail, HasSubstr("it is firing or resolved"));
    EXPECT_THAT(errors[2].detail, HasSubstr("it is critical, warning, info or none"));
}

}  // namespace
}  // namespace trainwatch::wire::alert_query_test
