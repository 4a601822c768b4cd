// `match` and `exclude`: what a job must be like. A pattern that no job can match is a mistake, and
// costs a night of silence when nobody says so.
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

constexpr bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_wildcard(char c) {
    return c == '*' || c == '?';
}

// Names of SageMaker are letters, digits and hyphens, without a hyphen at either end.
struct name_kind {
    std::string_view key;
    std::string_view what;
    std::size_t chars_max;
    std::vector<std::string> domain::job_filter::*into;
};
constexpr std::array<name_kind, 5> name_kinds{
    {{"name", "training job", 63, &domain::job_filter::name},
     {"tuning_job", "tuning job", 32, &domain::job_filter::tuning_job},
     {"auto_ml_job", "AutoML job", 32, &domain::job_filter::auto_ml_job},
     {"labeling_job", "labeling job", 63, &domain::job_filter::labeling_job},
     {"experiment", "experiment", 120, &domain::job_filter::experiment}}};

bool fits_a_name(std::string_view glob) {
    return std::all_of(glob.begin(), glob.end(), [](char c) {
        return is_alphanumeric(c) || c == '-' || is_wildcard(c);
    });
}

bool looks_like_a_regex(std::string_view text) {
    return text.find_first_of("^$|()[]{}+\\") != std::string_view::npos ||
        text.find(".*") != std::string_view::npos;
}

// What to write instead of a glob with characters that no name has; empty when that is unclear.
std::string name_cure(std::string_view glob, const name_kind& kind) {
    if (glob.starts_with("arn:")) {
        const auto name = glob.substr(glob.rfind('/') + 1);
        return fits_a_name(name) ? "; of an ARN, write the name: " + quoted(name) : "";
    }
    if (kind.key == "name" && looks_like_a_regex(glob)) {
        return "; a regular expression is name_regex";
    }
    std::string other(glob);
    std::replace_if(
        other.begin(), other.end(), [](char c) { return c == '_' || c == ' ' || c == '.'; }, '-'
    );
    return fits_a_name(other) ? "; did you mean " + quoted(other) + "?" : "";
}

std::string name_glob_problem(std::string_view glob, const name_kind& kind) {
    const std::string no_name = quoted(glob) + " matches no " + std::string(kind.what) + ": ";
    if (!fits_a_name(glob)) {
        return no_name + "names have letters, digits and hyphens" + name_cure(glob, kind);
    }
    if (glob.front() == '-' || glob.back() == '-') {
        const auto cure =
            glob.back() == '-' ? quoted(std::string(glob) + "*") : quoted("*" + std::string(glob));
        return no_name + "names have no hyphen at either end; did you mean " + cure + "?";
    }
    const auto least =
        glob.size() - static_cast<std::size_t>(std::count(glob.begin(), glob.end(), '*'));
    if (least <= kind.chars_max) return {};
    return no_name + "names have at most " + std::to_string(kind.chars_max) + " characters";
}

// "ml." and more: ml.p4d.24xlarge.
std::string instance_glob_problem(std::string_view glob) {
    static constexpr std::string_view first = "ml.";
    const auto fits = std::all_of(glob.begin(), glob.end(), [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.' || is_wildcard(c);
    });
    const auto small = lower(glob);
    bool may_begin = true;
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (i < small.size() && small[i] == '*') break;
        may_begin = i < small.size() && (small[i] == first[i] || small[i] == '?');
        if (!may_begin) break;
    }
    if (fits && may_begin && small == glob) return {};
    auto problem = quoted(glob) + " matches no instance type; one looks like ml.g5.xlarge";
    if (fits) {
        problem += "; did you mean " + quoted((may_begin ? "" : std::string(first)) + small) + "?";
    }
    return problem;
}

