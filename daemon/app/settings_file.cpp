#include "app/settings_file.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "app/receiver_files.hpp"
#include "app/settings_doubts.hpp"
#include "base/limits.hpp"
#include "wire/settings_yaml.hpp"

namespace trainwatch::app {
namespace {

bool has_region(const aws_files& files) {
    return !wire::variable_of(files, "AWS_REGION").empty() ||
        !wire::variable_of(files, "AWS_DEFAULT_REGION").empty();
}

// True when there is one now that was not there before.
bool learn_region(aws_files& files, const region_source& ask) {
    if (!ask || has_region(files) || !files.instance_region.empty()) return false;
    auto told = ask(files);
    if (told.has_error()) {
        const auto& why = told.error();
        files.instance_trouble = why.detail + (why.cure.empty() ? "" : ": " + why.cure);
        return false;
    }
    files.instance_region = std::move(told.value());
    return !files.instance_region.empty();
}

bool is_lent(const std::string& bundle, const wire::settings_defaults& lent) {
    return bundle == lent.ca_bundle ||
        std::any_of(lent.profiles.begin(), lent.profiles.end(), [&](const auto& profile) {
               return profile.second.ca_bundle == bundle;
           });
}

void load_ca_bundles(
    const std::string& path,
    std::string_view yaml,
    domain::settings& config,
    const wire::settings_defaults& lent,
    const file_reader& read,
    settings_mistakes& mistakes
) {
    for (std::size_t i = 0; i < config.connections.size(); ++i) {
        auto& bundle = config.connections[i].ca_bundle;
        if (bundle.empty()) continue;
        // One that is not the file's is relative to where the program was started.
        if (!is_lent(bundle, lent)) bundle = beside(path, bundle);
        const auto problem = bundle_problem(bundle, read);
        if (problem.empty()) continue;
        if (is_lent(bundle, lent)) {
            const bool is_variable = bundle == lent.ca_bundle;
            mistakes.push_back(
                (is_variable ? "AWS_CA_BUNDLE: " : "ca_bundle of the profile: ") + problem
            );
            continue;
        }
        const auto where = "connections[" + std::to_string(i) + "].ca_bundle";
        mistakes.push_back(wire::format_error(path, wire::mistake_at(yaml, where, problem)));
    }
}

// The files of `watch_list_files`, each once. A folder that cannot be read is a mistake: nobody
// knows whose lists are in it.
std::vector<std::string> find_files(
    const std::string& path,
    std::string_view yaml,
    const std::vector<std::string>& patterns,
    const folder_lister& list,
    const std::vector<watch_list_file>& previous,
    settings_mistakes& mistakes
) {
    std::set<std::string> found;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const auto paths = find_watch_list_files(path, patterns[i], list, previous);
        if (paths.has_value()) {
            found.insert(paths->begin(), paths->end());
            continue;
        }
        // One text is written without a list around it.
        const auto key = std::string("watch_list_files");
        auto mistake =
            wire::mistake_at(yaml, key + "[" + std::to_string(i) + "]", paths.error().detail);
        if (mistake.line == 0) mistake = wire::mistake_at(yaml, key, paths.error().detail);
        mistakes.push_back(wire::format_error(path, mistake));
    }
    if (found.size() > limits::watch_list_files_max) {
        mistakes.push_back(
            path + ": watch_list_files: " + std::to_string(found.size()) + " files; at most " +
            std::to_string(limits::watch_list_files_max)
        );
        return {};
    }
    return {found.begin(), found.end()};
}

settings_mistakes in_lines(
    const std::string& path, const std::vector<wire::settings_error>& errors, const aws_files& files
) {
    settings_mistakes mistakes;
    for (const auto& error : errors)
        mistakes.push_back(wire::format_error(path, error));
    // A region may be missing because the file that has it cannot be read.
    if (!has_region(files)) {
        mistakes.insert(mistakes.end(), files.problems.begin(), files.problems.end());
    }
    return mistakes;
}

// Of files of watch lists beside a configuration that is wrong: what they say by themselves.
void add_mistakes_of_files(
    const std::string& path,
    std::string_view yaml,
    const file_access& access,
    settings_mistakes& mistakes
) {
    const auto patterns = wire::watch_list_files_of(yaml);
    const auto paths = find_files(path, yaml, patterns, access.list, {}, mistakes);
    std::vector<watch_list_file> files;
    const auto texts = read_watch_list_files(paths, access.read, {}, files);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        mistakes.insert(mistakes.end(), files[i].mistakes.begin(), files[i].mistakes.end());
        for (const auto& error : wire::mistakes_of(texts[i]))
            mistakes.push_back(wire::format_error(texts[i].file, error));
    }
}

// Those of the configuration, else those of its files of watch lists.
settings_mistakes mistakes_of(const settings_outcome& loaded) {
    if (const auto* const mistakes = std::get_if<settings_mistakes>(&loaded)) return *mistakes;
    settings_mistakes all;
    for (const auto& file : std::get<loaded_configuration>(loaded).files)
        all.insert(all.end(), file.mistakes.begin(), file.mistakes.end());
    return all;
}

