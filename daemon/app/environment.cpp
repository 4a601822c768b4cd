#include "app/environment.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::app {
namespace {

std::string value_of(const environment_lookup& lookup, const char* name) {
    auto value = lookup(name);
    if (!value || trim(*value).empty()) return {};
    return *std::move(value);
}

std::string first_of(const environment_lookup& lookup, const char* name, const char* other) {
    auto value = value_of(lookup, name);
    return value.empty() ? value_of(lookup, other) : value;
}

std::string aws_file(
    const environment_lookup& lookup, const char* variable, const std::string& name
) {
    const auto home = value_of(lookup, "HOME");
    auto path = value_of(lookup, variable);
    if (path.empty()) return home.empty() ? std::string() : home + "/.aws/" + name;
    if (path == "~" || path.starts_with("~/")) path.replace(0, 1, home);
    return path;
}

failure read_failure(const std::string& path, int error) {
    failure why;
    const bool absent = error == ENOENT || error == ENOTDIR;
    why.kind = absent ? error_class::not_found : error_class::denied;
    why.code = boost::system::error_code(error, boost::system::system_category());
    why.detail = path + ": " + why.code.message();
    return why;
}

// Nothing when there is no such file or it cannot be used.
wire::aws_profiles read_profiles(
    const std::string& path,
    wire::aws_file_kind kind,
    const file_reader& read,
    std::vector<std::string>& problems
) {
    if (path.empty()) return {};
    const auto text = read(path);
    if (text.has_error()) {
        if (text.error().kind != error_class::not_found) problems.push_back(text.error().detail);
        return {};
    }
    auto parsed = wire::parse_aws_profiles(*text, kind);
    if (const auto* const error = std::get_if<wire::aws_profile_error>(&parsed)) {
        problems.push_back(path + ":" + std::to_string(error->line) + ": " + error->message);
        return {};
    }
    return std::get<wire::aws_profiles>(std::move(parsed));
}

std::string property(const wire::aws_profile& profile, const std::string& key) {
    const auto at = profile.find(key);
    return at == profile.end() ? std::string() : at->second;
}

}  // namespace

environment read_environment(const environment_lookup& lookup) {
    environment env;
    env.region = first_of(lookup, "AWS_REGION", "AWS_DEFAULT_REGION");
    env.ignore_endpoint_urls =
        equal_ignoring_case(value_of(lookup, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true");
    if (!env.ignore_endpoint_urls) {
        env.endpoint_url = first_of(lookup, "AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL");
    }
    env.profile = value_of(lookup, "AWS_PROFILE");
    env.ca_bundle = value_of(lookup, "AWS_CA_BUNDLE");
    env.journal_stream = value_of(lookup, "JOURNAL_STREAM");
    env.access_key_id = value_of(lookup, "AWS_ACCESS_KEY_ID");
    env.secret_access_key = value_of(lookup, "AWS_SECRET_ACCESS_KEY");
    env.session_token = value_of(lookup, "AWS_SESSION_TOKEN");
    env.config_file = aws_file(lookup, "AWS_CONFIG_FILE", "config");
    env.credentials_file = aws_file(lookup, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    return env;
}

result<std::string> read_file(const std::string& path) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return read_failure(path, errno == 0 ? EIO : errno);
    std::string text;
    // One byte beyond the limit is enough for the reader to say that it is too much.
    text.resize(limits::settings_bytes_max + 1);
    errno = 0;
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return read_failure(path, errno == 0 ? EIO : errno);
    text.resize(static_cast<std::size_t>(in.gcount()));
    text.shrink_to_fit();
    return text;
}

aws_files read_aws_files(const environment& env, const file_reader& read) {
    aws_files files;
    const auto config =
        read_profiles(env.config_file, wire::aws_file_kind::config, read, files.problems);
    const auto credentials =
        read_profiles(env.credentials_file, wire::aws_file_kind::credentials, read, files.problems);
    files.profiles = wire::merge_aws_profiles(config, credentials);
    return files;
}

wire::settings_defaults lent_settings(const environment& env, const aws_files& files) {
    wire::settings_defaults lent;
    lent.region = env.region;
    lent.endpoint_url = env.endpoint_url;
    lent.profile = env.profile;
    lent.ca_bundle = env.ca_bundle;
    for (const auto& [name, profile] : files.profiles) {
        auto& defaults = lent.profiles[name];
        defaults.region = property(profile, "region");
        const bool ignored = env.ignore_endpoint_urls ||
            equal_ignoring_case(property(profile, "ignore_configured_endpoint_urls"), "true");
        if (!ignored) defaults.endpoint_url = property(profile, "endpoint_url");
    }
    return lent;
}

}  // namespace trainwatch::app
