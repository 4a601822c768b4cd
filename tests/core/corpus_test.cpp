// The whole corpus through the decoder and the engine's tracker: real answers, and composed ones.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/deadlines.hpp"
#include "core/replay.hpp"
#include "core/rules.hpp"
#include "core/tracker.hpp"
#include "tests/core/builders.hpp"
#include "wire/sagemaker.hpp"

namespace trainwatch::core::corpus_test {
namespace {

using domain::failure_class;
using domain::outcome;
using testing::ElementsAre;

std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The name that a description gives itself.
std::string name_in(const std::string& body) {
    const std::string member = "\"TrainingJobName\"";
    const auto open = body.find('"', body.find(member) + member.size());
    return body.substr(open + 1, body.find('"', open + 1) - open - 1);
}

domain::observation decode(const std::filesystem::path& path) {
    const auto body = read_text(path);
    const auto decoded = wire::decode_describe_training_job(body, name_in(body));
    EXPECT_TRUE(decoded.has_value()) << path << ": " << decoded.error().detail;
    return decoded.has_value() ? *decoded : domain::observation{};
}

// A name that hears answers long after they were true, as at a first start with a long lookback.
struct reader {
    std::vector<domain::finding> hear(const domain::observation& seen) {
        auto news = observe(
            view,
            memory,
            seen,
            {{mono(hours(1)), seen.created + hours(800)}, {}, built_in_reasons()}
        );
        for (auto& alert : alerts_for(view, news.findings, created))
            alerts.push_back(alert.alert);
        return news.findings;
    }
    std::vector<std::string> alertnames() const {
        std::vector<std::string> names;
        for (const auto& alert : alerts)
            names.push_back(alert.labels.at("alertname"));
        return names;
    }

    domain::job_view view{};
    job_memory memory{};
    std::vector<domain::alert> alerts{};
};

struct corpus_case {
    const char* file;
    std::optional<domain::ending> ending;
    std::uint64_t interruptions;
    std::vector<domain::deadline_kind> deadlines;
    std::vector<std::string> alerts;
};

const std::string failed_alert = "TrainingJobFailed";
const std::string limit_alert = "TrainingJobMaxRuntimeExceeded";
const domain::ending completed{outcome::completed, failure_class::none};
const domain::ending out_of_time{outcome::max_runtime_exceeded, failure_class::timeout};
const domain::ending never_launched{outcome::max_wait_exceeded, failure_class::timeout};
const domain::ending stopped{outcome::stopped, failure_class::none};
const domain::ending out_of_memory{outcome::failed, failure_class::out_of_memory};
const domain::ending capacity{outcome::failed, failure_class::capacity};
constexpr auto wait = domain::deadline_kind::max_wait;
constexpr auto pending = domain::deadline_kind::max_pending;

const corpus_case cases[] = {
    {"failed-long-reason.json", out_of_memory, 0, {}, {failed_alert}},
    {"max-runtime-exceeded.json", out_of_time, 0, {}, {limit_alert}},
    {"spot-interrupted-twice.json", completed, 2, {}, {}},
    {"spot-waiting.json", std::nullopt, 1, {wait}, {}},
    {"spot-never-launched.json", never_launched, 0, {}, {"TrainingJobMaxWaitExceeded"}},
    {"failed-before-start.json", capacity, 0, {}, {failed_alert}},
    {"warm-pool-terminated.json", completed, 0, {}, {}},
    {"pending-for-capacity.json", std::nullopt, 0, {pending}, {}},
    {"deleting.json", completed, 0, {}, {}},
    {"stopped-by-user.json", stopped, 0, {}, {}},
};

class corpus : public testing::TestWithParam<corpus_case> {};

TEST_P(corpus, answer_is_understood) {
    const auto& expected = GetParam();
    const auto seen =
        decode(std::filesystem::path(TRAINWATCH_TESTS_DIR) / "vectors/describe" / expected.file);
    reader name;
    name.hear(seen);
    EXPECT_EQ(name.view.ending, expected.ending);
    EXPECT_EQ(name.view.interruptions, expected.interruptions);
    EXPECT_EQ(name.alertnames(), expected.alerts);
    std::vector<domain::deadline_kind> kinds;
    for (const auto& deadline : name.view.deadlines)
        kinds.push_back(deadline.kind);
    EXPECT_EQ(kinds, expected.deadlines);
    EXPECT_EQ(name.view.ended.has_value(), expected.ending.has_value());
    EXPECT_TRUE(name.hear(seen).empty()) << "the same answer is no news";
}

// Told from its last description alone, at the time of its end.
TEST_P(corpus, answer_is_replayed_to_the_same_end) {
    const auto& expected = GetParam();
    const auto seen =
        decode(std::filesystem::path(TRAINWATCH_TESTS_DIR) / "vectors/describe" / expected.file);
    const domain::label_map no_labels;
    const domain::alert_choices no_choices;
    const domain::job_limits no_limits;
    const domain::price_map no_prices;
    const list_wishes wishes{no_choices, no_limits, no_prices};
    std::vector<std::string> ends;
    for (const auto& each :
         replay({seen, seen.created + hours(800)}, {wishes, no_labels, built_in_reasons()})) {
        if (!is_terminal_alert(each.row.alert)) continue;
        ends.push_back(each.row.alert.labels.at("alertname"));
        EXPECT_EQ(each.row.alert.starts_at, ended_at(seen));
    }
    EXPECT_EQ(ends, expected.alerts);
}

std::string file_name(const testing::TestParamInfo<corpus_case>& info) {
    std::string text = info.param.file;
    text = text.substr(0, text.find('.'));
    for (auto& c : text) {
        if (c == '-') c = '_';
    }
    return text;
}

INSTANTIATE_TEST_SUITE_P(composed, corpus, testing::ValuesIn(cases), file_name);

// Each job replayed as it was: one entry more with each answer, then the whole.
TEST(corpus_replay, every_file_tells_its_story_once_however_it_is_cut) {
    std::size_t files = 0;
    const auto folder = std::filesystem::path(TRAINWATCH_TESTS_DIR) / "vectors/describe";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".json") continue;
        const auto body = read_text(file.path());
        const auto decoded = wire::decode_describe_training_job(body, name_in(body));
        if (!decoded) continue;  // some are there to be refused
        ++files;
        reader name;
        std::size_t entered = 0;
        for (std::size_t length = 0; length <= decoded->transitions.size(); ++length) {
            auto part = *decoded;
            part.status = domain::parse_primary("InProgress");
            part.secondary = domain::parse_secondary("Training");
            part.transitions.resize(length);
            if (length > 0 && length < decoded->transitions.size()) {
                part.transitions.back().ended.reset();
            }
            if (length == decoded->transitions.size()) part = *decoded;
            for (const auto& found : name.hear(part)) {
                if (std::holds_alternative<domain::transition_entered>(found)) ++entered;
                EXPECT_FALSE(std::holds_alternative<domain::history_rewritten>(found))
                    << file.path();
            }
        }
        EXPECT_EQ(entered, decoded->transitions.size()) << file.path();
        EXPECT_LE(name.alerts.size(), 1U);
    }
    EXPECT_GT(files, 10U);
}

