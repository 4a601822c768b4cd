#include "wire/aws_profile.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_blank(char c) {
    return blanks.find(c) != std::string_view::npos;
}

// Profile names and keys; whatever has another character in it is ignored, not an error.
bool is_identifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        return letter || digit ||
            std::string_view("-/.%@_:+").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

// "key = value # comment": the comment needs a blank before it.
std::string_view without_value_comment(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if ((text[at] == '#' || text[at] == ';') && is_blank(text[at - 1])) {
            return text.substr(0, at);
        }
    }
    return text;
}

enum class section_kind { foreign, profile, sso_session, services };

struct section_name {
    section_kind kind = section_kind::foreign;
    std::string name{};
    bool prefixed = false;
};

// "profile x" with the prefix "profile" is "x"; nothing when the prefix stands otherwise.
std::optional<std::string_view> after_prefix(std::string_view text, std::string_view prefix) {
    const bool prefixed =
        text.size() > prefix.size() && text.starts_with(prefix) && is_blank(text[prefix.size()]);
    if (!prefixed) return std::nullopt;
    return trim_blanks(text.substr(prefix.size()));
}

section_name named(section_kind kind, std::string_view name, bool prefixed) {
    if (!is_identifier(name)) return {};
    return {kind, std::string(name), prefixed};
}

section_name classify(std::string_view text, aws_file_kind kind) {
    const auto profile = after_prefix(text, "profile");
    if (kind == aws_file_kind::credentials) {
        return profile ? section_name{} : named(section_kind::profile, text, false);
    }
    if (profile) return named(section_kind::profile, *profile, true);
    if (text == "default") return named(section_kind::profile, text, false);
    if (const auto session = after_prefix(text, "sso-session")) {
        return named(section_kind::sso_session, *session, true);
    }
    if (const auto services = after_prefix(text, "services")) {
        return named(section_kind::services, *services, true);
    }
    return {};
}

class file_lines {
public:
    explicit file_lines(aws_file_kind kind) : kind_(kind) {}

    // A text for people when the line is wrong.
    std::optional<std::string> read(std::string_view line) {
        if (valid_utf8(line) != line) return "this is not UTF-8 text";
        if (trim_blanks(line).empty() || line.front() == '#' || line.front() == ';') return {};
        if (line.front() == '[') return read_section(line);
        if (is_blank(line.front())) return read_continuation(trim_blanks(line));
        return read_property(trim_blanks(without_value_comment(line)));
    }

    aws_file take() { return std::move(file_); }

private:
    std::optional<std::string> read_section(std::string_view line) {
        line = trim_blanks(line.substr(0, line.find_first_of("#;")));
        if (line.back() != ']') return "a section must end with ']'";
        const auto section = classify(trim_blanks(line.substr(1, line.size() - 2)), kind_);
        in_section_ = true;
        in_property_ = false;
        value_ = nullptr;
        section_ = open(section);
        return {};
    }

    aws_profile* open(const section_name& section) {
        switch (section.kind) {
            case section_kind::foreign:
                return nullptr;
            case section_kind::sso_session:
                return &file_.sso_sessions[section.name];
            case section_kind::services:
                return &file_.services[section.name];
            case section_kind::profile:
                break;
        }
        if (section.name == "default" && kind_ == aws_file_kind::config) {
            // [profile default] replaces [default], wherever the two stand.
            if (default_is_prefixed_ && !section.prefixed) return nullptr;
            if (section.prefixed && !default_is_prefixed_) file_.profiles.erase("default");
            default_is_prefixed_ = default_is_prefixed_ || section.prefixed;
        }
        return &file_.profiles[section.name];
    }

    std::optional<std::string> read_property(std::string_view line) {
        if (!in_section_) return "a property before the first [section]";
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return "a property must have an '='";
        const auto key = trim_blanks(line.substr(0, equals));
        const auto value = trim_blanks(line.substr(equals + 1));
        if (key.empty()) return "a property must have a name before its '='";
        in_property_ = true;
        nested_ = value.empty();
        value_ = nullptr;
        if (section_ == nullptr || !is_identifier(key)) return {};
        value_ = &(*section_)[lower(key)];
        *value_ = std::string(value);
        return {};
    }

    std::optional<std::string> read_continuation(std::string_view line) {
        if (!in_section_) return "an indented line before the first [section]";
        if (!in_property_) return "an indented line with no property to continue";
        if (nested_) {
            const auto equals = line.find('=');
            if (equals == std::string_view::npos) return "a nested property must have an '='";
            if (trim_blanks(line.substr(0, equals)).empty()) {
                return "a nested property must have a name before its '='";
            }
        }
        if (value_ == nullptr) return {};
        *value_ += '\n';
        *value_ += line;
        return {};
    }

    aws_file_kind kind_;
    aws_file file_{};
    aws_profile* section_ = nullptr;  // null in a section that is ignored
    std::string* value_ = nullptr;    // null after a property that is ignored
    bool in_section_ = false;
    bool in_property_ = false;
    bool nested_ = false;  // the property had no value of its own
    bool default_is_prefixed_ = false;
};

}  // namespace

std::variant<aws_file, aws_profile_error> parse_aws_file(
    std::string_view text, aws_file_kind kind
) {
    file_lines reader(kind);
    // An editor's byte order mark is not part of the first line.
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (auto wrong = reader.read(line)) return aws_profile_error{number, std::move(*wrong)};
    }
    return reader.take();
}

aws_profiles merge_aws_profiles(const aws_profiles& config, const aws_profiles& credentials) {
    aws_profiles merged = config;
    for (const auto& [name, properties] : credentials) {
        for (const auto& [key, value] : properties)
            merged[name][key] = value;
        merged.try_emplace(name);
    }
    return merged;
}

std::string property_of(const aws_profile& profile, std::string_view key) {
    const auto at = profile.find(std::string(key));
    return at == profile.end() ? std::string() : at->second;
}

std::string nested_property_of(
    const aws_profile& profile, std::string_view key, std::string_view nested
) {
    const auto text = property_of(profile, key);
    // A value on the property's own line is no list of properties.
    if (!text.starts_with('\n')) return {};
    std::string found;
    std::string_view rest = text;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end);
        const auto equals = line.find('=');
        if (lower(trim_blanks(line.substr(0, equals))) != nested) continue;
        found = std::string(trim_blanks(line.substr(equals + 1)));
    }
    return found;
}

}  // namespace trainwatch::wire
