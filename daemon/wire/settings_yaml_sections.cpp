#include "wire/settings_yaml_sections.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/endpoints.hpp"
#include "wire/job_arn.hpp"

namespace trainwatch::wire {
namespace {

constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

// TrainingJobName of the API: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}, 63 characters at most.
bool is_job_name(std::string_view text) {
    return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
        is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
            return is_alphanumeric(c) || c == '-';
        });
}

}  // namespace

std::string job_name_problem(std::string_view text) {
    if (is_job_name(text)) return {};
    if (text.starts_with("arn:")) {
        const auto name = text.substr(text.rfind('/') + 1);
        return "an ARN; give the job's name" +
            (is_job_name(name) ? ", " + quoted(name) : std::string());
    }
    if (text.find_first_of("*?") != std::string_view::npos) {
        return quoted(text) +
            " is a pattern: name each job, or let a watch list find them by match";
    }
    return quoted(text) +
        " is no job name: 1 to 63 letters, digits and hyphens, no hyphen at either end";
}

std::string region_problem(std::string_view text) {
    // Each piece between hyphens is a word, the last one a number: eu-west-1, us-gov-east-1.
    const auto last = text.rfind('-');
    const bool right = !text.empty() && text.size() <= 63 && is_lower(text.front()) &&
        last != std::string_view::npos && last + 1 < text.size() &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(last) + 1, text.end(), is_digit) &&
        text.find("--") == std::string_view::npos &&
        std::all_of(text.begin(), text.end(), [](char c) {
            return is_lower(c) || is_digit(c) || c == '-';
        });
    const auto plain = without_fips(text);
    if (plain.fips && region_problem(plain.region).empty()) {
        return quoted(text) + " is no region of its own: write " + plain.region +
            " and set AWS_USE_FIPS_ENDPOINT=true";
    }
    if (right) return {};
    const auto zone = text.empty() ? text : text.substr(0, text.size() - 1);
    if (!text.empty() && is_lower(text.back()) && region_problem(zone).empty()) {
        return quoted(text) + " is an availability zone; its region is " + quoted(zone);
    }
    return quoted(text) + " is no AWS region; one looks like eu-west-1";
}

std::string name_problem(std::string_view text) {
    const bool right = !text.empty() && text.size() <= limits::settings_name_chars_max &&
        std::all_of(text.begin(), text.end(), [](char c) {
            return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
        });
    if (right) return {};
    return quoted(text) + " is no name: up to " + std::to_string(limits::settings_name_chars_max) +
        " letters, digits, hyphens, underscores and dots";
}

placed_text read_name(settings_reader& reader, const yaml_value& mapping) {
    const auto name = reader.required_text(mapping, "name");
    if (!name) return {{}, mapping};
    auto problem = name_problem(name->text);
    if (problem.empty()) return *name;
    reader.fail(name->where, std::move(problem));
    return {{}, name->where};
}

std::vector<placed_text> read_regions(settings_reader& reader, const yaml_value& where) {
    std::vector<placed_text> regions;
    for (const auto& item : reader.list(where, "regions")) {
        const auto text = reader.text(item);
        if (!text) continue;
        if (auto problem = region_problem(*text); !problem.empty()) {
            reader.fail(item, std::move(problem));
            continue;
        }
        const bool twice = std::any_of(regions.begin(), regions.end(), [&](const auto& region) {
            return region.text == *text;
        });
        if (twice) {
            reader.fail(item, quoted(*text) + " is in this list already");
        } else {
            regions.push_back({*text, item});
        }
    }
    return regions;
}

domain::global_settings read_global(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 4> now{
        "staleness_bound", "lookback", "finished_retention", "labels"};
    domain::global_settings global;
    if (!reader.mapping(where, {now, {}})) return global;
    if (const auto bound = reader.find(where, "staleness_bound")) {
        global.staleness_bound =
            reader.duration(*bound, {limits::staleness_bound_least, limits::staleness_bound_most})
                .value_or(global.staleness_bound);
    }
    if (const auto lookback = reader.find(where, "lookback")) {
        global.lookback = reader.duration(*lookback, {milliseconds(0), limits::lookback_most})
                              .value_or(global.lookback);
    }
    if (const auto retention = reader.find(where, "finished_retention")) {
        global.finished_retention =
            reader.duration(*retention, {milliseconds(0), limits::finished_retention_most})
                .value_or(global.finished_retention);
    }
    if (const auto labels = reader.find(where, "labels")) {
        global.labels = read_labels(reader, *labels);
    }
    return global;
}

}  // namespace trainwatch::wire
