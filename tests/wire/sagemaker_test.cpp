#include "wire/sagemaker.hpp"

#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::sagemaker_test {
namespace {

namespace fs = std::filesystem;
using boost::json::object;
using boost::json::value;

// ---- an observation as text, one fact a line (tests/vectors/describe/*.txt) --------------------

std::string when(const std::optional<wall_time>& time) {
    return time ? iso8601(*time) : std::string("-");
}

std::string how_long(const std::optional<seconds>& span) {
    return span ? std::to_string(span->count()) + "s" : std::string("-");
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (c == '\n') {
            line += "\\n";
        } else if (c == '\r') {
            line += "\\r";
        } else {
            line += c;
        }
    }
    return line;
}

std::string ending_text(const domain::observation& seen) {
    const auto ending =
        domain::ending_of(seen.status, seen.secondary, domain::failure_class::unknown);
    if (!ending) return "-";
    std::string text(to_string(ending->outcome));
    // Which class of failure it is, is read out of the reason by core/failure_reason.
    if (ending->outcome == domain::outcome::failed) return text;
    text += ' ';
    text += to_string(ending->failure_class);
    return text;
}

std::string instances_text(const domain::observation& seen) {
    std::string text;
    for (const auto& group : seen.instances) {
        text += ' ';
        text += std::to_string(group.count);
        text += 'x';
        text += group.instance_type;
        if (!group.name.empty()) text += "(" + group.name + ")";
    }
    return text;
}

std::string yes_or_no(const std::optional<bool>& flag) {
    return !flag ? "-" : *flag ? "yes" : "no";
}

std::string count_text(const std::optional<std::int64_t>& count) {
    return count ? std::to_string(*count) : std::string("-");
}

// What only some answers tell.
void add_course(const domain::observation& seen, std::vector<std::string>& facts) {
    facts.push_back(
        "setting volume=" + count_text(seen.volume_gb) + "GB isolation=" +
        yes_or_no(seen.network_isolation) + " encryption=" + yes_or_no(seen.traffic_encryption) +
        " retries=" + count_text(seen.retry_attempts_max) +
        " keep_alive=" + how_long(seen.keep_alive) + " checkpoint=" + seen.checkpoint_uri +
        " plan=" + seen.training_plan
    );
    facts.push_back(
        "output " + seen.output_path + " package=" + seen.output_model_package +
        " tokens=" + count_text(seen.billable_tokens)
    );
    for (const auto& metric : seen.final_metrics) {
        std::ostringstream value;
        value << metric.value;
        facts.push_back("metric " + metric.name + " " + value.str() + " at " + when(metric.at));
    }
    for (const auto& rule : seen.rules) {
        const bool debugger = rule.kind == domain::rule_kind::debugger;
        facts.push_back(
            std::string(debugger ? "debugger" : "profiler") + " rule " + rule.name + " " +
            rule.status + " " + when(rule.modified) + " " + one_line(rule.details)
        );
    }
    if (const auto& pool = seen.warm_pool) {
        facts.push_back(
            "warm pool " + pool->status + " billed=" + how_long(pool->retained_billable) +
            " reused_by=" + pool->reused_by
        );
    }
    if (const auto& progress = seen.progress) {
        facts.push_back(
            "progress epoch " + count_text(progress->epoch) + "/" + count_text(progress->epochs) +
            " step " + count_text(progress->step) + "/" + count_text(progress->steps_per_epoch)
        );
    }
    for (const auto& unknown : seen.unknown) {
        facts.push_back("unknown " + unknown.member + " " + unknown.value);
    }
}

