#include "tests/simulator/authorization.hpp"

#include <map>

#include "base/text.hpp"

namespace trainwatch::simulator {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

api_error incomplete(std::string message) {
    return {.type = "IncompleteSignatureException", .message = std::move(message)};
}

}  // namespace

api_result<authorization> parse_authorization(std::string_view header, bool has_date) {
    const auto space = header.find(' ');
    if (header.substr(0, space) != algorithm) {
        return incomplete(
            "Unsupported AWS 'algorithm': '" + std::string(header.substr(0, space)) + "'."
        );
    }
    std::map<std::string, std::string> fields;
    const auto rest = space == std::string_view::npos ? std::string_view() : header.substr(space);
    for (const auto& part : split(rest, ',')) {
        const auto field = trim(part);
        if (field.empty()) continue;
        const auto equal = field.find('=');
        if (equal == std::string_view::npos) {
            return incomplete(
                "'" + std::string(field) +
                "' not a valid key=value pair (missing equal-sign) in Authorization header: '" +
                std::string(header) + "'."
            );
        }
        fields[std::string(trim(field.substr(0, equal)))] = trim(field.substr(equal + 1));
    }
    std::string missing;
    for (const auto* name : {"Credential", "Signature", "SignedHeaders"}) {
        if (!fields[name].empty()) continue;
        missing += "Authorization header requires '" + std::string(name) + "' parameter. ";
    }
    if (!has_date) {
        missing +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
            "header. ";
    }
    if (!missing.empty()) return incomplete(missing + "Authorization=" + std::string(algorithm));
    const auto credential = split(fields["Credential"], '/');
    if (credential.size() != 5) {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '" +
            fields["Credential"] + "'"
        );
    }
    return authorization{
        .access_key_id = credential[0],
        .date = credential[1],
        .region = credential[2],
        .service = credential[3],
        .terminator = credential[4],
        .signed_headers = split(fields["SignedHeaders"], ';'),
        .signature = fields["Signature"]};
}

}  // namespace trainwatch::simulator