// Seven polls of one real job: exactly its transitions and messages, in their order.
TEST(corpus_replay, real_polls_give_exactly_the_transitions_and_messages_of_that_job) {
    const auto folder = std::filesystem::path(TRAINWATCH_SHARED_DIR) / "corpus/public/polls";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "no shared corpus beside the sources";
    }
    std::set<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder))
        files.insert(file.path());
    reader name;
    std::vector<std::string> story;
    for (const auto& file : files) {
        for (const auto& found : name.hear(decode(file))) {
            if (const auto* in = std::get_if<domain::transition_entered>(&found)) {
                story.push_back("entered " + in->entry.status.text + ": " + in->entry.message);
            } else if (const auto* out = std::get_if<domain::transition_left>(&found)) {
                story.push_back("left " + out->entry.status.text);
            } else if (const auto* told = std::get_if<domain::message_changed>(&found)) {
                story.push_back("says " + told->entry.message);
            } else if (const auto* end = std::get_if<domain::job_ended>(&found)) {
                story.push_back("ended " + std::string(to_string(end->ending.outcome)));
            } else if (!std::holds_alternative<domain::job_appeared>(found) && !std::holds_alternative<domain::status_changed>(found)) {
                ADD_FAILURE() << "an unexpected finding, number " << found.index();
            }
        }
    }
    EXPECT_THAT(
        story,
        ElementsAre(
            "entered Starting: Starting the training job",
            "says Preparing the instances for training",
            "left Starting",
            "entered Downloading: Downloading input data",
            "left Downloading",
            "entered Training: Downloading the training image",
            "says Training image download completed. Training in progress.",
            "left Training",
            "entered Uploading: Uploading generated training model",
            "left Uploading",
            "entered Completed: Training job completed",
            "ended completed"
        )
    );
}

}  // namespace
}  // namespace trainwatch::core::corpus_test