std::vector<std::string> facts_of(const domain::observation& seen) {
    std::vector<std::string> facts;
    facts.push_back(
        "job " + seen.name + " account=" + seen.account_id + " region=" + seen.region +
        " partition=" + seen.partition + " created=" + when(seen.created)
    );
    facts.push_back("status " + seen.status.text + " / " + seen.secondary.text);
    facts.push_back("ending " + ending_text(seen));
    facts.push_back("reason " + one_line(seen.failure_reason));
    facts.push_back(
        "times started=" + when(seen.training_started) + " ended=" + when(seen.training_ended) +
        " modified=" + when(seen.modified) + " trained=" + how_long(seen.training_time) +
        " billed=" + how_long(seen.billable_time)
    );
    facts.push_back(
        "limits runtime=" + how_long(seen.limits.max_runtime) +
        " wait=" + how_long(seen.limits.max_wait) + " pending=" + how_long(seen.limits.max_pending)
    );
    facts.push_back("instances" + instances_text(seen) + (seen.spot ? " spot" : ""));
    facts.push_back(
        "labels algorithm=" + seen.algorithm + " tuning=" + seen.tuning_job +
        " automl=" + seen.auto_ml_job + " labeling=" + seen.labeling_job +
        " experiment=" + seen.experiment + " trial=" + seen.trial
    );
    facts.push_back("artifacts " + seen.model_artifacts);
    for (const auto& entry : seen.transitions) {
        facts.push_back(
            "entry " + entry.status.text + " " + when(entry.started) + ".." +
            (entry.ended ? when(entry.ended) : std::string()) + " " + one_line(entry.message)
        );
    }
    add_course(seen, facts);
    for (auto& fact : facts)
        fact.erase(fact.find_last_not_of(' ') + 1);
    return facts;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// ---- our own answers ---------------------------------------------------------------------------

TEST(describe_answer, every_vector_gives_its_facts) {
    std::size_t seen = 0;
    for (const auto& entry : fs::directory_iterator(TRAINWATCH_TESTS_DIR "/vectors/describe")) {
        if (entry.path().extension() != ".json") continue;
        SCOPED_TRACE(entry.path().filename());
        const auto facts = lines_of(read_file(fs::path(entry.path()).replace_extension(".txt")));
        ASSERT_FALSE(facts.empty());
        const auto name = facts[0].substr(4, facts[0].find(' ', 4) - 4);
        const auto read = decode_describe_training_job(read_file(entry.path()), name);
        ASSERT_TRUE(read) << read.error().detail;
        EXPECT_EQ(facts_of(*read), facts);
        ++seen;
    }
    EXPECT_EQ(seen, 21U);
}

std::string vector_text(const std::string& name) {
    return read_file(TRAINWATCH_TESTS_DIR "/vectors/describe/" + name + ".json");
}

TEST(describe_answer, fails_on_every_truncation) {
    const auto whole = vector_text("stopped-by-user");
    const auto name = text_of(boost::json::parse(whole), "TrainingJobName");
    ASSERT_TRUE(decode_describe_training_job(whole, name));
    for (std::size_t size = 0; size < whole.find_last_of('}'); ++size) {
        const auto read = decode_describe_training_job(whole.substr(0, size), name);
        ASSERT_FALSE(read) << size;
        ASSERT_EQ(read.error().kind, error_class::malformed) << size;
    }
}

std::string job_json(std::string_view more = "") {
    std::string text = R"({"TrainingJobName":"j","TrainingJobArn":)"
                       R"("arn:aws:sagemaker:eu-west-1:111122223333:training-job/j",)"
                       R"("TrainingJobStatus":"InProgress","CreationTime":1763890000.123)";
    text += more;
    text += '}';
    return text;
}

error_class kind_of(std::string_view body) {
    const auto read = decode_describe_training_job(body, "j");
    EXPECT_FALSE(read) << body;
    return read ? error_class::internal : read.error().kind;
}

TEST(describe_answer, that_names_another_job_is_malformed) {
    const auto read = decode_describe_training_job(job_json(), "k");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, error_class::malformed);
    EXPECT_EQ(read.error().detail, "answer names another job: j");
    EXPECT_FALSE(decode_describe_training_job(job_json(), "J")) << "names keep their case";
}

TEST(describe_answer, without_what_makes_an_identity_is_malformed) {
    ASSERT_TRUE(decode_describe_training_job(job_json(), "j"));
    for (const char* member : {"TrainingJobName", "TrainingJobArn", "CreationTime"}) {
        auto document = boost::json::parse(job_json());
        document.as_object()[member] = nullptr;
        EXPECT_EQ(kind_of(boost::json::serialize(document)), error_class::malformed) << member;
        document.as_object()[member] = boost::json::array{1};
        EXPECT_EQ(kind_of(boost::json::serialize(document)), error_class::malformed) << member;
        document.as_object().erase(member);
        EXPECT_EQ(kind_of(boost::json::serialize(document)), error_class::malformed) << member;
    }
}

