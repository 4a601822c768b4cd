#include "wire/job_arn.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::string_view example =
    "a training job's looks like arn:aws:sagemaker:eu-west-1:111122223333:training-job/NAME";

failure rejected(std::string detail) {
    failure why;
    why.kind = error_class::rejected;
    why.detail = std::move(detail);
    return why;
}

// arn : partition : service : region : account : resource
std::optional<std::array<std::string_view, 6>> split_arn(std::string_view text) {
    std::array<std::string_view, 6> fields{};
    for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
        const auto end = text.find(':');
        if (end == std::string_view::npos) return std::nullopt;
        fields[i] = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    fields.back() = text;
    return fields;
}

// "training-job" of "training-job/resnet".
std::string_view kind_of(std::string_view resource) {
    return resource.substr(0, resource.find_first_of("/:"));
}

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
    });
}

bool is_account(std::string_view text) {
    return text.size() == 12 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

std::optional<job_arn_places> split_job_arn(std::string_view text) {
    const auto fields = split_arn(text);
    if (!fields) return std::nullopt;
    const auto& [arn, partition, service, region, account, resource] = *fields;
    const bool sound = arn == "arn" && service == "sagemaker" && is_label(partition) &&
        is_label(region) && is_account(account) && resource.starts_with("training-job/");
    if (!sound) return std::nullopt;
    return job_arn_places{partition, region, account};
}

result<job_reference> read_job_reference(std::string_view text) {
    if (!text.starts_with("arn:")) {
        if (auto problem = job_name_problem(text); !problem.empty()) return rejected(problem);
        return job_reference{std::string(text), {}, {}, {}};
    }
    const auto fields = split_arn(text);
    if (!fields) return rejected(quoted(text) + " is half an ARN; " + std::string(example));
    const auto& [arn, partition, service, region, account, resource] = *fields;
    const auto kind = kind_of(resource);
    if (service != "sagemaker" || kind != "training-job") {
        const std::string what =
            std::string(service) + (kind.empty() ? "" : " ") + std::string(kind);
        return rejected(
            quoted(text) + " is an ARN of " + quoted(what) + "; " + std::string(example)
        );
    }
    if (!is_account(account)) {
        return rejected(
            quoted(text) + ": an account has twelve digits, not " + quoted(account) + "; " +
            std::string(example)
        );
    }
    if (auto problem = region_problem(region); !problem.empty()) {
        return rejected(quoted(text) + ": " + problem);
    }
    const auto name = resource.size() > kind.size() ? resource.substr(kind.size() + 1) : "";
    if (auto problem = job_name_problem(name); !problem.empty()) {
        return rejected(quoted(text) + ": " + problem);
    }
    return job_reference{
        std::string(name), std::string(partition), std::string(region), std::string(account)};
}

}  // namespace trainwatch::wire
