// The table of metrics says exactly what is rendered, and the documentation what stands in it.
#include "wire/metric_catalogue.hpp"

#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/exposition_examples.hpp"
#include "tests/wire/metric_table.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::metric_catalogue_test {
namespace {

using testing::UnorderedElementsAreArray;

struct rendered_family {
    std::string help{};
    std::string type{};
    std::set<std::string> labels{};
};

std::set<std::string> words(std::string_view text) {
    std::istringstream in{std::string(text)};
    return {std::istream_iterator<std::string>(in), {}};
}

// The names of `{a="…",b="…"}`.
void collect_labels(std::string_view sample, std::set<std::string>& into) {
    auto at = sample.find('{');
    while (at != std::string_view::npos && at + 1 < sample.size()) {
        const auto equals = sample.find("=\"", at);
        if (equals == std::string_view::npos) return;
        std::string name(sample.substr(at + 1, equals - at - 1));
        into.insert(name.starts_with("label_") ? "label_…" : name);
        auto end = equals + 2;
        while (sample[end] != '"')
            end += sample[end] == '\\' ? 2U : 1U;
        at = sample[end + 1] == ',' ? end + 1 : std::string_view::npos;
    }
}

std::map<std::string, rendered_family> families_of(const std::string& text) {
    std::map<std::string, rendered_family> families;
    std::string family;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream rest(line);
        std::string hash;
        std::string what;
        if (line.starts_with("# ")) {
            rest >> hash >> what >> family;
            std::string value;
            std::getline(rest >> std::ws, value);
            (what == "HELP" ? families[family].help : families[family].type) = value;
        } else {
            collect_labels(line, families[family].labels);
        }
    }
    return families;
}

std::set<std::string> labels_in_table(const metric_entry& entry) {
    auto labels = words(entry.labels);
    const bool of_a_job = entry.group != metric_group::fleet && entry.group != metric_group::daemon;
    if (of_a_job) labels.merge(words(job_identity_labels));
    if (entry.type == metric_type::histogram) labels.insert("le");
    return labels;
}

TEST(MetricCatalogue, has_each_family_and_label_that_is_rendered_and_no_other) {
    const auto rendered = families_of(rich_text());
    std::set<std::string> in_table;
    for (const auto& entry : metric_catalogue) {
        const std::string name(entry.name);
        EXPECT_TRUE(in_table.insert(name).second) << name << " stands in the table twice";
        const auto at = rendered.find(name);
        if (at == rendered.end()) {
            ADD_FAILURE() << name << " is in the table, but the rich view does not show it";
            continue;
        }
        EXPECT_THAT(at->second.labels, UnorderedElementsAreArray(labels_in_table(entry))) << name;
        EXPECT_EQ(at->second.type, word_of(entry.type)) << name;
        EXPECT_EQ(at->second.help, entry.help) << name;
    }
    for (const auto& [name, family] : rendered) {
        EXPECT_TRUE(in_table.contains(name)) << name << " is rendered, but not in the table";
    }
}

TEST(MetricCatalogue, keeps_the_conventions_of_names) {
    for (const auto& entry : metric_catalogue) {
        const auto& name = entry.name;
        EXPECT_TRUE(
            name.starts_with("sagemaker_training_") || name.starts_with("trainwatchd_") ||
            name.starts_with("process_")
        ) << name;
        EXPECT_EQ(name.ends_with("_total"), entry.type == metric_type::counter) << name;
        if (entry.unit == "Unix time" && name != "process_start_time_seconds") {
            EXPECT_TRUE(name.ends_with("_timestamp_seconds")) << name;
        }
        if (entry.unit == "seconds" || entry.unit == "bytes") {
            const std::string unit = "_" + std::string(entry.unit);
            EXPECT_NE(name.find(unit), std::string_view::npos) << name;
        }
        // A table cell, and one sentence at least.
        EXPECT_EQ(entry.help.find_first_of("|\n"), std::string_view::npos) << name;
        EXPECT_TRUE(entry.help.ends_with(".")) << name;
        EXPECT_FALSE(words(entry.labels).contains("type")) << name;
    }
}

TEST(MetricCatalogue, is_what_the_documentation_shows) {
    const auto document = read_file(std::string(TRAINWATCH_TESTS_DIR) + "/../config/README.md");
    EXPECT_EQ(document, with_metric_table(document).value_or("a document with both markers"))
        << "write it anew: ninja -C build/dev metric_table";
}

}  // namespace
}  // namespace trainwatch::wire::metric_catalogue_test