TEST(describe_answer, without_a_status_is_of_a_job_whose_status_is_unknown) {
    for (const auto& status :
         {boost::json::value(nullptr), boost::json::value(7), boost::json::value("")}) {
        auto document = boost::json::parse(job_json());
        document.as_object()["TrainingJobStatus"] = status;
        const auto read = decode_describe_training_job(boost::json::serialize(document), "j");
        ASSERT_TRUE(read) << status;
        EXPECT_EQ(read->status.value, domain::primary_status::unknown);
        EXPECT_EQ(read->unknown, std::vector{(domain::unknown_value{"TrainingJobStatus", ""})});
    }
}

TEST(describe_answer, with_an_arn_of_something_else_is_malformed) {
    for (const char* arn :
         {"",
          "arn",
          "j",
          "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/j",
          "arn:aws:s3:eu-west-1:111122223333:training-job/j",
          "arn:aws:sagemaker::111122223333:training-job/j",
          "arn:aws:sagemaker:EU WEST:111122223333:training-job/j",
          "arn:aws:sagemaker:eu-west-1:1111:training-job/j",
          "arn:aws:sagemaker:eu-west-1:11112222333x:training-job/j",
          "arn::sagemaker:eu-west-1:111122223333:training-job/j"}) {
        auto document = boost::json::parse(job_json());
        document.as_object()["TrainingJobArn"] = arn;
        EXPECT_EQ(kind_of(boost::json::serialize(document)), error_class::malformed) << arn;
    }
}

TEST(describe_answer, broken_deep_and_huge_json_is_malformed) {
    for (const char* body :
         {"",
          "null",
          "[]",
          "\"j\"",
          "<html>",
          "{]",
          "{\"a\":1,}",
          "{\"a\":01}",
          "{\"a\":NaN}",
          "{'a':1}",
          "[{\"TrainingJobName\":\"j\"}]"}) {
        EXPECT_EQ(kind_of(body), error_class::malformed) << body;
    }
    EXPECT_EQ(kind_of(job_json() + "{}"), error_class::malformed);
    const std::string deep = ",\"x\":" + std::string(100'000, '[') + std::string(100'000, ']');
    EXPECT_EQ(kind_of(job_json(deep)), error_class::malformed);
    const std::string long_text = ",\"x\":\"" + std::string(limits::answer_bytes_max, 'x') + "\"";
    EXPECT_EQ(kind_of(job_json(long_text)), error_class::malformed);
}

TEST(describe_answer, may_be_as_long_as_the_model_allows) {
    std::string parameters = ",\"HyperParameters\":{";
    for (int i = 0; i < 100; ++i) {
        parameters += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"";
        parameters += std::string(2500, 'x') + "\"";
    }
    parameters += "}";
    EXPECT_TRUE(decode_describe_training_job(job_json(parameters), "j"));
    EXPECT_TRUE(decode_describe_training_job(job_json() + " \r\n", "j"));
}

TEST(describe_answer, members_of_other_places_are_not_mistaken_for_ours) {
    auto read = decode_describe_training_job(
        job_json(
            R"(,"Future":{"TrainingJobName":"k","FailureReason":"x","List":[)"
            R"({"Status":"Failed","StartTime":1}]},"HyperParameters":)"
            R"({"TrainingJobStatus":"Failed","CreationTime":"1"},"List":[[{"FailureReason":1}]])"
            R"(,"VpcConfig":null,"SecondaryStatusTransitions":[[{"Status":"A","StartTime":1}]])"
            R"(,"SecondaryStatus":"Training")"
        ),
        "j"
    );
    ASSERT_TRUE(read) << read.error().detail;
    const auto plain =
        decode_describe_training_job(job_json(R"(,"SecondaryStatus":"Training")"), "j");
    EXPECT_FALSE(read->unknown.empty()) << "it says that it did not know them";
    read->unknown.clear();
    EXPECT_EQ(*read, *plain);
}

TEST(describe_answer, keys_and_texts_may_be_escaped) {
    const auto read = decode_describe_training_job(
        job_json(R"(,"Failure\u0052eason":"a\"\u00e9\ud83d\ude80\/\n")"), "j"
    );
    ASSERT_TRUE(read);
    EXPECT_EQ(read->failure_reason, "a\"\xc3\xa9\xf0\x9f\x9a\x80/\n");
}

TEST(describe_answer, bytes_that_are_no_utf8_are_replaced) {
    const auto read =
        decode_describe_training_job(job_json(",\"FailureReason\":\"a\xf0\x9f\x9a\""), "j");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->failure_reason.starts_with("a\xef\xbf\xbd")) << read->failure_reason;
}

