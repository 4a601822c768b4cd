#include <algorithm>
#include <array>

#include "wire/found_url.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

std::string alertmanager_url_problem(std::string_view text) {
    const auto parsed = parse_receiver_url(text);
    if (!parsed) return quoted(text) + ": " + parsed.error().detail;
    if (!parsed->query.empty()) return "the address of an Alertmanager has no query (\"?…\")";
    if (parsed->path.ends_with("/api/v2/alerts") || parsed->path.ends_with("/api/v1/alerts")) {
        return "give the address of the Alertmanager itself, without /api/…: that is added";
    }
    return {};
}

// As Prometheus spells it; a secret in the configuration itself would be one in whatever keeps it.
void read_basic_auth(
    settings_reader& reader, const yaml_value& where, domain::receiver_access& access
) {
    static constexpr std::array<std::string_view, 3> now{"username", "password", "password_file"};
    if (!reader.mapping(where, {now, {}})) return;
    if (const auto password = reader.find(where, "password")) {
        reader.fail(*password, "a secret does not belong here: put it into a password_file");
    }
    if (const auto user = reader.required_text(where, "username")) {
        access.username = user->text;
        if (access.username.find(':') != std::string::npos) {
            reader.fail(user->where, "a user name has no colon (RFC 7617)");
        }
    }
    if (reader.find(where, "password")) return;
    if (const auto file = reader.required_text(where, "password_file")) {
        access.password_file = file->text;
    }
}

void read_authorization(
    settings_reader& reader, const yaml_value& where, domain::receiver_access& access
) {
    static constexpr std::array<std::string_view, 3> now{"type", "credentials", "credentials_file"};
    if (!reader.mapping(where, {now, {}})) return;
    access.credentials_type = "Bearer";
    if (const auto type = reader.optional_text(where, "type")) {
        access.credentials_type = type->text;
        const bool is_token = std::all_of(type->text.begin(), type->text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '-' || c == '_';
        });
        if (!is_token) reader.fail(type->where, "one word, such as Bearer");
    }
    if (const auto credentials = reader.find(where, "credentials")) {
        reader.fail(*credentials, "a secret does not belong here: put it into a credentials_file");
        return;
    }
    if (const auto file = reader.required_text(where, "credentials_file")) {
        access.credentials_file = file->text;
    }
}

// Both halves of what is shown to a receiver that asks who we are.
void read_client_certificate(
    settings_reader& reader, const yaml_value& where, domain::receiver_tls& tls
) {
    if (const auto key = reader.find(where, "key")) {
        reader.fail(*key, "a secret does not belong here: put it into a key_file");
        return;
    }
    const auto certificate = reader.optional_text(where, "cert_file");
    const auto key = reader.optional_text(where, "key_file");
    if (certificate) tls.cert_file = certificate->text;
    if (key) tls.key_file = key->text;
    if (certificate && !reader.find(where, "key_file")) {
        reader.fail(certificate->where, "a certificate is of no use without its \"key_file\"");
    }
    if (key && !reader.find(where, "cert_file")) {
        reader.fail(key->where, "a key is of no use without its \"cert_file\"");
    }
}

void read_versions(settings_reader& reader, const yaml_value& where, domain::receiver_tls& tls) {
    static constexpr std::array<std::string_view, 2> versions{"TLS12", "TLS13"};
    const auto least = reader.find(where, "min_version");
    const auto most = reader.find(where, "max_version");
    if (least) tls.min_version = reader.word(*least, versions);
    if (most) tls.max_version = reader.word(*most, versions);
    if (tls.min_version == "TLS13" && tls.max_version == "TLS12") {
        reader.fail(*most, "below \"min_version\": no version is left to speak");
    }
}

// As Prometheus spells it.
void read_tls(settings_reader& reader, const yaml_value& where, domain::receiver_tls& tls) {
    static constexpr std::array<std::string_view, 8> now{
        "ca_file",
        "cert_file",
        "key_file",
        "server_name",
        "insecure_skip_verify",
        "min_version",
        "max_version",
        "key"};
    if (!reader.mapping(where, {now, {}})) return;
    if (const auto file = reader.optional_text(where, "ca_file")) tls.ca_file = file->text;
    read_client_certificate(reader, where, tls);
    if (const auto name = reader.optional_text(where, "server_name")) {
        tls.server_name = name->text;
        if (name->text.find_first_of(":/ ") != std::string::npos) {
            reader.fail(name->where, "a host name alone, without scheme and port");
        }
    }
    if (const auto skip = reader.find(where, "insecure_skip_verify")) {
        tls.insecure_skip_verify = read_flag(reader, *skip, false);
    }
    read_versions(reader, where, tls);
}

