// Every answer of every kind, at every moment of its life, against SageMaker's published model.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/simulator/answers.hpp"
#include "tests/simulator/scenario.hpp"

namespace trainwatch::simulator::model_test {
namespace {

namespace json = boost::json;

constexpr wall_time start = from_unix_milliseconds(1'795'000'000'123);

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

class model {
public:
    explicit model(const std::string& text) : shapes_(json::parse(text).at("shapes").as_object()) {}

    void check(const std::string& shape_name, const json::value& value, const std::string& path) {
        const auto& shape = shapes_.at(shape_name).as_object();
        const auto& type = shape.at("type").as_string();
        if (type == "structure") return check_structure(shape, value, path);
        if (type == "list") {
            ASSERT_TRUE(value.is_array()) << path;
            const std::string member(shape.at("member").at("shape").as_string());
            for (const auto& item : value.get_array())
                check(member, item, path + "[]");
        } else if (type == "map") {
            ASSERT_TRUE(value.is_object()) << path;
            const std::string member(shape.at("value").at("shape").as_string());
            for (const auto& entry : value.get_object()) {
                check(member, entry.value(), path + "." + std::string(entry.key()));
            }
        } else if (type == "string") {
            check_string(shape, value, path);
        } else if (type == "boolean") {
            EXPECT_TRUE(value.is_bool()) << path;
        } else if (type == "integer" || type == "long") {
            EXPECT_TRUE(value.is_int64()) << path;
            if (!shape.contains("min")) return;
            EXPECT_GE(value.get_int64(), shape.at("min").as_int64()) << path;
        } else {
            EXPECT_TRUE(value.is_number()) << path;
        }
    }

private:
    void check_structure(
        const json::object& shape, const json::value& value, const std::string& path
    ) {
        ASSERT_TRUE(value.is_object()) << path;
        const auto& members = shape.at("members").as_object();
        for (const auto& entry : value.get_object()) {
            const auto* known = members.if_contains(entry.key());
            ASSERT_NE(known, nullptr) << path << " has the unknown member " << entry.key();
            check(
                std::string(known->at("shape").as_string()),
                entry.value(),
                path + "." + std::string(entry.key())
            );
        }
        const auto* required = shape.if_contains("required");
        if (required == nullptr) return;
        for (const auto& name : required->as_array()) {
            // Real answers about unfinished jobs lack it, whatever the model says.
            if (name == "ModelArtifacts") continue;
            EXPECT_TRUE(value.get_object().contains(name.as_string())) << path << " lacks " << name;
        }
    }

    static void check_string(
        const json::object& shape, const json::value& value, const std::string& path
    ) {
        ASSERT_TRUE(value.is_string()) << path;
        const auto& text = value.get_string();
        if (shape.contains("max")) {
            EXPECT_LE(static_cast<std::int64_t>(text.size()), shape.at("max").as_int64()) << path;
        }
        const auto* values = shape.if_contains("enum");
        if (values == nullptr) return;
        const auto& list = values->as_array();
        EXPECT_NE(std::find(list.begin(), list.end(), value), list.end()) << path << ": " << text;
    }

    json::object shapes_;
};

TEST(Model, knows_every_answer) {
    const std::string file = TRAINWATCH_SHARED_DIR "/model/sagemaker-training.model.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "the API's model is not here: " << file;
    model known(text_of(file));
    const auto jobs = read_scenario(
        text_of(TRAINWATCH_TESTS_DIR "/simulator/scenarios/every_kind.yaml"), "", "eu-west-1"
    );
    ASSERT_TRUE(jobs.errors.empty());
    const timeline clock(start, 1);
    for (const auto& plan : jobs.plans) {
        // It is there to break the model.
        if (plan.kind == "future_values") continue;
        for (const auto& of : plan.moments) {
            const auto state = state_at(plan, clock, *sight_of(plan, clock, of));
            if (!state) continue;
            const auto path = plan.name + "@" + state->secondary;
            const std::string account = "111122223333";
            known.check(
                "DescribeTrainingJobResponse", describe_answer(plan, *state, clock, account), path
            );
            known.check("TrainingJobSummary", summary_answer(plan, *state, account), path);
            known.check(
                "HyperParameterTrainingJobSummary",
                child_summary_answer(plan, *state, account),
                path
            );
        }
        known.check("ListTagsOutput", tags_answer(plan), plan.name);
    }
}

}  // namespace
}  // namespace trainwatch::simulator::model_test
