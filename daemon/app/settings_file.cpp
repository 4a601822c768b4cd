#include "app/settings_file.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "wire/settings_yaml.hpp"
#include "wire/url.hpp"

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

std::string beside(const std::string& config, const std::string& path) {
    const std::filesystem::path wanted(path);
    if (wanted.is_absolute()) return path;
    return (std::filesystem::path(config).parent_path() / wanted).string();
}

// The address that `file` holds; the message never repeats it.
result<std::string> secret_url(const std::string& file, const file_reader& read) {
    const auto text = read(file);
    if (text.has_error()) return text.error();
    std::string url(trim(*text));
    const auto parsed = wire::parse_url(url);
    if (parsed.has_error()) {
        failure why = parsed.error();
        why.detail = file + ": " + why.detail;
        return why;
    }
    return url;
}

void load_url_files(
    const std::string& path,
    std::string_view yaml,
    domain::settings& config,
    const file_reader& read,
    settings_mistakes& mistakes
) {
    for (std::size_t i = 0; i < config.receivers.size(); ++i) {
        auto& receiver = config.receivers[i];
        if (receiver.url_file.empty()) continue;
        receiver.url_file = beside(path, receiver.url_file);
        auto url = secret_url(receiver.url_file, read);
        if (url.has_value()) {
            receiver.urls = {std::move(*url)};
            continue;
        }
        const auto where = "receivers[" + std::to_string(i) + "].webhook.url_file";
        mistakes.push_back(
            wire::format_error(path, wire::mistake_at(yaml, where, url.error().detail))
        );
    }
}

// Empty when the file can be trusted from.
std::string bundle_problem(const std::string& bundle, const file_reader& read) {
    // A folder of hashed names: OpenSSL looks into it when it needs to.
    std::error_code unreadable;
    if (std::filesystem::is_directory(bundle, unreadable)) return {};
    const auto text = read(bundle);
    if (text.has_error()) return text.error().detail;
    const bool is_pem = text->find("-----BEGIN ") != std::string::npos;
    return is_pem ? std::string() : bundle + ": not a PEM file";
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

}  // namespace

std::variant<domain::settings, settings_mistakes> load_settings(
    const std::string& path, const aws_files& files, const file_reader& read
) {
    settings_mistakes mistakes;
    const auto text = read(path);
    if (text.has_error()) {
        mistakes.push_back(text.error().detail);
        return mistakes;
    }
    const auto lent = lent_settings(files);
    auto parsed = wire::parse_settings(*text, lent);
    if (const auto* const errors = std::get_if<std::vector<wire::settings_error>>(&parsed)) {
        for (const auto& error : *errors)
            mistakes.push_back(wire::format_error(path, error));
        // A region may be missing because the file that has it cannot be read.
        if (!has_region(files)) {
            mistakes.insert(mistakes.end(), files.problems.begin(), files.problems.end());
        }
        return mistakes;
    }
    auto config = std::get<domain::settings>(std::move(parsed));
    load_url_files(path, *text, config, read, mistakes);
    load_ca_bundles(path, *text, config, lent, read, mistakes);
    if (!mistakes.empty()) return mistakes;
    return config;
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

std::variant<domain::settings, settings_mistakes> load_settings(
    const std::string& path, aws_files& files, const file_reader& read, const region_source& ask
) {
    auto loaded = load_settings(path, files, read);
    if (std::holds_alternative<domain::settings>(loaded)) return loaded;
    if (!learn_region(files, ask)) {
        if (!files.instance_trouble.empty()) {
            std::get<settings_mistakes>(loaded).push_back(files.instance_trouble);
        }
        return loaded;
    }
    return load_settings(path, files, read);
}

std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked,
    aws_files& files,
    const file_reader& read,
    const region_source& ask
) {
    auto loaded = load_job_settings(asked, files, read);
    if (std::holds_alternative<wire::job_settings>(loaded)) return loaded;
    if (!learn_region(files, ask)) {
        if (!files.instance_trouble.empty()) {
            std::get<settings_mistakes>(loaded).push_back(files.instance_trouble);
        }
        return loaded;
    }
    return load_job_settings(asked, files, read);
}

}  // namespace trainwatch::app
