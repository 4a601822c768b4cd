#include "app/receiver_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "wire/authorization.hpp"
#include "wire/settings_yaml.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

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

// What a receiver is told with, out of the files that it names.
class access_loader {
public:
    access_loader(
        const std::string& path, std::string_view yaml, const file_reader& read, file_remarks into
    )
        : path_(path), yaml_(yaml), read_(read), into_(into) {}

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
        load_tls(access.tls, place + "tls_config.");
    }

private:
    void load_tls(domain::receiver_tls& tls, const std::string& place) {
        if (!tls.ca_file.empty()) {
            tls.ca_file = beside(path_, tls.ca_file);
            auto problem = bundle_problem(tls.ca_file, read_);
            if (!problem.empty()) fail(place + "ca_file", std::move(problem));
            if (const auto text = read_(tls.ca_file); text.has_value()) {
                tls.ca_content = std::hash<std::string>()(*text);
            }
        }
        check_pem(tls.cert_file, "CERTIFICATE-----", place + "cert_file");
        check_pem(tls.key_file, "PRIVATE KEY-----", place + "key_file");
        if (!tls.insecure_skip_verify) return;
        warn(
            place + "insecure_skip_verify",
            "anybody on the way can read and change the alerts: name the issuer's certificate as "
            "ca_file, and the name it is for as server_name, instead"
        );
    }

    // Whether certificate and key belong together is seen when they are used.
    void check_pem(std::string& file, std::string_view kind, const std::string& where) {
        if (file.empty()) return;
        file = beside(path_, file);
        const auto text = read_(file);
        if (text.has_error()) return fail(where, text.error().detail);
        // The second is how older keys say it, in a header.
        const bool is_encrypted = text->find("-----BEGIN ENCRYPTED ") != std::string::npos ||
            text->find("Proc-Type: 4,ENCRYPTED") != std::string::npos;
        if (is_encrypted) {
            fail(where, file + ": wants a passphrase, and nobody is there to be asked for it");
        } else if (text->find(kind) == std::string::npos) {
            fail(
                where,
                file + ": holds no \"" + std::string(kind.substr(0, kind.size() - 5)) + "\" in PEM"
            );
        }
    }

    void warn(const std::string& where, const std::string& what) {
        into_.warnings.push_back(
            wire::format_error(path_, wire::mistake_at(yaml_, where, "warning: " + what))
        );
    }
    std::string take(std::string& file, const std::string& where) {
        file = beside(path_, file);
        auto secret = secret_line(file, read_);
        if (secret.has_value()) return std::move(*secret);
        fail(where, secret.error().detail);
        return {};
    }
    void fail(const std::string& where, std::string problem) {
        into_.mistakes.push_back(
            wire::format_error(path_, wire::mistake_at(yaml_, where, std::move(problem)))
        );
    }

    const std::string& path_;
    std::string_view yaml_;
    const file_reader& read_;
    file_remarks into_;
};

}  // namespace

std::string bundle_problem(const std::string& bundle, const file_reader& read) {
    // A folder of hashed names: OpenSSL looks into it when it needs to.
    std::error_code unreadable;
    if (std::filesystem::is_directory(bundle, unreadable)) return {};
    const auto text = read(bundle);
    if (text.has_error()) return text.error().detail;
    const bool is_pem = text->find("-----BEGIN ") != std::string::npos;
    return is_pem ? std::string() : bundle + ": not a PEM file";
}

void load_receiver_files(
    const std::string& path,
    std::string_view yaml,
    domain::settings& config,
    const file_reader& read,
    file_remarks into
) {
    load_url_files(path, yaml, config, read, into.mistakes);
    access_loader receivers(path, yaml, read, into);
    for (std::size_t i = 0; i < config.receivers.size(); ++i)
        receivers.load(config.receivers[i], i);
}

}  // namespace trainwatch::app
