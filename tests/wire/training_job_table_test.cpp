// The description of the answer against the API page (our own list of it), against the page itself
// and against AWS' newest model, where those are at hand.
#include "wire/training_job_table.hpp"

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::training_job_table_test {
namespace {

namespace fs = std::filesystem;
using boost::json::object;

// ---- what the description claims ----------------------------------------------------------------

struct claims {
    std::map<std::string, member_kind> members{};              // by path
    std::map<std::string, const enumeration*> enumerations{};  // by path
};

bool is_list(member_kind kind) {
    return kind == member_kind::texts || kind == member_kind::structures ||
        kind == member_kind::map;
}

void collect(const structure_table& table, const std::string& prefix, claims& into) {
    for (const auto& row : table.members) {
        const auto path = prefix + std::string(row.name);
        EXPECT_TRUE(into.members.emplace(path, row.kind).second) << path << " stands twice";
        if (row.values != nullptr) into.enumerations[path] = row.values;
        if (row.structure != nullptr) {
            collect(row.structure(), path + (is_list(row.kind) ? "[]." : "."), into);
        }
    }
}

const claims& claimed() {
    static const claims all = [] {
        claims found;
        collect(training_job_table(), "", found);
        return found;
    }();
    return all;
}

bool claims_member(std::string path) {
    if (path == "(answer)") return true;
    const bool element = path.ends_with("[]");
    if (element) path.resize(path.size() - 2);
    const auto at = claimed().members.find(path);
    return at != claimed().members.end() && (!element || is_list(at->second));
}

bool claims_value(const std::string& path, std::string_view value) {
    const auto at = claimed().enumerations.find(path);
    return at != claimed().enumerations.end() && at->second->knows(value);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

std::vector<std::string> page_members() {
    return lines_of(read_file(TRAINWATCH_TESTS_DIR "/vectors/describe_page/members.txt"));
}
std::vector<std::pair<std::string, std::string>> page_values() {
    std::vector<std::pair<std::string, std::string>> values;
    const auto text = read_file(TRAINWATCH_TESTS_DIR "/vectors/describe_page/values.txt");
    for (const auto& line : lines_of(text)) {
        const auto blank = line.find(' ');
        values.emplace_back(line.substr(0, blank), line.substr(blank + 1));
    }
    return values;
}

// ---- the API page ------------------------------------------------------------------------------

TEST(api_page, every_member_is_claimed) {
    const auto members = page_members();
    EXPECT_EQ(members.size(), 166U);
    EXPECT_EQ(std::set(members.begin(), members.end()).size(), 166U);
    for (const auto& path : members)
        EXPECT_TRUE(claims_member(path)) << path;
}

TEST(api_page, every_value_of_an_enumeration_is_known) {
    const auto values = page_values();
    EXPECT_EQ(values.size(), 262U);
    EXPECT_EQ(std::set(values.begin(), values.end()).size(), 262U);
    for (const auto& [path, value] : values)
        EXPECT_TRUE(claims_value(path, value)) << path << " " << value;
}

TEST(api_page, a_claim_can_be_missing) {
    EXPECT_FALSE(claims_member("ResourceConfig.Instances"));
    EXPECT_FALSE(claims_member("ResourceConfig.InstanceCount[]"));
    EXPECT_FALSE(claims_value("TrainingJobStatus", "Preempted"));
    EXPECT_FALSE(claims_value("ResourceConfig.InstanceCount", "1"));
}

// The page lists the answer as nested `Name = list(…)`, two blanks a level.
struct page {
    std::vector<std::string> members{"(answer)"};
    std::vector<std::pair<std::string, std::string>> values{};
};

page parse_page(const std::vector<std::string>& lines) {
    static const std::regex member(R"(^( +)([A-Z]\w*) = (.*)$)");
    static const std::regex value(R"re("([^"]+)")re");
    page found;
    std::map<std::size_t, std::string> above;  // by indentation
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::smatch parts;
        if (lines[i].starts_with("### Request syntax")) break;
        if (!std::regex_match(lines[i], parts, member)) continue;
        const std::size_t indent = parts[1].str().size();
        above.erase(above.lower_bound(indent), above.end());
        std::string path;
        for (const auto& [at, name] : above)
            path += name + ".";
        path += parts[2].str();
        found.members.push_back(path);
        const auto rest = parts[3].str();
        const auto next = i + 1 < lines.size() ? lines[i + 1] : std::string();
        const auto first = next.find_first_not_of(' ');
        const bool holds_list = rest == "list(" && first != std::string::npos &&
            (next.substr(first) == "list(" || next[first] == '"');
        above[indent] = parts[2].str() + (holds_list ? "[]" : "");
        if (holds_list) found.members.push_back(path + "[]");
        if (rest.find("\"|\"") == std::string::npos) continue;
        for (std::sregex_iterator at(rest.begin(), rest.end(), value), end; at != end; ++at)
            found.values.emplace_back(path, (*at)[1].str());
    }
    return found;
}

TEST(api_page, our_list_of_it_is_complete) {
    const fs::path file = TRAINWATCH_SHARED_DIR "/seed/sagemaker_describe_training_job.txt";
    if (!fs::exists(file)) GTEST_SKIP() << "the page is not here: " << file;
    const auto found = parse_page(lines_of(read_file(file)));
    EXPECT_EQ(found.members, page_members());
    EXPECT_EQ(found.values, page_values());
}

// ---- AWS' model --------------------------------------------------------------------------------

class model_walk {
public:
    explicit model_walk(const object& model) : shapes_(model.at("shapes").as_object()) {
        const auto& operations = model.at("operations").as_object();
        const auto& describe = operations.at("DescribeTrainingJob").as_object();
        structure(name_of(describe.at("output").as_object().at("shape")), "");
    }
    const std::set<std::string>& members() const { return members_; }
    const std::set<std::pair<std::string, std::string>>& values() const { return values_; }
    const std::map<std::string, member_kind>& kinds() const { return kinds_; }

private:
    static std::string name_of(const boost::json::value& text) {
        return std::string(text.as_string());
    }
    const object& shape(const std::string& name) const { return shapes_.at(name).as_object(); }

    void structure(const std::string& name, const std::string& prefix) {
        for (const auto& [key, member] : shape(name).at("members").as_object()) {
            this->member(prefix + std::string(key), name_of(member.as_object().at("shape")));
        }
    }
    void member(const std::string& path, const std::string& name) {
        const auto& is = shape(name);
        const auto type = name_of(is.at("type"));
        members_.insert(path);
        if (const auto* const values = is.if_contains("enum")) {
            for (const auto& value : values->as_array())
                values_.emplace(path, name_of(value));
        }
        if (type == "structure") {
            structure(name, path + ".");
            kinds_[path] = member_kind::structure;
        } else if (type == "list") {
            const auto element = name_of(is.at("member").as_object().at("shape"));
            const auto& of = shape(element);
            const bool of_structures = of.at("type").as_string() == "structure";
            if (of_structures) structure(element, path + "[].");
            EXPECT_FALSE(of.contains("enum")) << path << ": the reader knows no such list";
            kinds_[path] = of_structures ? member_kind::structures : member_kind::texts;
        } else if (type == "map") {
            kinds_[path] = member_kind::map;
        } else if (type == "string") {
            kinds_[path] = is.contains("enum") ? member_kind::enumeration : member_kind::text;
        } else if (type == "integer" || type == "long") {
            kinds_[path] = member_kind::integer;
        } else if (type == "float" || type == "double") {
            kinds_[path] = member_kind::number;
        } else if (type == "boolean") {
            kinds_[path] = member_kind::flag;
        } else if (type == "timestamp") {
            kinds_[path] = member_kind::moment;
        } else {
            ADD_FAILURE() << path << ": a type that the reader does not know: " << type;
        }
    }

    const object& shapes_;
    std::set<std::string> members_{};
    std::set<std::pair<std::string, std::string>> values_{};
    std::map<std::string, member_kind> kinds_{};
};

class newest_model : public testing::Test {
protected:
    void SetUp() override {
        const fs::path file = TRAINWATCH_SHARED_DIR "/model/sagemaker-training.model.json";
        if (!fs::exists(file)) GTEST_SKIP() << "the model is not here: " << file;
        model_ = boost::json::parse(read_file(file)).as_object();
    }
    object model_{};
};

TEST_F(newest_model, has_no_member_that_is_not_claimed) {
    const model_walk model(model_);
    EXPECT_GT(model.members().size(), 160U);
    for (const auto& path : model.members())
        EXPECT_TRUE(claims_member(path)) << path << ": add it to wire/training_job_table.cpp";
}

TEST_F(newest_model, has_no_value_that_is_not_known) {
    const model_walk model(model_);
    EXPECT_GT(model.values().size(), 1000U);
    for (const auto& [path, value] : model.values()) {
        EXPECT_TRUE(claims_value(path, value))
            << path << " " << value << ": add it to wire/training_job_enumerations.cpp";
    }
}

TEST_F(newest_model, agrees_on_the_kind_of_each_member) {
    const model_walk model(model_);
    EXPECT_EQ(claimed().members, model.kinds());
}

TEST_F(newest_model, has_every_value_that_we_know) {
    const model_walk model(model_);
    for (const auto& [path, values] : claimed().enumerations) {
        for (const auto value : values->values) {
            EXPECT_TRUE(model.values().contains({path, std::string(value)}))
                << path << " " << value;
        }
    }
}

// A member of tomorrow makes the walk find something to claim.
TEST_F(newest_model, of_tomorrow_would_be_noticed) {
    auto& shapes = model_.at("shapes").as_object();
    auto& answer = shapes.at("DescribeTrainingJobResponse").as_object();
    answer.at("members").as_object()["Tomorrow"] = {{"shape", "TrainingJobStatus"}};
    const model_walk model(model_);
    EXPECT_TRUE(model.members().contains("Tomorrow"));
    EXPECT_FALSE(claims_member("Tomorrow"));
    EXPECT_FALSE(claims_value("Tomorrow", "Completed"));
}

}  // namespace
}  // namespace trainwatch::wire::training_job_table_test
