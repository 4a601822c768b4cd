// A history from saved answers: what is read, what is left out, and which list has a job.
#include "app/saved_history.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::saved_history_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A description, ended unless it is in progress; its last change after so many seconds.
std::string document(
    const std::string& name, const std::string& status, int modified, int created = 1'700'000'000
) {
    return R"({"TrainingJobName":")" + name +
        R"(","TrainingJobArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/)" + name +
        R"(","TrainingJobStatus":")" + status + R"(","SecondaryStatus":")" +
        (status == "InProgress" ? "Training" : status) + R"(","CreationTime":)" +
        std::to_string(created) + R"(,"LastModifiedTime":)" + std::to_string(created + modified) +
        "}";
}

std::string page(const std::string& name) {
    return R"({"TrainingJobSummaries":[{"TrainingJobName":")" + name +
        R"(","TrainingJobArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/)" + name +
        R"(","TrainingJobStatus":"Failed","CreationTime":1700000000}]})";
}

class SavedHistory : public testing::Test {
protected:
    result<saved_history> read(
        const saved_lists* lists = nullptr, std::optional<wall_time> since = {}
    ) {
        file_access access;
        access.list = [&](const std::string& folder) -> result<std::vector<std::string>> {
            if (folder != "saved") return failure{};
            std::vector<std::string> names;
            for (const auto& [name, text] : files)
                names.push_back(name);
            return names;
        };
        access.read = [&](const std::string& path) -> result<std::string> {
            return files.at(path.substr(path.find('/') + 1));
        };
        return read_saved_history("saved", access, lists, since);
    }

    static std::vector<std::string> names(const result<saved_history>& of) {
        std::vector<std::string> found;
        for (const auto& job : of->jobs)
            found.push_back(job.whole.name + " of " + job.watch_list);
        return found;
    }

    std::map<std::string, std::string> files{};
};

constexpr wall_time created = from_unix_milliseconds(1'700'000'000'000);

TEST_F(SavedHistory, has_a_job_a_file) {
    files = {{"a.json", document("a", "Failed", 60)}, {"b.json", document("b", "InProgress", 90)}};
    const auto saved = read();
    EXPECT_THAT(names(saved), ElementsAre("a of everything", "b of everything"));
    EXPECT_THAT(saved->notes, IsEmpty());
    EXPECT_EQ(saved->first, created);
    EXPECT_EQ(saved->last, created + seconds(90));
    // What had ended is judged with what came last; what goes on as far as it is known.
    EXPECT_EQ(saved->jobs[0].until, created + seconds(90));
    EXPECT_EQ(saved->jobs[1].until, created + seconds(90));
}

TEST_F(SavedHistory, names_and_leaves_out_what_is_neither) {
    files = {
        {"a.txt", "hello"},
        {"b.json", "[]"},
        {"c.json", R"({"x":1})"},
        {"d.json", R"({"TrainingJobName":"d"})"},
        {"e.json",
         R"({"TrainingJobName":"e","TrainingJobArn":)"
         R"("arn:aws:sagemaker:eu-west-1:111122223333:training-job/e",)"
         R"("CreationTime":"2025-11-23T09:26:40+01:00"})"},
        {".hidden", "x"},
        {"folder/", "x"}};
    const auto saved = read();
    EXPECT_THAT(saved->jobs, IsEmpty());
    EXPECT_EQ(saved->documents, 0);
    EXPECT_THAT(
        saved->notes,
        ElementsAre(
            "saved/a.txt: no JSON object: left out",
            "saved/b.json: no JSON object: left out",
            HasSubstr("saved/c.json: neither a DescribeTrainingJob document nor a page of jobs"),
            HasSubstr("saved/d.json: answer without a usable TrainingJobArn"),
            HasSubstr("saved/e.json: no CreationTime as a number (of the AWS CLI: set")
        )
    );
}

TEST_F(SavedHistory, says_how_many_more_were_left_out) {
    for (int i = 0; i < 25; ++i)
        files["stray-" + std::to_string(i)] = "x";
    const auto saved = read();
    EXPECT_EQ(saved->notes.size(), 21);
    EXPECT_EQ(saved->notes.back(), "and 5 more files left out");
}

TEST_F(SavedHistory, takes_the_later_of_two_documents) {
    files = {
        {"1.json", document("a", "Failed", 90)},
        {"2.json", document("a", "InProgress", 60)},
        {"3.json", document("a", "Failed", 10, 1'700'500'000)}};
    const auto saved = read();
    ASSERT_EQ(saved->jobs.size(), 2);
    EXPECT_EQ(saved->jobs[0].whole.status.text, "Failed");
    EXPECT_EQ(saved->jobs[1].whole.created, from_unix_milliseconds(1'700'500'000'000));
}

TEST_F(SavedHistory, says_which_listed_jobs_have_no_description) {
    files = {{"a.json", document("a", "Failed", 90)}, {"p.json", page("a")}, {"q.json", page("b")}};
    const auto saved = read();
    EXPECT_EQ(saved->counts.listed, 2);
    EXPECT_THAT(
        saved->notes,
        ElementsAre("jobs of the saved pages without a saved description, which are not replayed: 1"
        )
    );
}

TEST_F(SavedHistory, leaves_out_what_was_created_before) {
    files = {
        {"1.json", document("a", "Failed", 90)},
        {"2.json", document("b", "Failed", 10, 1'700'500'000)}};
    const auto saved = read(nullptr, created + seconds(1));
    EXPECT_THAT(names(saved), ElementsAre("b of everything"));
    // It was read all the same: that nothing fires may be told.
    EXPECT_EQ(saved->documents, 2);
}

TEST_F(SavedHistory, gives_a_job_to_its_list) {
    files = {
        {"1.json", document("a", "Failed", 90)},
        {"2.json", document("v-1", "Failed", 90)},
        {"3.json", document("named", "Failed", 90)},
        {"4.json", document("t-1", "Failed", 90)}};
    domain::watch_plan plan;
    plan.lanes = {{"main", "us-east-1", {}}, {"main", "eu-west-1", {}}};
    plan.targets = {{lane_id{1}, "named", "by-name"}};
    plan.discovery.push_back({"wrong-region", {lane_id{0}}, {.name = {"*"}}, {}});
    plan.discovery.push_back({"vision", {lane_id{1}}, {.name = {"v-*"}}, {}});
    plan.discovery.push_back({"tagged", {lane_id{1}}, {.name = {"t-*"}, .tags = {{"a", "b"}}}, {}});
    const core::claims claims(plan);
    const saved_lists lists{plan, claims};
    const auto saved = read(&lists);
    EXPECT_THAT(names(saved), ElementsAre("named of by-name", "v-1 of vision"));
    EXPECT_EQ(saved->counts.unwatched, 1);
    EXPECT_EQ(saved->counts.undecided, 1);
}

}  // namespace
}  // namespace trainwatch::app::saved_history_test
