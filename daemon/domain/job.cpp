#include "domain/job.hpp"

#include <array>
#include <utility>

namespace trainwatch::domain {
namespace {

// The values of the model, spelled as AWS does.
constexpr std::array<std::pair<std::string_view, primary_status>, 6> primary_names{{
    {"InProgress", primary_status::in_progress},
    {"Completed", primary_status::completed},
    {"Failed", primary_status::failed},
    {"Stopping", primary_status::stopping},
    {"Stopped", primary_status::stopped},
    {"Deleting", primary_status::deleting},
}};

constexpr std::array<std::pair<std::string_view, secondary_status>, 17> secondary_names{{
    {"Starting", secondary_status::starting},
    {"Pending", secondary_status::pending},
    {"LaunchingMLInstances", secondary_status::launching_ml_instances},
    {"PreparingTrainingStack", secondary_status::preparing_training_stack},
    {"Downloading", secondary_status::downloading},
    {"DownloadingTrainingImage", secondary_status::downloading_training_image},
    {"Training", secondary_status::training},
    {"Uploading", secondary_status::uploading},
    {"Stopping", secondary_status::stopping},
    {"Stopped", secondary_status::stopped},
    {"MaxRuntimeExceeded", secondary_status::max_runtime_exceeded},
    {"Completed", secondary_status::completed},
    {"Failed", secondary_status::failed},
    {"Interrupted", secondary_status::interrupted},
    {"MaxWaitTimeExceeded", secondary_status::max_wait_time_exceeded},
    {"Updating", secondary_status::updating},
    {"Restarting", secondary_status::restarting},
}};

template <class Enum, std::size_t Size>
open_value<Enum> parse(
    std::string_view text, const std::array<std::pair<std::string_view, Enum>, Size>& names
) {
    for (const auto& [name, value] : names) {
        if (name == text) return {value, std::string(text)};
    }
    return {Enum::unknown, std::string(text)};
}

template <class Enum, std::size_t Size>
constexpr std::array<std::string_view, Size> texts_of(
    const std::array<std::pair<std::string_view, Enum>, Size>& names
) {
    std::array<std::string_view, Size> texts;
    for (std::size_t i = 0; i < Size; ++i)
        texts[i] = names[i].first;
    return texts;
}

ending ending_of_stopped(secondary_status why) {
    switch (why) {
        case secondary_status::max_runtime_exceeded:
            return {outcome::max_runtime_exceeded, failure_class::timeout};
        case secondary_status::max_wait_time_exceeded:
            return {outcome::max_wait_exceeded, failure_class::timeout};
        case secondary_status::stopped:
            return {outcome::stopped, failure_class::none};
        default:
            return {outcome::stopped, failure_class::unknown};
    }
}

}  // namespace

open_primary parse_primary(std::string_view text) {
    return parse(text, primary_names);
}

open_secondary parse_secondary(std::string_view text) {
    return parse(text, secondary_names);
}

std::span<const std::string_view> primary_status_names() {
    static constexpr auto names = texts_of(primary_names);
    return names;
}

std::span<const std::string_view> secondary_status_names() {
    static constexpr auto names = texts_of(secondary_names);
    return names;
}

bool is_terminal(primary_status value) {
    return value == primary_status::completed || value == primary_status::failed ||
        value == primary_status::stopped;
}

std::string_view to_string(outcome value) {
    switch (value) {
        case outcome::completed:
            return "completed";
        case outcome::failed:
            return "failed";
        case outcome::max_runtime_exceeded:
            return "max_runtime_exceeded";
        case outcome::max_wait_exceeded:
            return "max_wait_exceeded";
        case outcome::stopped:
            return "stopped";
    }
    return "stopped";
}

std::string_view to_string(failure_class value) {
    switch (value) {
        case failure_class::none:
            return "none";
        case failure_class::algorithm:
            return "algorithm";
        case failure_class::client:
            return "client";
        case failure_class::internal_server:
            return "internal_server";
        case failure_class::capacity:
            return "capacity";
        case failure_class::resource_limit:
            return "resource_limit";
        case failure_class::image:
            return "image";
        case failure_class::permission:
            return "permission";
        case failure_class::data:
            return "data";
        case failure_class::out_of_memory:
            return "out_of_memory";
        case failure_class::spot:
            return "spot";
        case failure_class::timeout:
            return "timeout";
        case failure_class::unknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<ending> ending_of(
    const open_primary& primary, const open_secondary& secondary, failure_class of_reason
) {
    switch (primary.value) {
        case primary_status::completed:
            return ending{outcome::completed, failure_class::none};
        case primary_status::failed:
            return ending{outcome::failed, of_reason};
        case primary_status::stopped:
            return ending_of_stopped(secondary.value);
        default:
            return std::nullopt;
    }
}

}  // namespace trainwatch::domain
