#include <gmock/gmock.h>

#include "io/store.hpp"
#include "tests/io/store_fixture.hpp"

namespace trainwatch::io::store_about_test {
namespace {

using namespace test_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* arn = "arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/resnet";

class StoreAbout : public StoreFixture {
protected:
    // A job, the one that had its name before, one of another region, and one of another name.
    StoreAbout() {
        batch = sample_batch();
        older = sample_job("resnet");
        older.identity.created = older.last.created = at(0);
        older.last.transitions.clear();
        elsewhere = sample_job("resnet");
        elsewhere.identity.region = elsewhere.last.region = "eu-west-1";
        elsewhere.last.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet";
        elsewhere.last.partition = "aws";
        elsewhere.identity.created = elsewhere.last.created = at(5);
        elsewhere.last.transitions.clear();
        auto stranger = sample_job("other");
        batch.jobs = {elsewhere, batch.jobs[0], older, stranger};
        auto alert = sample_alert("resnet");
        alert.alert.labels["aws_region"] = "eu-west-1";
        batch.alerts.push_back(alert);
        batch.alerts.push_back(sample_alert("other"));
        batch.deliveries.push_back(sample_delivery(alert));
        batch.deliveries.push_back(sample_delivery(batch.alerts[2]));
        commit(batch);
    }

    domain::ledger_batch batch{};
    domain::job_row older{};
    domain::job_row elsewhere{};
};

TEST_F(StoreAbout, a_name_is_all_jobs_that_had_it_the_oldest_first) {
    const auto about = store->about("resnet").value();
    EXPECT_THAT(about.jobs, ElementsAre(older, batch.jobs[1], elsewhere));
    EXPECT_EQ(about.transitions, batch.transitions);
    EXPECT_THAT(about.alerts, ElementsAre(batch.alerts[0], batch.alerts[1]));
    EXPECT_THAT(about.deliveries, ElementsAre(batch.deliveries[0], batch.deliveries[1]));
}

TEST_F(StoreAbout, an_arn_is_the_jobs_of_its_region_and_account) {
    const auto about = store->about(arn).value();
    EXPECT_THAT(about.jobs, ElementsAre(older, batch.jobs[1]));
    EXPECT_THAT(about.alerts, ElementsAre(batch.alerts[0]));
    EXPECT_THAT(about.deliveries, ElementsAre(batch.deliveries[0]));
}

TEST_F(StoreAbout, an_arn_finds_a_name_that_it_spells_in_lower_case) {
    auto job = sample_job("ResNet-Large");
    job.last.arn = "arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/resnet-large";
    commit({.jobs = {job}, .alerts = {sample_alert("ResNet-Large")}});
    const auto about = store->about(job.last.arn).value();
    EXPECT_THAT(about.jobs, ElementsAre(job));
    EXPECT_THAT(about.alerts, ElementsAre(sample_alert("ResNet-Large")));
}

TEST_F(StoreAbout, nothing_is_known_of_an_unknown_job) {
    EXPECT_TRUE(store->about("nobody").value().empty());
}

TEST_F(StoreAbout, what_is_no_job_is_refused) {
    const auto refused = store->about("arn:aws:s3:::bucket");
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().kind, error_class::rejected);
}

TEST_F(StoreAbout, the_file_answers_beside_a_running_daemon) {
    EXPECT_EQ(read_about(path, "resnet").value(), store->about("resnet").value());
}

TEST_F(StoreAbout, the_file_answers_while_somebody_writes) {
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &writer), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(writer, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_THAT(read_about(path, "other").value().jobs, ElementsAre(batch.jobs[3]));
    sqlite3_close(writer);
}

TEST_F(StoreAbout, the_file_answers_when_no_daemon_runs) {
    store.reset();
    EXPECT_THAT(read_about(path, "other").value().jobs, ElementsAre(batch.jobs[3]));
}

TEST_F(StoreAbout, a_missing_file_is_named) {
    const auto none = read_about(path + "x", "resnet");
    ASSERT_TRUE(none.has_error());
    EXPECT_THAT(none.error().detail, HasSubstr(path + "x"));
}

}  // namespace
}  // namespace trainwatch::io::store_about_test