std::string status_problem(std::string_view word) {
    const auto names = domain::primary_status_names();
    if (std::find(names.begin(), names.end(), word) != names.end()) return {};
    auto problem = quoted(word) + " is no TrainingJobStatus (";
    for (const auto name : names)
        problem += (name == names.front() ? "" : ", ") + std::string(name);
    problem += ")";
    const auto secondary = domain::parse_secondary(word).value;
    if (secondary != domain::secondary_status::unknown) {
        const bool is_end = secondary == domain::secondary_status::max_runtime_exceeded ||
            secondary == domain::secondary_status::max_wait_time_exceeded;
        return problem + "; it is a SecondaryStatus: such a job is " +
            (is_end ? "Stopped" : "InProgress");
    }
    const auto near = word.size() <= 64 ? nearest(word, names) : std::string_view();
    if (!near.empty()) problem += "; did you mean " + quoted(near) + "?";
    return problem;
}

class filter_reader {
public:
    filter_reader(settings_reader& reader, const yaml_value& where)
        : reader_(reader), where_(where) {}

    domain::job_filter read() {
        for (const auto& kind : name_kinds) {
            texts(kind.key, kind.into, [&](std::string_view text) {
                return name_glob_problem(text, kind);
            });
        }
        texts("instance_type", &domain::job_filter::instance_type, instance_glob_problem);
        texts("status", &domain::job_filter::status, status_problem);
        if (const auto regex = reader_.optional_text(where_, "name_regex")) {
            filter_.name_regex = regex->text;
            auto problem = pattern_problem(regex->text, letter_case::minded);
            if (!problem.empty()) reader_.fail(regex->where, std::move(problem));
        }
        if (const auto tags = reader_.find(where_, "tags")) read_tags(*tags);
        return std::move(filter_);
    }

private:
    template <class Problem>
    void texts(
        std::string_view key, std::vector<std::string> domain::job_filter::*into, Problem problem_of
    ) {
        const auto where = reader_.find(where_, key);
        if (!where) return;
        const auto found = reader_.texts(*where, "texts");
        if (found.size() > limits::filter_texts_max) {
            reader_.fail(
                *where,
                std::to_string(found.size()) + " of them; at most " +
                    std::to_string(limits::filter_texts_max)
            );
        }
        for (const auto& each : found) {
            if (auto problem = problem_of(each.text); !problem.empty()) {
                reader_.fail(each.where, std::move(problem));
                continue;
            }
            (filter_.*into).push_back(each.text);
        }
    }

    void read_tags(const yaml_value& where) {
        const auto entries = reader_.entries(where, "tags, such as {team: vision}");
        if (entries.size() > limits::filter_tags_max) {
            reader_.fail(
                where,
                std::to_string(entries.size()) + " tags; no job has more than " +
                    std::to_string(limits::filter_tags_max)
            );
            return;
        }
        for (const auto& [key, value] : entries) {
            const auto glob = reader_.text(value);
            if (!glob) continue;
            if (key.text.empty() || key.text.size() > limits::tag_key_chars_max) {
                reader_.fail(
                    key.where,
                    "the key of a tag has 1 to " + std::to_string(limits::tag_key_chars_max) +
                        " characters"
                );
            }
            if (glob->size() > limits::tag_value_chars_max) {
                reader_.fail(
                    value,
                    "the value of a tag has at most " +
                        std::to_string(limits::tag_value_chars_max) + " characters"
                );
            }
            filter_.tags.emplace(key.text, *glob);
        }
    }

    settings_reader& reader_;
    const yaml_value& where_;
    domain::job_filter filter_{};
};

}  // namespace

domain::job_filter read_filter(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 9> now{
        "name",
        "name_regex",
        "tags",
        "tuning_job",
        "auto_ml_job",
        "labeling_job",
        "experiment",
        "instance_type",
        "status"};
    const auto before = reader.mistakes();
    if (!reader.mapping(where, {now, {}})) return {};
    auto filter = filter_reader(reader, where).read();
    // It would take every job, which nobody says by accident; a key may have been null.
    if (filter.empty() && reader.mistakes() == before) {
        reader.fail(where, "no criterion in it; for every job write {name: \"*\"}");
    }
    return filter;
}

}  // namespace trainwatch::wire
