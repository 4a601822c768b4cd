#include "wire/sigv4.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
using digest = std::array<unsigned char, 32>;

// ---- OpenSSL -----------------------------------------------------------------------------------

// Looking an algorithm up costs more than hashing a request: once a process, never given back.
const EVP_MD* sha256_algorithm() {
    static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    CHECK(fetched != nullptr);
    return fetched;
}

EVP_MAC* hmac_algorithm() {
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(fetched != nullptr);
    return fetched;
}

std::string sha256_hex(std::string_view text) {
    digest sum{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), sum.data(), &size, sha256_algorithm(), nullptr);
    CHECK(done == 1 && size == sum.size());
    return hex(sum);
}

struct free_mac {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, free_mac>;

mac_context keyed_mac(std::span<const unsigned char> key) {
    mac_context context(EVP_MAC_CTX_new(hmac_algorithm()));
    CHECK(context != nullptr);
    char name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end()};
    CHECK(EVP_MAC_init(context.get(), key.data(), key.size(), parameters) == 1);
    return context;
}

// The context keeps its key, for the next text after restart_mac().
digest finish_mac(EVP_MAC_CTX* context, std::string_view text) {
    digest sum{};
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    CHECK(EVP_MAC_update(context, bytes, text.size()) == 1);
    CHECK(EVP_MAC_final(context, sum.data(), &size, sum.size()) == 1 && size == sum.size());
    return sum;
}

void restart_mac(EVP_MAC_CTX* context) {
    CHECK(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
}

// AWS4-secret -> date -> region -> service -> aws4_request, each the key of the next.
mac_context signing_key(
    const std::string& secret, std::string_view date, const signing_scope& scope
) {
    std::string first = "AWS4" + secret;
    mac_context context = keyed_mac({reinterpret_cast<unsigned char*>(first.data()), first.size()});
    OPENSSL_cleanse(first.data(), first.size());
    for (const std::string_view step :
         {date,
          std::string_view(scope.region),
          std::string_view(scope.service),
          std::string_view("aws4_request")}) {
        digest key = finish_mac(context.get(), step);
        context = keyed_mac(key);
        OPENSSL_cleanse(key.data(), key.size());
    }
    return context;
}

// ---- stage 1 -----------------------------------------------------------------------------------

// Proxies and servers may change these on the way, or the signature itself is in them.
bool is_never_signed(std::string_view lower_name) {
    constexpr std::array<std::string_view, 12> names{
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id"};
    return std::find(names.begin(), names.end(), lower_name) != names.end();
}

// Without "." and ".." segments and double slashes; a final slash stays.
std::string normalized_path(std::string_view path) {
    std::vector<std::string_view> kept;
    bool ends_open = true;  // the path ends with a slash or a dot segment
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        const auto segment = path.substr(0, end);
        const bool is_last = end == path.size();
        path.remove_prefix(is_last ? end : end + 1);
        ends_open = !is_last;
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string joined;
    for (const auto segment : kept) {
        joined += '/';
        joined += segment;
    }
    if (ends_open || joined.empty()) joined += '/';
    return joined;
}

std::string canonical_path(std::string_view target, bool normalize) {
    const auto path = target.substr(0, target.find('?'));
    if (path.empty() || path == "/") return "/";
    return percent_encode(normalize ? normalized_path(path) : std::string(path), true);
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// A query may come encoded or raw: both end up encoded once.
std::string encoded_once(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '%' && at + 2 < text.size() &&
            hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
        if (escape) {
            plain += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            at += 2;
        } else {
            plain += text[at];
        }
    }
    return percent_encode(plain);
}

std::string canonical_query(std::string_view target) {
    const auto mark = target.find('?');
    if (mark == std::string_view::npos) return {};
    std::string_view query = target.substr(mark + 1);
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        pairs.emplace_back(encoded_once(pair.substr(0, equals)), encoded_once(value));
    }
    std::sort(pairs.begin(), pairs.end());
    std::string joined;
    for (const auto& [name, value] : pairs) {
        if (!joined.empty()) joined += '&';
        joined += name + '=' + value;
    }
    return joined;
}

// Trimmed, and every run of blanks inside is one blank.
void append_canonical_value(std::string& out, std::string_view value) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    value = trim(value);
    while (true) {
        const auto word_end = std::find_if(value.begin(), value.end(), is_blank);
        out.append(value.begin(), word_end);
        if (word_end == value.end()) return;
        out += ' ';
        const auto next_word = std::find_if_not(word_end, value.end(), is_blank);
        value.remove_prefix(static_cast<std::size_t>(next_word - value.begin()));
    }
}

struct canonical_headers {
    std::string lines{};  // "name:value\n" each, sorted
    std::string names{};  // "a;b;c"
};

canonical_headers canonicalize(const header_list& headers) {
    std::vector<std::pair<std::string, std::string_view>> sorted;
    sorted.reserve(headers.size());
    for (const auto& [name, value] : headers) {
        std::string lower_name = lower(name);
        if (!is_never_signed(lower_name)) sorted.emplace_back(std::move(lower_name), value);
    }
    // Stable: the values of one name keep their order.
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    canonical_headers out;
    out.lines.reserve(512);
    out.names.reserve(128);
    for (std::size_t at = 0; at < sorted.size(); ++at) {
        const auto& [name, value] = sorted[at];
        const bool repeated = at > 0 && sorted[at - 1].first == name;
        if (repeated) {
            out.lines.back() = ',';  // instead of the line's end
        } else {
            out.names += at > 0 ? ";" : "";
            out.names += name;
            out.lines += name;
            out.lines += ':';
        }
        append_canonical_value(out.lines, value);
        out.lines += '\n';
    }
    return out;
}

