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

struct section_name {
    std::string name{};  // empty: a section that is none of ours
    bool prefixed = false;
};

section_name classify(std::string_view text, aws_file_kind kind) {
    section_name section;
    constexpr std::string_view prefix = "profile";
    section.prefixed =
        text.size() > prefix.size() && text.starts_with(prefix) && is_blank(text[prefix.size()]);
    if (section.prefixed) text = trim_blanks(text.substr(prefix.size()));
    const bool named =
        kind == aws_file_kind::config ? section.prefixed || text == "default" : !section.prefixed;
    if (named && is_identifier(text)) section.name = std::string(text);
    return section;
}

class profile_reader {
public:
    explicit profile_reader(aws_file_kind kind) : kind_(kind) {}

    // A text for people when the line is wrong.
    std::optional<std::string> read(std::string_view line) {
        if (trim_blanks(line).empty() || line.front() == '#' || line.front() == ';') return {};
        if (line.front() == '[') return read_section(line);
        if (is_blank(line.front())) return read_continuation(trim_blanks(line));
        return read_property(trim_blanks(without_value_comment(line)));
    }

    aws_profiles take() { return std::move(profiles_); }

private:
    std::optional<std::string> read_section(std::string_view line) {
        line = trim_blanks(line.substr(0, line.find_first_of("#;")));
        if (line.back() != ']') return "a section must end with ']'";
        const auto section = classify(trim_blanks(line.substr(1, line.size() - 2)), kind_);
        in_section_ = true;
        in_property_ = false;
        value_ = nullptr;
        profile_ = nullptr;
        if (section.name.empty()) return {};
        if (section.name == "default" && kind_ == aws_file_kind::config) {
            // [profile default] replaces [default], wherever the two stand.
            if (default_is_prefixed_ && !section.prefixed) return {};
            if (section.prefixed && !default_is_prefixed_) profiles_.erase("default");
            default_is_prefixed_ = default_is_prefixed_ || section.prefixed;
        }
        profile_ = &profiles_[section.name];
        return {};
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
        if (profile_ == nullptr || !is_identifier(key)) return {};
        value_ = &(*profile_)[lower(key)];
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
    aws_profiles profiles_{};
    aws_profile* profile_ = nullptr;  // null in a section that is ignored
    std::string* value_ = nullptr;    // null after a property that is ignored
    bool in_section_ = false;
    bool in_property_ = false;
    bool nested_ = false;  // the property had no value of its own
    bool default_is_prefixed_ = false;
};

}  // namespace

std::variant<aws_profiles, aws_profile_error> parse_aws_profiles(
    std::string_view text, aws_file_kind kind
) {
    profile_reader reader(kind);
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

}  // namespace trainwatch::wire