void read_access(
    settings_reader& reader, const yaml_value& where, domain::receiver_access& access
) {
    const auto basic = reader.find(where, "basic_auth");
    const auto authorization = reader.find(where, "authorization");
    if (basic) read_basic_auth(reader, *basic, access);
    if (authorization) read_authorization(reader, *authorization, access);
    if (basic && authorization) {
        reader.fail(*authorization, "either this or \"basic_auth\": a request has one login");
    }
    if (const auto tls = reader.find(where, "tls_config")) read_tls(reader, *tls, access.tls);
}

void read_alertmanager(
    settings_reader& reader, const yaml_value& where, domain::receiver_settings& receiver
) {
    static constexpr std::array<std::string_view, 5> now{
        "urls", "proxy_url", "basic_auth", "authorization", "tls_config"};
    receiver.kind = domain::receiver_kind::alertmanager;
    if (!reader.mapping(where, {now, {}})) return;
    receiver.proxy_url = read_proxy(reader, where);
    read_access(reader, where, receiver.access);
    const auto urls = reader.find(where, "urls");
    if (!urls) {
        reader.fail(where, "\"urls\" is missing, such as urls: [http://127.0.0.1:9093]");
        return;
    }
    for (const auto& item : reader.list(*urls, "Alertmanager addresses")) {
        const auto text = reader.text(item);
        if (!text) continue;
        if (auto problem = alertmanager_url_problem(*text); !problem.empty()) {
            reader.fail(item, std::move(problem));
        } else if (std::count(receiver.urls.begin(), receiver.urls.end(), *text) != 0) {
            reader.fail(item, quoted(*text) + " is in this list already");
        } else {
            receiver.urls.push_back(*text);
        }
    }
}

void read_webhook(
    settings_reader& reader, const yaml_value& where, domain::receiver_settings& receiver
) {
    static constexpr std::array<std::string_view, 7> now{
        "url", "url_file", "proxy_url", "secret_file", "basic_auth", "authorization", "tls_config"};
    receiver.kind = domain::receiver_kind::webhook;
    if (!reader.mapping(where, {now, {}})) return;
    receiver.proxy_url = read_proxy(reader, where);
    read_access(reader, where, receiver.access);
    if (const auto secret = reader.optional_text(where, "secret_file")) {
        receiver.access.secret_file = secret->text;
    }
    const bool has_url = reader.find(where, "url").has_value();
    const bool has_file = reader.find(where, "url_file").has_value();
    if (has_url == has_file) {
        reader.fail(where, "needs either \"url\" or, to keep it secret, \"url_file\"");
        return;
    }
    if (has_file) {
        const auto file = reader.required_text(where, "url_file");
        if (file) receiver.url_file = file->text;
        return;
    }
    const auto url = reader.required_text(where, "url");
    if (!url) return;
    if (const auto parsed = parse_url(url->text); !parsed) {
        // The address may hold a secret: it is not repeated.
        reader.fail(url->where, parsed.error().detail);
        return;
    }
    receiver.urls.push_back(url->text);
}

receiver_draft read_receiver(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 4> now{
        "name", "alertmanager", "webhook", "heartbeat"};
    receiver_draft draft;
    draft.name.where = where;
    if (!reader.mapping(where, {now, {}})) return draft;
    if (const auto heartbeat = reader.find(where, "heartbeat")) {
        draft.rest.heartbeat = read_flag(reader, *heartbeat, false);
    }
    draft.name = read_name(reader, where);
    const auto alertmanager = reader.find(where, "alertmanager");
    const auto webhook = reader.find(where, "webhook");
    if (alertmanager.has_value() == webhook.has_value()) {
        reader.fail(where, "needs either \"alertmanager\" or \"webhook\"");
    }
    if (alertmanager) read_alertmanager(reader, *alertmanager, draft.rest);
    if (webhook) read_webhook(reader, *webhook, draft.rest);
    return draft;
}

}  // namespace

std::vector<receiver_draft> read_receivers(settings_reader& reader, const yaml_value& where) {
    std::vector<receiver_draft> receivers;
    for (const auto& item : reader.list(where, "receivers")) {
        receivers.push_back(read_receiver(reader, item));
    }
    return receivers;
}

}  // namespace trainwatch::wire
