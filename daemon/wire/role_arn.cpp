#include "wire/role_arn.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool all_of(std::string_view text, std::string_view others) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_word(c) || others.find(c) != std::string_view::npos;
    });
}

std::string counted(std::size_t least, std::size_t most, std::string_view what) {
    return "want " + std::to_string(least) + " to " + std::to_string(most) + " " +
        std::string(what);
}

// Takes what stands before the next ':' away.
std::string_view next_field(std::string_view& text) {
    const auto end = std::min(text.find(':'), text.size());
    const auto field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return field;
}

}  // namespace

std::string role_arn_problem(std::string_view text) {
    std::string_view rest = text;
    const bool is_arn = next_field(rest) == "arn";
    const auto partition = next_field(rest);
    const bool is_iam = next_field(rest) == "iam" && next_field(rest).empty();
    const auto account = next_field(rest);
    const bool right = is_arn && partition.starts_with("aws") && all_of(partition, "-") && is_iam &&
        account.size() == 12 && std::all_of(account.begin(), account.end(), is_digit) &&
        rest.starts_with("role/") && rest.size() > 5 && rest.back() != '/' &&
        all_of(rest, "+=,.@-/");
    if (right) return {};
    return "want the ARN of a role, as in arn:aws:iam::111122223333:role/watch";
}

std::string external_id_problem(std::string_view text) {
    const bool right = text.size() >= limits::external_id_chars_least &&
        text.size() <= limits::external_id_chars_most && all_of(text, "+=,.@:/-");
    if (right) return {};
    return counted(
        limits::external_id_chars_least,
        limits::external_id_chars_most,
        "letters, digits and _+=,.@:/- as external id"
    );
}

std::string session_name_problem(std::string_view text) {
    if (text.size() >= 2 && text.size() <= 64 && all_of(text, "+=,.@-")) return {};
    return counted(2, 64, "letters, digits and _+=,.@- as session name");
}

}  // namespace trainwatch::wire