std::string compose(
    const http_request& request, const canonical_headers& headers, const signing_options& options
) {
    std::string out;
    out.reserve(256 + headers.lines.size() + headers.names.size());
    out += request.method;
    out += '\n';
    out += canonical_path(request.target, options.normalize_path);
    out += '\n';
    out += canonical_query(request.target);
    out += '\n';
    out += headers.lines;
    out += '\n';
    out += headers.names;
    out += '\n';
    out += sha256_hex(request.body);
    return out;
}

// ---- stage 2 -----------------------------------------------------------------------------------

void append_scope(std::string& out, std::string_view date, const signing_scope& scope) {
    out += date;
    out += '/';
    out += scope.region;
    out += '/';
    out += scope.service;
    out += "/aws4_request";
}

std::string compose_to_sign(
    std::string_view canonical, std::string_view date_time, const signing_scope& scope
) {
    std::string out;
    out.reserve(192);
    out += algorithm;
    out += '\n';
    out += date_time;
    out += '\n';
    append_scope(out, date_time.substr(0, 8), scope);
    out += '\n';
    out += sha256_hex(canonical);
    return out;
}

void erase_header(header_list& headers, std::string_view name) {
    std::erase_if(headers, [&](const auto& header) {
        return equal_ignoring_case(header.first, name);
    });
}

}  // namespace

std::string canonical_request(const http_request& request, const signing_options& options) {
    return compose(request, canonicalize(request.headers), options);
}

std::string signed_header_names(const http_request& request) {
    return canonicalize(request.headers).names;
}

std::string string_to_sign(std::string_view canonical, wall_time now, const signing_scope& scope) {
    return compose_to_sign(canonical, iso8601_basic(now), scope);
}

class signing_key_cache::implementation {
public:
    ~implementation() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

    std::string signature(
        std::string_view to_sign,
        wall_time now,
        const aws_credentials& keys,
        const signing_scope& scope
    ) {
        // The key lives for a UTC day.
        const auto day = std::chrono::floor<std::chrono::days>(now);
        if (!key_ || day != day_ || scope != scope_ || keys.secret_access_key != secret_) {
            key_ = signing_key(keys.secret_access_key, iso8601_basic(now).substr(0, 8), scope);
            OPENSSL_cleanse(secret_.data(), secret_.size());
            secret_ = keys.secret_access_key;
            day_ = day;
            scope_ = scope;
        }
        // The keyed context saves hashing the key's two blocks again.
        restart_mac(key_.get());
        return hex(finish_mac(key_.get(), to_sign));
    }

private:
    mac_context key_{};
    std::string secret_{};
    std::chrono::time_point<wall_clock, std::chrono::days> day_{};
    signing_scope scope_{};
};

signing_key_cache::signing_key_cache() : self_(std::make_unique<implementation>()) {}
signing_key_cache::~signing_key_cache() = default;
signing_key_cache::signing_key_cache(signing_key_cache&&) noexcept = default;
signing_key_cache& signing_key_cache::operator=(signing_key_cache&&) noexcept = default;

std::string signing_key_cache::signature(
    std::string_view to_sign, wall_time now, const aws_credentials& keys, const signing_scope& scope
) {
    return self_->signature(to_sign, now, keys, scope);
}

void sign(
    http_request& request,
    wall_time now,
    const aws_credentials& keys,
    const signing_scope& scope,
    signing_key_cache& cache,
    const signing_options& options
) {
    CHECK(!find_header(request.headers, "host").empty());
    // A request may be signed again, for the next attempt.
    for (const std::string_view name :
         {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "authorization"}) {
        erase_header(request.headers, name);
    }
    const std::string date_time = iso8601_basic(now);
    const bool has_token = !keys.session_token.empty();
    request.headers.emplace_back("X-Amz-Date", date_time);
    if (has_token && !options.omit_session_token) {
        request.headers.emplace_back("X-Amz-Security-Token", keys.session_token);
    }
    if (options.sign_body) {
        request.headers.emplace_back("x-amz-content-sha256", sha256_hex(request.body));
    }
    const canonical_headers headers = canonicalize(request.headers);
    const std::string canonical = compose(request, headers, options);
    const std::string to_sign = compose_to_sign(canonical, date_time, scope);

    std::string authorization;
    authorization.reserve(256 + headers.names.size());
    authorization += algorithm;
    authorization += " Credential=" + keys.access_key_id + '/';
    append_scope(authorization, std::string_view(date_time).substr(0, 8), scope);
    authorization += ", SignedHeaders=" + headers.names;
    authorization += ", Signature=" + cache.signature(to_sign, now, keys, scope);
    if (has_token && options.omit_session_token) {
        request.headers.emplace_back("X-Amz-Security-Token", keys.session_token);
    }
    request.headers.emplace_back("Authorization", std::move(authorization));
}

}  // namespace trainwatch::wire
