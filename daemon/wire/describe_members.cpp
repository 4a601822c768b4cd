#include "wire/describe_members.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/static_string/static_string.hpp>

namespace trainwatch::wire {

namespace {

using boost::json::string_view;
using boost::system::error_code;

// A job that is not interrupted has five or six.
constexpr std::size_t usual_transitions = 16;

// Where in the answer the parser stands. What is of no interest is `elsewhere`, however deep.
enum class place {
    outside,
    answer,
    transitions,
    transition,
    resources,
    instance_groups,
    instance_group,
    stopping_condition,
    algorithm,
    experiment,
    artifacts,
    elsewhere,
};

// A member that holds other members: an object or a list.
struct container_rule {
    place in;
    std::string_view key;
    place opens;
    bool is_list;
};
constexpr std::array containers{
    container_rule{place::answer, "SecondaryStatusTransitions", place::transitions, true},
    container_rule{place::answer, "ResourceConfig", place::resources, false},
    container_rule{place::answer, "StoppingCondition", place::stopping_condition, false},
    container_rule{place::answer, "AlgorithmSpecification", place::algorithm, false},
    container_rule{place::answer, "ExperimentConfig", place::experiment, false},
    container_rule{place::answer, "ModelArtifacts", place::artifacts, false},
    container_rule{place::resources, "InstanceGroups", place::instance_groups, true},
};

// For each place the members in it and where they go. `Holder` is what the place fills.
template <class Holder>
struct text_rule {
    std::string_view key;
    std::string Holder::*to;
};
template <class Holder>
struct number_rule {
    std::string_view key;
    std::optional<double> Holder::*to;
};

using members = describe_members;
constexpr std::array answer_texts{
    text_rule<members>{"TrainingJobName", &members::name},
    text_rule<members>{"TrainingJobArn", &members::arn},
    text_rule<members>{"TrainingJobStatus", &members::status},
    text_rule<members>{"SecondaryStatus", &members::secondary},
    text_rule<members>{"FailureReason", &members::failure_reason},
    text_rule<members>{"TuningJobArn", &members::tuning_job_arn},
    text_rule<members>{"AutoMLJobArn", &members::auto_ml_job_arn},
    text_rule<members>{"LabelingJobArn", &members::labeling_job_arn},
};
constexpr std::array answer_numbers{
    number_rule<members>{"CreationTime", &members::created},
    number_rule<members>{"TrainingStartTime", &members::training_started},
    number_rule<members>{"TrainingEndTime", &members::training_ended},
    number_rule<members>{"LastModifiedTime", &members::modified},
    number_rule<members>{"TrainingTimeInSeconds", &members::training_time},
    number_rule<members>{"BillableTimeInSeconds", &members::billable_time},
};
constexpr std::array limit_numbers{
    number_rule<members>{"MaxRuntimeInSeconds", &members::max_runtime},
    number_rule<members>{"MaxWaitTimeInSeconds", &members::max_wait},
    number_rule<members>{"MaxPendingTimeInSeconds", &members::max_pending},
};
constexpr std::array algorithm_texts{
    text_rule<members>{"AlgorithmName", &members::algorithm_name},
    text_rule<members>{"TrainingImage", &members::training_image},
};
constexpr std::array experiment_texts{
    text_rule<members>{"ExperimentName", &members::experiment},
    text_rule<members>{"TrialName", &members::trial},
};
constexpr std::array artifact_texts{
    text_rule<members>{"S3ModelArtifacts", &members::model_artifacts},
};
constexpr std::array transition_texts{
    text_rule<transition_members>{"Status", &transition_members::status},
    text_rule<transition_members>{"StatusMessage", &transition_members::message},
};
constexpr std::array transition_numbers{
    number_rule<transition_members>{"StartTime", &transition_members::started},
    number_rule<transition_members>{"EndTime", &transition_members::ended},
};
constexpr std::array group_texts{
    text_rule<instance_members>{"InstanceType", &instance_members::type},
    text_rule<instance_members>{"InstanceGroupName", &instance_members::group},
};
constexpr std::array group_numbers{
    number_rule<instance_members>{"InstanceCount", &instance_members::count},
};

// The target of `key` among `rules` in `holder`; null when there is none.
template <class Rules, class Holder>
auto* target(const Rules& rules, std::string_view key, Holder& holder) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& candidate) {
        return candidate.key == key;
    });
    return rule == rules.end() ? nullptr : &(holder.*(rule->to));
}

