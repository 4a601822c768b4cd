// Nothing that AWS says of a job is kept from the person who asks for it.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/wire/vector_files.hpp"
#include "wire/job_text.hpp"
#include "wire/sagemaker.hpp"

namespace trainwatch::wire::job_text_everything_test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

const std::string& document() {
    static const std::string text =
        read_file(TRAINWATCH_TESTS_DIR "/vectors/describe_page/everything.json");
    return text;
}

// The page of the job in the document, as `describe` shows it where nothing has to be wrapped.
std::string page() {
    const auto seen = decode_describe_training_job(document(), "everything");
    domain::job_view job;
    job.last = *seen;
    const domain::job_links links;
    const auto now = seen->created + std::chrono::hours(1);
    return render_job_text({job, links, document(), now, {1'000, false, true}});
}

// "1763890001.125" is a time in this answer, all other numbers are small.
bool is_time(const json::value& value) {
    return value.is_double() && value.get_double() > 1e9;
}

std::string shown_as(const json::value& value) {
    if (value.is_string()) return json::value_to<std::string>(value);
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_double() && !is_time(value)) {
        std::ostringstream out;
        out << value.get_double();
        return out.str();
    }
    if (!is_time(value)) return json::serialize(value);
    const auto at = from_unix_milliseconds(std::llround(value.get_double() * 1000));
    return iso8601(at).substr(11, 8);  // 09:26:41
}

struct leaf {
    std::string path;
    json::value value;
};

void collect(const json::value& value, const std::string& path, std::vector<leaf>& into) {
    if (const auto* const object = value.if_object()) {
        for (const auto& [key, member] : *object)
            collect(member, path + "." + std::string(key), into);
    } else if (const auto* const list = value.if_array()) {
        for (const auto& item : *list)
            collect(item, path + "[]", into);
    } else {
        into.push_back({path, value});
    }
}

bool is_parameter(const std::string& path) {
    return path.starts_with(".HyperParameters.") || path.starts_with(".Environment.");
}

TEST(JobPageOfEverything, has_each_member_of_the_api) {
    const auto text = page();
    std::vector<leaf> leaves;
    collect(json::parse(document()), "", leaves);
    EXPECT_GT(leaves.size(), 150U);
    for (const auto& [path, value] : leaves) {
        const auto name = path.substr(path.rfind('.') + 1);
        if (is_parameter(path)) {
            EXPECT_THAT(text, HasSubstr(name)) << path;
            if (value != "") {
                EXPECT_THAT(text, Not(HasSubstr(shown_as(value)))) << path;
            }
        } else if (path == ".SecondaryStatusTransitions[].EndTime") {
            // As the length of the entry, beside its start.
            EXPECT_THAT(text, HasSubstr("  1s  "));
        } else if (value.is_bool()) {
            // One of its two words may stand beside any other member: the name has to be there.
            const bool in_words = path == ".EnableNetworkIsolation" ||
                path == ".EnableInterContainerTrafficEncryption" ||
                path == ".EnableManagedSpotTraining";
            EXPECT_THAT(text, HasSubstr(in_words ? "" : name)) << path;
        } else {
            EXPECT_THAT(text, HasSubstr(shown_as(value))) << path;
        }
    }
}

}  // namespace
}  // namespace trainwatch::wire::job_text_everything_test
