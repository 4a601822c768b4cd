#include "wire/credential_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

// ARNs of assumed roles have up to 170 characters; session and web tokens start at about 300.
constexpr std::size_t word_bytes_max = 200;
constexpr std::size_t account_digits = 12;

// Ids and tokens travel in headers: a control character would start another header.
bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > ' ' && c < 0x7F;
    });
}

std::string without_long_words(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        kept += word.size() > word_bytes_max ? "…" : word;
        text.remove_prefix(end);
        const auto blanks = std::min(text.find_first_not_of(' '), text.size());
        kept.append(text.substr(0, blanks));
        text.remove_prefix(blanks);
    }
    return kept;
}

}  // namespace

failure malformed_document(std::string_view document, std::string_view problem) {
    failure why;
    why.kind = error_class::malformed;
    why.detail = std::string(document).append(" ").append(problem);
    return why;
}

failure credential_refusal(failure answered, std::string_view who) {
    const bool is_final =
        answered.kind == error_class::not_found || answered.kind == error_class::rejected;
    if (is_final) answered.kind = error_class::denied;
    answered.detail = std::string(who) + ": " + without_long_words(answered.detail);
    return answered;
}

std::optional<wall_time> read_expiration(std::string_view text) {
    constexpr std::string_view older = "UTC";
    text = trim(text);
    if (!text.ends_with(older)) return parse_iso8601(text);
    text.remove_suffix(older.size());
    return parse_iso8601(std::string(text) + 'Z');
}

bool is_account_id(std::string_view text) {
    return text.size() == account_digits &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// arn:partition:service:region:account:resource
std::string account_of_arn(std::string_view arn) {
    if (!arn.starts_with("arn:")) return {};
    constexpr int fields_before = 4;
    for (int field = 0; field < fields_before; ++field) {
        const auto end = arn.find(':');
        if (end == std::string_view::npos) return {};
        arn.remove_prefix(end + 1);
    }
    const auto account = arn.substr(0, arn.find(':'));
    return is_account_id(account) ? std::string(account) : std::string();
}

result<domain::aws_credentials> to_credentials(
    const credential_values& values, temporary kind, std::string_view document
) {
    struct part {
        std::string_view name;
        const std::optional<std::string>& value;
        bool is_needed;
    };
    const bool all = kind == temporary::always;
    const std::array<part, 3> parts{
        part{"access key id", values.access_key_id, true},
        part{"secret access key", values.secret_access_key, true},
        part{"session token", values.session_token, all}};
    for (const auto& [name, value, is_needed] : parts) {
        if (!value && is_needed) {
            return malformed_document(document, "has no " + std::string(name));
        }
        if (value && !is_plain(*value)) {
            return malformed_document(
                document, "has blanks or control characters in its " + std::string(name)
            );
        }
    }
    domain::aws_credentials keys;
    keys.access_key_id = *values.access_key_id;
    keys.secret_access_key = *values.secret_access_key;
    keys.session_token = values.session_token.value_or("");
    if (is_account_id(values.account_id.value_or(""))) keys.account_id = *values.account_id;
    if (values.expiration) {
        keys.expires = read_expiration(*values.expiration);
        if (!keys.expires) return malformed_document(document, "has an expiration that is no time");
    } else if (all) {
        return malformed_document(document, "has no expiration");
    }
    return keys;
}

}  // namespace trainwatch::wire