// Boost.JSON calls it while it parses, so that nothing is stored but what we want. Returning false
// would stop the parser; no value does.
class member_handler {
public:
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    explicit member_handler(describe_members& to) : to_(to) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code& error) {
        if (seen_answer_) return true;
        error = boost::json::error::not_object;
        return false;
    }

    bool on_object_begin(error_code&) {
        enter(false);
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        leave();
        return true;
    }
    bool on_array_begin(error_code&) {
        enter(true);
        return true;
    }
    bool on_array_end(std::size_t, error_code&) {
        leave();
        return true;
    }

    // A text comes in parts where it has escapes.
    bool on_key_part(string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_key(string_view last, std::size_t, error_code&) {
        if (skipped_levels_ > 0) return true;
        const auto text = whole(last).substr(0, key_.max_size());
        key_.assign(text.data(), text.size());
        parts_.clear();
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_string(string_view last, std::size_t, error_code&) {
        if (skipped_levels_ > 0) return true;
        if (auto* to = text_target()) *to = whole(last);
        parts_.clear();
        return true;
    }

    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, string_view, error_code&) {
        return take_number(static_cast<double>(number));
    }
    bool on_uint64(std::uint64_t number, string_view, error_code&) {
        return take_number(static_cast<double>(number));
    }
    bool on_double(double number, string_view, error_code&) { return take_number(number); }
    bool on_bool(bool flag, error_code&) {
        const bool spot = here() == place::answer && key() == "EnableManagedSpotTraining";
        if (skipped_levels_ == 0 && spot) to_.spot = flag;
        return true;
    }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

private:
    place here() const { return path_[depth_]; }
    std::string_view key() const { return {key_.data(), key_.size()}; }

    bool keep_part(string_view part) {
        if (skipped_levels_ == 0) parts_.append(part.data(), part.size());
        return true;
    }
    std::string_view whole(string_view last) {
        if (parts_.empty()) return {last.data(), last.size()};
        parts_.append(last.data(), last.size());
        return parts_;
    }

    void enter(bool is_list) {
        const place next = skipped_levels_ > 0 ? place::elsewhere : opened(is_list);
        if (next == place::elsewhere) {
            ++skipped_levels_;
            return;
        }
        path_[++depth_] = next;
        switch (next) {
            case place::answer:
                seen_answer_ = true;
                break;
            case place::transitions:
                to_.transitions.reserve(usual_transitions);
                break;
            case place::transition:
                to_.transitions.emplace_back();
                break;
            case place::instance_group:
                to_.instance_groups.emplace_back();
                break;
            default:
                break;
        }
    }

    void leave() {
        if (skipped_levels_ > 0) {
            --skipped_levels_;
        } else {
            --depth_;
        }
    }

    // What an object or a list that begins here is.
    place opened(bool is_list) const {
        switch (here()) {
            case place::outside:
                return is_list ? place::elsewhere : place::answer;
            case place::transitions:
                return is_list ? place::elsewhere : place::transition;
            case place::instance_groups:
                return is_list ? place::elsewhere : place::instance_group;
            default:
                break;
        }
        for (const auto& rule : containers) {
            const bool same = rule.in == here() && rule.is_list == is_list && rule.key == key();
            if (same) return rule.opens;
        }
        return place::elsewhere;
    }

    std::string* text_target() {
        switch (here()) {
            case place::answer:
                return target(answer_texts, key(), to_);
            case place::transition:
                return target(transition_texts, key(), to_.transitions.back());
            case place::instance_group:
                return target(group_texts, key(), to_.instance_groups.back());
            case place::resources:
                if (key() == "InstanceType") return &to_.instance.type;
                if (key() == "SelectedInstanceType") return &to_.selected_instance.type;
                return nullptr;
            case place::algorithm:
                return target(algorithm_texts, key(), to_);
            case place::experiment:
                return target(experiment_texts, key(), to_);
            case place::artifacts:
                return target(artifact_texts, key(), to_);
            default:
                return nullptr;
        }
    }

    std::optional<double>* number_target() {
        switch (here()) {
            case place::answer:
                return target(answer_numbers, key(), to_);
            case place::transition:
                return target(transition_numbers, key(), to_.transitions.back());
            case place::instance_group:
                return target(group_numbers, key(), to_.instance_groups.back());
            case place::resources:
                if (key() == "InstanceCount") return &to_.instance.count;
                if (key() == "SelectedInstanceCount") return &to_.selected_instance.count;
                return nullptr;
            case place::stopping_condition:
                return target(limit_numbers, key(), to_);
            default:
                return nullptr;
        }
    }

    bool take_number(double number) {
        if (skipped_levels_ > 0) return true;
        if (auto* to = number_target()) *to = number;
        return true;
    }

    describe_members& to_;
    // The deepest place of ours is answer/ResourceConfig/InstanceGroups/[]: four below outside.
    std::array<place, 5> path_{};
    std::size_t depth_ = 0;
    std::size_t skipped_levels_ = 0;
    // Longer than any that we know: one that is cut is none of them.
    boost::static_string<32> key_{};
    std::string parts_{};
    bool seen_answer_ = false;
};

}  // namespace

error_code read_describe_members(std::string_view body, describe_members& members) {
    boost::json::parse_options options;
    options.max_depth = 64;  // the model's deepest member is at 6
    boost::json::basic_parser<member_handler> parser(options, members);
    error_code error;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
    if (!error && used < body.size()) error = boost::json::error::extra_data;
    return error;
}

}  // namespace trainwatch::wire