// Any would do: it is to be seen which mistakes are left then.
aws_files with_some_region(aws_files files) {
    files.instance_region = "us-east-1";
    return files;
}

}  // namespace

settings_outcome load_settings(
    const std::string& path,
    const aws_files& files,
    const file_access& access,
    const loaded_configuration* previous
) {
    const auto text = access.read(path);
    if (text.has_error()) return settings_mistakes{text.error().detail};
    const auto lent = lent_settings(files);
    const auto alone = wire::parse_settings(*text, lent);
    if (const auto* const errors = std::get_if<std::vector<wire::settings_error>>(&alone)) {
        auto all = in_lines(path, *errors, files);
        add_mistakes_of_files(path, *text, access, all);
        return all;
    }
    settings_mistakes mistakes;
    const auto in_force = previous == nullptr ? std::vector<watch_list_file>{} : previous->files;
    const auto paths = find_files(
        path,
        *text,
        std::get<domain::settings>(alone).watch_list_files,
        access.list,
        in_force,
        mistakes
    );
    loaded_configuration loaded;
    const auto texts = read_watch_list_files(paths, access.read, in_force, loaded.files);
    auto combined = std::get<wire::combined_settings>(wire::parse_settings(*text, lent, texts));
    take_outcomes(texts, combined.files, loaded.files);
    loaded.settings = std::move(combined.settings);
    for (const auto& outcome : combined.files) {
        if (!outcome.left_out.empty()) loaded.settings.left_out_lists.insert(outcome.left_out);
    }
    load_receiver_files(path, *text, loaded.settings, access.read, {mistakes, loaded.warnings});
    load_ca_bundles(path, *text, loaded.settings, lent, access.read, mistakes);
    if (mistakes.empty()) {
        for (auto& doubt : doubts_about(path, *text, loaded.settings))
            loaded.warnings.push_back(std::move(doubt));
        return loaded;
    }
    for (const auto& file : loaded.files)
        mistakes.insert(mistakes.end(), file.mistakes.begin(), file.mistakes.end());
    return mistakes;
}

std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked, const aws_files& files, const file_reader& read
) {
    auto made = wire::settings_for_jobs(asked, lent_settings(files));
    if (auto* const mistakes = std::get_if<std::vector<std::string>>(&made)) {
        // A region may be missing because the file that has it cannot be read.
        if (asked.region.empty() && !has_region(files)) {
            mistakes->insert(mistakes->end(), files.problems.begin(), files.problems.end());
        }
        return std::move(*mistakes);
    }
    auto settings = std::get<wire::job_settings>(std::move(made));
    const auto& bundle = settings.settings.connections.front().ca_bundle;
    if (bundle.empty()) return settings;
    const auto problem = bundle_problem(bundle, read);
    if (problem.empty()) return settings;
    const bool is_variable = bundle == wire::variable_of(files, "AWS_CA_BUNDLE");
    return settings_mistakes{
        (is_variable ? "AWS_CA_BUNDLE: " : "ca_bundle of the profile: ") + problem};
}

settings_outcome load_settings(
    const std::string& path,
    aws_files& files,
    const file_access& access,
    const region_source& ask,
    const loaded_configuration* previous
) {
    auto loaded = load_settings(path, std::as_const(files), access, previous);
    const auto found = mistakes_of(loaded);
    if (found.empty()) return loaded;
    // The machine is asked for what is missing, not because something else is wrong.
    const auto some_region = with_some_region(files);
    if (mistakes_of(load_settings(path, some_region, access, previous)) == found) return loaded;
    if (learn_region(files, ask)) {
        return load_settings(path, std::as_const(files), access, previous);
    }
    auto* const mistakes = std::get_if<settings_mistakes>(&loaded);
    if (mistakes != nullptr && !files.instance_trouble.empty()) {
        mistakes->push_back(files.instance_trouble);
    }
    return loaded;
}

bool lacks_only_a_region(
    const std::string& path, const aws_files& files, const file_access& access
) {
    const auto loaded = load_settings(path, with_some_region(files), access, nullptr);
    return std::holds_alternative<loaded_configuration>(loaded);
}

std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked,
    aws_files& files,
    const file_reader& read,
    const region_source& ask
) {
    auto loaded = load_job_settings(asked, files, read);
    if (std::holds_alternative<wire::job_settings>(loaded)) return loaded;
    const auto otherwise = load_job_settings(asked, with_some_region(files), read);
    if (otherwise == loaded) return loaded;
    if (!learn_region(files, ask)) {
        if (!files.instance_trouble.empty()) {
            std::get<settings_mistakes>(loaded).push_back(files.instance_trouble);
        }
        return loaded;
    }
    return load_job_settings(asked, files, read);
}

settings_outcome load_settings_without_aws(
    const std::string& path, const aws_files& files, const file_access& access
) {
    return load_settings(path, with_some_region(files), access);
}

}  // namespace trainwatch::app
