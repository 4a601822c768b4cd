#include "wire/sagemaker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>

#include "base/limits.hpp"
#include "wire/describe_members.hpp"
#include "wire/json_repair.hpp"

namespace trainwatch::wire {

namespace {

failure malformed(std::string detail) {
    failure error;
    error.kind = error_class::malformed;
    error.detail = std::move(detail);
    return error;
}

// ---- numbers -----------------------------------------------------------------------------------

// Rounded, because 1763890000.123 has no exact double. Nothing for what is beyond the year 5000,
// or a count that no job has.
std::optional<std::int64_t> whole(std::optional<double> number, std::int64_t scale = 1) {
    constexpr double sane_max = 1e11;
    if (!number || !(*number >= 0 && *number <= sane_max)) return {};
    return std::llround(*number * static_cast<double>(scale));
}

std::optional<wall_time> as_time(std::optional<double> epoch_seconds) {
    const auto number = whole(epoch_seconds, 1000);
    if (!number) return {};
    return from_unix_milliseconds(*number);
}

std::optional<seconds> as_seconds(std::optional<double> number) {
    const auto count = whole(number);
    if (!count) return {};
    return seconds(*count);
}

// ---- names -------------------------------------------------------------------------------------

struct arn_parts {
    std::string_view partition{};
    std::string_view region{};
    std::string_view account{};
};

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool is_account(std::string_view text) {
    return text.size() == 12 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// arn:partition:sagemaker:region:account:training-job/name
std::optional<arn_parts> parse_arn(std::string_view arn) {
    std::array<std::string_view, 5> fields;
    for (auto& field : fields) {
        const auto end = arn.find(':');
        if (end == std::string_view::npos) return {};
        field = arn.substr(0, end);
        arn.remove_prefix(end + 1);
    }
    const arn_parts parts{fields[1], fields[3], fields[4]};
    const bool sound = fields[0] == "arn" && fields[2] == "sagemaker" &&
        is_label(parts.partition) && is_label(parts.region) && is_account(parts.account) &&
        arn.starts_with("training-job/");
    if (!sound) return {};
    return parts;
}

// The name at the end of an ARN; a plain name is its own.
std::string name_of(std::string_view arn_or_name) {
    return std::string(arn_or_name.substr(arn_or_name.rfind('/') + 1));
}

// registry.host/repository:tag@digest -> repository:tag
std::string image_name(std::string_view image) {
    image = image.substr(0, image.find('@'));
    const auto slash = image.find('/');
    const bool has_registry = slash != std::string_view::npos &&
        image.substr(0, slash).find_first_of(".:") != std::string_view::npos;
    if (has_registry) image.remove_prefix(slash + 1);
    return std::string(image);
}

// ---- parts of the answer -----------------------------------------------------------------------

std::vector<domain::transition> read_transitions(std::vector<transition_members>& entries) {
    std::vector<domain::transition> read;
    read.reserve(entries.size());
    for (auto& entry : entries) {
        const auto started = as_time(entry.started);
        // Both are an entry's identity: without them there is nothing to follow.
        if (entry.status.empty() || !started) continue;
        auto& transition = read.emplace_back();
        transition.status = domain::parse_secondary(entry.status);
        transition.started = *started;
        transition.ended = as_time(entry.ended);
        transition.message = std::move(entry.message);
    }
    return read;
}

std::vector<domain::instance_group> read_instances(describe_members& members) {
    std::vector<domain::instance_group> read;
    const auto add = [&read](instance_members& from) {
        if (from.type.empty()) return;
        read.push_back({std::move(from.type), whole(from.count).value_or(0), std::move(from.group)}
        );
    };
    for (auto& group : members.instance_groups)
        add(group);
    // Of several preferences, the one that AWS chose.
    if (read.empty()) add(members.selected_instance);
    if (read.empty()) add(members.instance);
    return read;
}

void read_times(const describe_members& members, domain::observation& seen) {
    seen.training_started = as_time(members.training_started);
    seen.training_ended = as_time(members.training_ended);
    seen.modified = as_time(members.modified);
    seen.training_time = as_seconds(members.training_time);
    seen.billable_time = as_seconds(members.billable_time);
    seen.limits.max_runtime = as_seconds(members.max_runtime);
    seen.limits.max_wait = as_seconds(members.max_wait);
    seen.limits.max_pending = as_seconds(members.max_pending);
}

void read_labels(describe_members& members, domain::observation& seen) {
    seen.algorithm = members.algorithm_name.empty() ? image_name(members.training_image)
                                                    : name_of(members.algorithm_name);
    seen.tuning_job = name_of(members.tuning_job_arn);
    seen.auto_ml_job = name_of(members.auto_ml_job_arn);
    seen.labeling_job = name_of(members.labeling_job_arn);
    seen.experiment = std::move(members.experiment);
    seen.trial = std::move(members.trial);
    seen.model_artifacts = std::move(members.model_artifacts);
    seen.spot = members.spot;
}

result<domain::observation> observe(describe_members& members, std::string_view asked) {
    if (members.name.empty()) return malformed("answer without TrainingJobName");
    if (members.name != asked) return malformed("answer names another job: " + members.name);
    const auto arn = parse_arn(members.arn);
    if (!arn) return malformed("answer without a usable TrainingJobArn");
    const auto created = as_time(members.created);
    if (!created) return malformed("answer without CreationTime");
    if (members.status.empty()) return malformed("answer without TrainingJobStatus");

    domain::observation seen;
    seen.partition = std::string(arn->partition);
    seen.region = std::string(arn->region);
    seen.account_id = std::string(arn->account);
    seen.name = std::move(members.name);
    seen.arn = std::move(members.arn);
    seen.created = *created;
    seen.status = domain::parse_primary(members.status);
    seen.secondary = domain::parse_secondary(members.secondary);
    seen.failure_reason = std::move(members.failure_reason);
    seen.transitions = read_transitions(members.transitions);
    seen.instances = read_instances(members);
    read_times(members, seen);
    read_labels(members, seen);
    return seen;
}

}  // namespace

http_request encode_describe_training_job(std::string_view host, std::string_view job_name) {
    http_request request;
    request.method = "POST";
    request.target = "/";
    // Room for what signing adds. One by one: a braced list would be copied.
    request.headers.reserve(10);
    request.headers.emplace_back("Host", host);
    request.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
    request.headers.emplace_back("X-Amz-Target", "SageMaker.DescribeTrainingJob");
    request.body = "{\"TrainingJobName\":" +
        boost::json::serialize(boost::json::string_view(job_name.data(), job_name.size())) + "}";
    return request;
}

result<domain::observation> decode_describe_training_job(
    std::string_view body, std::string_view asked
) {
    if (body.size() > limits::answer_bytes_max) return malformed("answer is too long");
    describe_members members;
    auto error = read_describe_members(body, members);
    if (error) {
        // Once more without half characters; whatever else is wrong stays wrong.
        members = {};
        error = read_describe_members(repair_json_text(body), members);
    }
    if (error) return malformed("answer is not a JSON object: " + error.message());
    return observe(members, asked);
}

result<domain::observation> read_describe_training_job(
    const http_response& response, std::string_view asked
) {
    if (response.status != 200) return decode_aws_error(response);
    auto seen = decode_describe_training_job(response.body, asked);
    if (seen) return seen;
    failure error = seen.error();
    error.request_id = std::string(find_header(response.headers, "x-amzn-RequestId"));
    return error;
}

}  // namespace trainwatch::wire