TEST(describe_answer, image_names_lose_their_registry_and_digest) {
    const auto algorithm = [](const std::string& image) {
        return decode_describe_training_job(
                   job_json(
                       R"(,"AlgorithmSpecification":{"AlgorithmName":null,"TrainingImage":")" +
                       image + "\"}"
                   ),
                   "j"
        )
            ->algorithm;
    };
    EXPECT_EQ(algorithm("1.dkr.ecr.eu-west-1.amazonaws.com/team/net:2.4"), "team/net:2.4");
    EXPECT_EQ(algorithm("registry:5000/net:1@sha256:00ff"), "net:1");
    EXPECT_EQ(algorithm("team/net"), "team/net");
    EXPECT_EQ(algorithm("net:latest"), "net:latest");
    EXPECT_EQ(algorithm(""), "");
}

// ---- the shared corpus: the same members, read by another parser -------------------------------

std::optional<wall_time> time_in(const object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    if (found == nullptr || !found->is_number()) return {};
    return from_unix_milliseconds(std::llround(found->to_number<double>() * 1000));
}

std::string text_in(const object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found != nullptr && found->is_string() ? text_of(*found) : std::string();
}

std::vector<domain::transition> transitions_in(const object& answer) {
    std::vector<domain::transition> list;
    const auto* entries = answer.if_contains("SecondaryStatusTransitions");
    if (entries == nullptr) return list;
    for (const auto& element : entries->as_array()) {
        const auto& entry = element.as_object();
        list.push_back(
            {domain::parse_secondary(text_in(entry, "Status")),
             time_in(entry, "StartTime").value(),
             time_in(entry, "EndTime"),
             text_in(entry, "StatusMessage")}
        );
    }
    return list;
}

void expect_same_members(const domain::observation& seen, const object& answer) {
    EXPECT_EQ(seen.status.text, text_in(answer, "TrainingJobStatus"));
    EXPECT_EQ(seen.secondary.text, text_in(answer, "SecondaryStatus"));
    EXPECT_EQ(seen.created, time_in(answer, "CreationTime"));
    EXPECT_EQ(seen.modified, time_in(answer, "LastModifiedTime"));
    EXPECT_EQ(seen.training_started, time_in(answer, "TrainingStartTime"));
    EXPECT_EQ(seen.training_ended, time_in(answer, "TrainingEndTime"));
    EXPECT_EQ(seen.failure_reason, text_in(answer, "FailureReason"));
    EXPECT_EQ(seen.transitions, transitions_in(answer));
}

