// poll.decode: a 4 KB DescribeTrainingJob answer into an observation, against simdjson on-demand
// picking the same members into plain values.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include <simdjson.h>

#include "tests/bench/figure.hpp"
#include "tests/bench/sample.hpp"
#include "wire/sagemaker.hpp"

using namespace trainwatch;

namespace {

struct picked_transition {
    std::string status;
    std::string message;
    std::int64_t started = 0;
    std::int64_t ended = 0;
};

struct picked {
    std::vector<std::string> texts;
    std::vector<std::int64_t> numbers;
    std::vector<picked_transition> transitions;
    std::vector<std::tuple<std::string, double, std::int64_t>> metrics;
};

std::int64_t in_milliseconds(double seconds) {
    return std::llround(seconds * 1000);
}

std::int64_t milliseconds_of(simdjson::ondemand::value value) {
    return in_milliseconds(value.get_double().value());
}

void pick_transitions(simdjson::ondemand::value list, picked& into) {
    for (auto entry : list.get_array()) {
        auto& transition = into.transitions.emplace_back();
        for (auto field : entry.get_object()) {
            const std::string_view key = field.unescaped_key();
            auto value = field.value();
            if (key == "Status") {
                transition.status = std::string(value.get_string().value());
            } else if (key == "StatusMessage") {
                transition.message = std::string(value.get_string().value());
            } else if (key == "StartTime") {
                transition.started = milliseconds_of(value.value());
            } else if (key == "EndTime") {
                transition.ended = milliseconds_of(value.value());
            }
        }
    }
}

void pick_metrics(simdjson::ondemand::value list, picked& into) {
    for (auto entry : list.get_array()) {
        auto& [name, number, at] = into.metrics.emplace_back();
        for (auto field : entry.get_object()) {
            const std::string_view key = field.unescaped_key();
            auto value = field.value();
            if (key == "MetricName") {
                name = std::string(value.get_string().value());
            } else if (key == "Value") {
                number = value.get_double().value();
            } else if (key == "Timestamp") {
                at = milliseconds_of(value.value());
            }
        }
    }
}

void pick_inside(simdjson::ondemand::value object, picked& into) {
    for (auto field : object.get_object()) {
        const std::string_view key = field.unescaped_key();
        auto value = field.value();
        if (key == "InstanceType" || key == "TrainingImage" || key == "S3OutputPath" ||
            key == "S3Uri") {
            into.texts.emplace_back(value.get_string().value());
        } else if (key == "InstanceCount" || key == "VolumeSizeInGB" ||
                   key == "MaxRuntimeInSeconds" || key == "MaxWaitTimeInSeconds") {
            into.numbers.push_back(value.get_int64());
        }
    }
}

picked pick(simdjson::ondemand::parser& parser, const simdjson::padded_string& text) {
    picked into;
    simdjson::ondemand::document document = parser.iterate(text);
    for (auto field : document.get_object()) {
        const std::string_view key = field.unescaped_key();
        auto value = field.value();
        if (key == "TrainingJobName" || key == "TrainingJobArn" || key == "TrainingJobStatus" ||
            key == "SecondaryStatus" || key == "FailureReason") {
            into.texts.emplace_back(value.get_string().value());
        } else if (key == "CreationTime" || key == "TrainingStartTime" ||
                   key == "LastModifiedTime" || key == "TrainingEndTime") {
            into.numbers.push_back(milliseconds_of(value.value()));
        } else if (key == "TrainingTimeInSeconds" || key == "BillableTimeInSeconds") {
            into.numbers.push_back(value.get_int64());
        } else if (key == "EnableManagedSpotTraining" || key == "EnableNetworkIsolation" ||
                   key == "EnableInterContainerTrafficEncryption") {
            into.numbers.push_back(value.get_bool() ? 1 : 0);
        } else if (key == "SecondaryStatusTransitions") {
            pick_transitions(value.value(), into);
        } else if (key == "FinalMetricDataList") {
            pick_metrics(value.value(), into);
        } else if (key == "ResourceConfig" || key == "StoppingCondition" ||
                   key == "AlgorithmSpecification" || key == "OutputDataConfig" ||
                   key == "CheckpointConfig") {
            pick_inside(value.value(), into);
        }
    }
    return into;
}

}  // namespace

int main() {
    const std::string answer = bench::sample_answer();
    const simdjson::padded_string padded(answer);
    simdjson::ondemand::parser parser;
    const auto ours = wire::decode_describe_training_job(answer, bench::sample_job);
    const auto theirs = pick(parser, padded);
    if (ours.has_error() || ours.value().transitions.size() != theirs.transitions.size() ||
        ours.value().final_metrics.size() != theirs.metrics.size() || theirs.texts.size() != 8 ||
        theirs.numbers.size() != 11) {
        std::fprintf(stderr, "the two decoders disagree about the sample\n");
        return EXIT_FAILURE;
    }
    const auto seen = bench::compare(
        5'000,
        [&] { bench::keep(wire::decode_describe_training_job(answer, bench::sample_job)); },
        [&] { bench::keep(pick(parser, padded)); }
    );
    bench::print_figure("poll.decode", seen, "simdjson_on_demand", 2.0);
    return 0;
}
