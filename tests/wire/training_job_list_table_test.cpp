// The description of the answers of ListTrainingJobs and ListTags against AWS' model, where that is
// at hand.
#include <filesystem>
#include <set>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"
#include "wire/training_job_table.hpp"

namespace trainwatch::wire::training_job_list_table_test {
namespace {

namespace fs = std::filesystem;
using boost::json::object;

std::string kind_in_model(const object& shapes, const object& member) {
    const auto& shape = shapes.at(member.at("shape").as_string()).as_object();
    const std::string type(shape.at("type").as_string());
    return type == "string" && shape.contains("enum") ? "enumeration" : type;
}

std::string kind_in_table(const member_row& row) {
    switch (row.kind) {
        case member_kind::text:
            return "string";
        case member_kind::enumeration:
            return "enumeration";
        case member_kind::integer:
            return "integer";
        case member_kind::moment:
            return "timestamp";
        case member_kind::structure:
            return "structure";
        case member_kind::structures:
            return "list";
        default:
            return "a kind that no list has";
    }
}

// Each structure by its name in the model; says how many it compared.
std::size_t compare(const structure_table& table, const object& shapes) {
    const auto& members = shapes.at(table.name).as_object().at("members").as_object();
    std::set<std::string_view> claimed;
    std::size_t compared = 1;
    for (const auto& row : table.members) {
        claimed.insert(row.name);
        const auto* member = members.if_contains(row.name);
        if (member == nullptr) {
            ADD_FAILURE() << row.name << " is not in " << table.name;
            continue;
        }
        const auto wanted = kind_in_model(shapes, member->as_object());
        EXPECT_EQ(kind_in_table(row), wanted) << table.name << "." << row.name;
        if (row.structure != nullptr) compared += compare(row.structure(), shapes);
    }
    for (const auto& [name, member] : members)
        EXPECT_TRUE(claimed.contains(name)) << name << " of " << table.name << " is not claimed";
    return compared;
}

TEST(list_tables, agree_with_the_newest_model) {
    const fs::path file = TRAINWATCH_SHARED_DIR "/model/sagemaker-training.model.json";
    if (!fs::exists(file)) GTEST_SKIP() << "the model is not here: " << file;
    const auto model = boost::json::parse(read_file(file)).as_object();
    const auto& shapes = model.at("shapes").as_object();
    EXPECT_EQ(compare(training_job_list_table(), shapes), 3U);
    EXPECT_EQ(compare(tag_list_table(), shapes), 2U);
}

}  // namespace
}  // namespace trainwatch::wire::training_job_list_table_test
