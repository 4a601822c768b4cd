#include "app/settings_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/authorization.hpp"
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

// One line, as an editor leaves it; the message never repeats it.
result<std::string> secret_line(const std::string& file, const file_reader& read) {
    const auto text = read(file);
    if (text.has_error()) return text.error();
    std::string line(trim(*text));
    const bool is_printable = std::all_of(line.begin(), line.end(), [](unsigned char c) {
        return c >= 0x20 && c != 0x7f;
    });
    failure why;
    why.kind = error_class::malformed;
    if (line.empty()) why.detail = file + ": the file is empty; it holds nothing but the secret";
    if (!is_printable) why.detail = file + ": more than one line, or no text; it holds one secret";
    if (!why.detail.empty()) return why;
    return line;
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

// What a receiver is told with, out of the files that it names.
class access_loader {
public:
    access_loader(
        const std::string& path,
        std::string_view yaml,
        const file_reader& read,
        settings_mistakes& mistakes
    )
        : path_(path), yaml_(yaml), read_(read), mistakes_(mistakes) {}

    void load(domain::receiver_settings& receiver, std::size_t index) {
        auto& access = receiver.access;
        const bool is_webhook = receiver.kind == domain::receiver_kind::webhook;
        const auto place = "receivers[" + std::to_string(index) + "]." +
            (is_webhook ? "webhook." : "alertmanager.");
        if (!access.password_file.empty()) {
            const auto secret = take(access.password_file, place + "basic_auth.password_file");
            access.authorization = wire::basic_authorization(access.username, secret);
        }
        if (!access.credentials_file.empty()) {
            const auto secret =
                take(access.credentials_file, place + "authorization.credentials_file");
            access.authorization = access.credentials_type + " " + secret;
        }
        if (!access.secret_file.empty()) {
            access.secret = take(access.secret_file, place + "secret_file");
        }
        if (access.ca_file.empty()) return;
        access.ca_file = beside(path_, access.ca_file);
        if (auto problem = bundle_problem(access.ca_file, read_); !problem.empty()) {
            fail(place + "tls_config.ca_file", std::move(problem));
        }
    }

private:
    std::string take(std::string& file, const std::string& where) {
        file = beside(path_, file);
        auto secret = secret_line(file, read_);
        if (secret.has_value()) return std::move(*secret);
        fail(where, secret.error().detail);
        return {};
    }
    void fail(const std::string& where, std::string problem) {
        mistakes_.push_back(
            wire::format_error(path_, wire::mistake_at(yaml_, where, std::move(problem)))
        );
    }

    const std::string& path_;
    std::string_view yaml_;
    const file_reader& read_;
    settings_mistakes& mistakes_;
};

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
        return in_lines(path, *errors, files);
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
    load_url_files(path, *text, loaded.settings, access.read, mistakes);
    load_ca_bundles(path, *text, loaded.settings, lent, access.read, mistakes);
    access_loader receivers(path, *text, access.read, mistakes);
    for (std::size_t i = 0; i < loaded.settings.receivers.size(); ++i)
        receivers.load(loaded.settings.receivers[i], i);
    if (!mistakes.empty()) return mistakes;
    return loaded;
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
