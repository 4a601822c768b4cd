#include "app/environment.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::app {
namespace {

constexpr std::array aws_names{
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_EC2_INSTANCE_PROFILE_NAME",
    "AWS_METADATA_SERVICE_TIMEOUT",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SAGEMAKER",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_CA_BUNDLE",
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
    "AWS_EXECUTION_ENV",
    "AWS_SDK_UA_APP_ID",
};
constexpr std::array proxy_names{
    "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"};

std::string value_of(const environment_lookup& lookup, const char* name) {
    auto value = lookup(name);
    if (!value || trim(*value).empty()) return {};
    return *std::move(value);
}

void keep(wire::aws_variables& variables, const environment_lookup& lookup, const char* name) {
    if (auto value = value_of(lookup, name); !value.empty()) variables[name] = std::move(value);
}

failure read_failure(const std::string& path, int error) {
    failure why;
    const bool absent = error == ENOENT || error == ENOTDIR;
    why.kind = absent ? error_class::not_found : error_class::denied;
    why.code = boost::system::error_code(error, boost::system::system_category());
    why.detail = path + ": " + why.code.message();
    return why;
}

constexpr const char* hidden_cure =
    "a service sees no home directory (DynamicUser=, ProtectHome=): hand the file over with "
    "LoadCredential= (systemd/README.md)";

constexpr const char* forbidden_cure =
    "let the service's user read it, or hand it over with LoadCredential= (systemd/README.md)";

bool is_in_a_home(const std::string& path, const environment& env) {
    // A user that exists only while the service runs (DynamicUser=) has / for a home.
    const bool usual = path.starts_with("/home/") || path.starts_with("/root/") ||
        (env.home == "/" && path.starts_with("/.aws/"));
    return usual || (env.home.size() > 1 && path.starts_with(env.home + "/"));
}

// One of AWS' two files: where it is looked for, and what it says.
class aws_file_search {
public:
    aws_file_search(const environment& env, const file_reader& read, aws_files& files)
        : env_(env), read_(read), files_(files) {}

    wire::aws_file look(
        const char* variable, const std::string& name, wire::aws_file_kind kind, std::string& path
    ) {
        path = expanded(wire::variable_of(files_, variable));
        if (path.empty() && !env_.credentials_directory.empty()) {
            path = env_.credentials_directory + "/aws-" + name;
            auto handed_over = read_(path);
            const bool is_absent =
                handed_over.has_error() && handed_over.error().kind == error_class::not_found;
            if (!is_absent) return parse(path, kind, std::move(handed_over));
            path.clear();
        }
        if (path.empty() && !env_.home.empty()) {
            path = (env_.home == "/" ? "" : env_.home) + "/.aws/" + name;
        }
        if (path.empty() && env_.is_service) files_.hidden_files_cure = hidden_cure;
        return path.empty() ? wire::aws_file() : parse(path, kind, read_(path));
    }

private:
    std::string expanded(std::string path) const {
        if (path == "~" || path.starts_with("~/")) path.replace(0, 1, env_.home);
        return path;
    }

    // Nothing when there is no such file or it cannot be used.
    wire::aws_file parse(
        const std::string& path, wire::aws_file_kind kind, const result<std::string>& text
    ) {
        if (text.has_error()) {
            complain(path, text.error());
            return {};
        }
        auto parsed = wire::parse_aws_file(*text, kind);
        if (const auto* const error = std::get_if<wire::aws_profile_error>(&parsed)) {
            files_.problems.push_back(
                path + ":" + std::to_string(error->line) + ": " + error->message
            );
            return {};
        }
        return std::get<wire::aws_file>(std::move(parsed));
    }

    // A unit that hides home directories shows them as absent or as forbidden.
    void complain(const std::string& path, const failure& why) {
        const bool may_be_hidden = env_.is_service && is_in_a_home(path, env_);
        if (may_be_hidden) files_.hidden_files_cure = hidden_cure;
        if (why.kind == error_class::not_found) return;
        auto problem = why.detail;
        if (may_be_hidden) {
            problem += "; " + std::string(hidden_cure);
        } else if (env_.is_service && why.code.value() == EACCES) {
            problem += "; " + std::string(forbidden_cure);
        }
        files_.problems.push_back(std::move(problem));
    }

    const environment& env_;
    const file_reader& read_;
    aws_files& files_;
};

std::string expand_home(std::string path, const std::string& home) {
    if (path.starts_with("~/") && !home.empty()) path.replace(0, 1, home);
    return path;
}

wire::profile_defaults lent_by(const aws_files& files, const std::string& name) {
    wire::profile_defaults lent;
    lent.region = wire::without_fips(wire::profile_value(files, name, "region")).region;
    lent.ca_bundle = expand_home(wire::profile_value(files, name, "ca_bundle"), files.home);
    lent.ignores_endpoint_urls = wire::ignores_configured_endpoints(files, name);
    if (lent.ignores_endpoint_urls) return lent;
    // What is wrong with it is said when the connection is made; it may not be needed.
    if (auto url = wire::configured_endpoint(files, name, "sagemaker"); url.has_value()) {
        lent.endpoint_url = std::move(url.value());
    }
    return lent;
}

}  // namespace

environment read_environment(const environment_lookup& lookup) {
    environment env;
    for (const char* const name : aws_names)
        keep(env.variables, lookup, name);
    for (const char* const name : proxy_names)
        keep(env.variables, lookup, name);
    env.home = value_of(lookup, "HOME");
    env.journal_stream = value_of(lookup, "JOURNAL_STREAM");
    env.credentials_directory = value_of(lookup, "CREDENTIALS_DIRECTORY");
    const auto folders = value_of(lookup, "RUNTIME_DIRECTORY");
    env.runtime_directory = folders.substr(0, folders.find(':'));
    env.is_service = !value_of(lookup, "INVOCATION_ID").empty();
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
    files.variables = env.variables;
    files.home = env.home;
    aws_file_search search(env, read, files);
    auto config =
        search.look("AWS_CONFIG_FILE", "config", wire::aws_file_kind::config, files.config_file);
    const auto credentials = search.look(
        "AWS_SHARED_CREDENTIALS_FILE",
        "credentials",
        wire::aws_file_kind::credentials,
        files.credentials_file
    );
    files.profiles = wire::merge_aws_profiles(config.profiles, credentials.profiles);
    files.sso_sessions = std::move(config.sso_sessions);
    files.services = std::move(config.services);
    return files;
}

wire::settings_defaults lent_settings(const aws_files& files) {
    wire::settings_defaults lent;
    auto region = wire::variable_of(files, "AWS_REGION");
    if (region.empty()) region = wire::variable_of(files, "AWS_DEFAULT_REGION");
    lent.region = wire::without_fips(region).region;
    lent.instance_region = files.instance_region;
    lent.profile = wire::profile_in_force(files, {});
    lent.ca_bundle = wire::variable_of(files, "AWS_CA_BUNDLE");
    // Without a profile: what the variables alone say.
    lent.endpoint_url = wire::configured_endpoint(files, {}, "sagemaker").value();
    for (const auto& [profile, properties] : files.profiles)
        lent.profiles[profile] = lent_by(files, profile);
    return lent;
}

}  // namespace trainwatch::app