// File -> how the job ended and on what. One line for each answer of the corpus.
const std::map<std::string, std::string> corpus_expectations{
    {"01-completed-xgboost", "completed none 1xml.m5.large"},
    {"03-inprogress-starting-no-training-start", "- 1xml.m4.xlarge"},
    {"04-completed-with-explicit-nulls", "completed none 1xml.m4.xlarge"},
    {"05-stopping-while-secondary-starting", "- 1xml.m4.xlarge"},
    {"06-inprogress-debugger-rule", "- 1xml.m4.xlarge"},
    {"08-warm-pool-reused-fixture", "completed none 1xml.m4.xlarge"},
    {"10-failed-long-failure-reason", "failed 1xml.g5.2xlarge"},
    {"11-max-runtime-exceeded", "max_runtime_exceeded timeout 1xml.g5.2xlarge"},
    {"12-spot-interrupted-twice-completed", "completed none 1xml.g5.2xlarge"},
    {"12b-spot-interrupted-waiting", "- 1xml.g5.2xlarge"},
    {"13-spot-max-wait-never-launched", "max_wait_exceeded timeout 1xml.g5.2xlarge"},
    {"14-failed-before-start-capacity", "failed 1xml.g5.2xlarge"},
    {"16-debugger-and-profiler-rules-after-completion", "completed none 1xml.g5.2xlarge"},
    {"17-tuning-child-job", "completed none 1xml.g5.2xlarge"},
    {"18-warm-pool-available-after-completion", "completed none 1xml.g5.2xlarge"},
    {"18b-warm-pool-terminated-later", "completed none 1xml.g5.2xlarge"},
    {"19-minimal-required-only", "-"},
    {"20-pending-training-plan", "- 4xml.p5.48xlarge"},
    {"21-instance-preferences-selected", "- 2xml.p4d.24xlarge"},
    {"23-deleting", "- 1xml.g5.2xlarge"},
    {"24-OUT-OF-MODEL-unknown-enum-and-members", "- 1xml.p9.96xlarge"},
    {"25-stopped-by-user", "stopped none 1xml.g5.2xlarge"},
    {"poll-01-starting", "- 2xml.p3.2xlarge"},
    {"poll-02-starting", "- 2xml.p3.2xlarge"},
    {"poll-03-downloading", "- 2xml.p3.2xlarge"},
    {"poll-04-training", "- 2xml.p3.2xlarge"},
    {"poll-05-training", "- 2xml.p3.2xlarge"},
    {"poll-06-uploading", "- 2xml.p3.2xlarge"},
    {"poll-07-completed", "completed none 2xml.p3.2xlarge"},
};

TEST(describe_answer, every_answer_of_the_corpus_is_read_right) {
    if (!fs::exists(TRAINWATCH_SHARED_DIR "/corpus")) {
        GTEST_SKIP() << "no shared corpus beside the sources";
    }
    std::set<std::string> seen;
    for (const char* folder : {"/corpus/public", "/corpus/public/polls", "/corpus/composed"}) {
        for (const auto& entry :
             fs::directory_iterator(std::string(TRAINWATCH_SHARED_DIR).append(folder))) {
            if (entry.path().extension() != ".json") continue;
            const auto text = read_file(entry.path());
            const auto document = boost::json::parse(text);
            const auto name = text_in(document.as_object(), "TrainingJobName");
            if (name.empty()) continue;  // an event or a queue's message
            const std::string title = entry.path().stem();
            SCOPED_TRACE(title);
            const auto read = decode_describe_training_job(text, name);
            ASSERT_TRUE(read) << read.error().detail;
            expect_same_members(*read, document.as_object());
            const auto expected = corpus_expectations.find(title);
            ASSERT_NE(expected, corpus_expectations.end()) << "no expectation for this file";
            EXPECT_EQ(ending_text(*read) + instances_text(*read), expected->second);
            seen.insert(title);
        }
    }
    EXPECT_EQ(seen.size(), corpus_expectations.size());
}

// ---- requests ----------------------------------------------------------------------------------

TEST(describe_request, is_awsjson_with_its_target) {
    const http_request expected{
        .method = "POST",
        .target = "/",
        .headers =
            {{"Host", "api.sagemaker.eu-west-1.amazonaws.com"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "SageMaker.DescribeTrainingJob"}},
        .body = R"({"TrainingJobName":"resnet50"})"};
    EXPECT_EQ(
        encode_describe_training_job("api.sagemaker.eu-west-1.amazonaws.com", "resnet50"), expected
    );
    EXPECT_EQ(
        encode_describe_training_job("h", "a\"\\\n").body, R"({"TrainingJobName":"a\"\\\n"})"
    );
}

}  // namespace
}  // namespace trainwatch::wire::sagemaker_test
