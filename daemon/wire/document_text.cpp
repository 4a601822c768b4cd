#include "wire/document_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "wire/json_tree.hpp"

namespace trainwatch::wire {
namespace {

using kind = json_tree::kind;

bool is_scalar(const json_tree& node) {
    return node.is == kind::text || node.is == kind::other;
}

// AWS' numbers for moments are seconds since 1970, in any of JSON's spellings. Members that hold
// them are named …Time or …Timestamp; lengths of time are named …InSeconds.
std::optional<wall_time> moment_of(std::string_view name, const json_tree& node) {
    if (node.is != kind::other || !(name.ends_with("Time") || name.ends_with("Timestamp"))) {
        return std::nullopt;
    }
    double value = 0;
    const char* const end = node.raw.data() + node.raw.size();
    const auto [stop, error] = std::from_chars(node.raw.data(), end, value);
    constexpr double year_2000 = 946'684'800;
    constexpr double year_2200 = 7'258'118'400;
    if (error != std::errc() || stop != end || value < year_2000 || value > year_2200) {
        return std::nullopt;
    }
    return from_unix_milliseconds(std::llround(value * 1000));
}

std::string text_of(std::string_view name, const json_tree& node) {
    if (const auto at = moment_of(name, node)) return iso8601(*at);
    if (node.is == kind::other) return std::string(node.raw);
    auto text = json_plain_text(node.raw);
    return text.empty() ? "\"\"" : text;
}

class document_writer {
public:
    explicit document_writer(const text_style& style) : style_(style) {}

    // The members of an object, their values in one column.
    void members(const json_tree& object, std::size_t indent, std::string_view first_mark = "") {
        std::size_t column = 0;
        for (const auto& [name, item] : object.items) {
            if (!is_short(item)) continue;
            column = std::max(column, display_width(label_of(name)) + 2);
        }
        // The longest name of the API's fits (EnableInterContainerTrafficEncryption).
        column = std::min<std::size_t>(column, 39);
        for (const auto& [name, item] : object.items) {
            // A list's mark stands two columns before its first member.
            std::string lead(indent, ' ');
            if (!first_mark.empty() && indent >= 2) lead.replace(indent - 2, 2, first_mark);
            first_mark = {};
            member(json_plain_text(name), item, lead, indent, column);
        }
    }

    std::string take() { return std::move(out_); }

private:
    static std::string label_of(std::string_view name) {
        return terminal_safe(json_plain_text(name));
    }

    static bool is_short(const json_tree& node) {
        if (is_scalar(node) || node.items.empty()) return true;
        return node.is == kind::array &&
            std::all_of(node.items.begin(), node.items.end(), [](const auto& item) {
                   return is_scalar(item.second);
               });
    }

    void member(
        const std::string& name,
        const json_tree& node,
        const std::string& lead,
        std::size_t indent,
        std::size_t column
    ) {
        const bool is_secret = equal_ignoring_case(name, "HyperParameters") ||
            equal_ignoring_case(name, "Environment");
        const std::string label = lead + painted(terminal_safe(name), ink::soft, style_);
        if (is_secret && !is_scalar(node) && !node.items.empty()) {
            out_ +=
                label + "  (" + std::to_string(node.items.size()) + "; values: --output json)\n";
            keys(node, indent + 2);
            return;
        }
        if (is_short(node)) {
            const auto value = is_secret && is_scalar(node) && node.raw != "null"
                ? std::string("(value: --output json)")
                : short_text(name, node);
            line(lead, terminal_safe(name), value, indent + column);
            return;
        }
        out_ += label + "\n";
        if (node.is == kind::object) {
            members(node, indent + 2);
        } else {
            entries(node, indent + 2);
        }
    }

    // The label is painted after it was measured.
    void line(
        const std::string& lead,
        const std::string& label,
        const std::string& value,
        std::size_t value_column
    ) {
        const auto label_end = lead.size() + display_width(label) + 2;
        const auto column = std::max(value_column, label_end);
        out_ += lead + painted(label, ink::soft, style_) +
            std::string(column - (label_end - 2), ' ') + hung_whole(value, column, style_.width) +
            "\n";
    }

    static std::string short_text(std::string_view name, const json_tree& node) {
        if (is_scalar(node)) return text_of(name, node);
        if (node.items.empty()) return node.is == kind::object ? "{}" : "[]";
        std::string text;
        for (const auto& [unnamed, item] : node.items) {
            if (!text.empty()) text += ", ";
            text += text_of(name, item);
        }
        return text;
    }

    void keys(const json_tree& node, std::size_t indent) {
        std::string text;
        for (const auto& [name, item] : node.items) {
            if (!text.empty()) text += ", ";
            // A list in this place would be new to us: its values are as secret.
            text += name.empty() ? "…" : json_plain_text(name);
        }
        out_ += hanging("", indent, text, style_.width);
    }

    void entries(const json_tree& list, std::size_t indent) {
        for (const auto& [unnamed, item] : list.items) {
            if (item.is == kind::object && !item.items.empty()) {
                members(item, indent + 2, "- ");
            } else if (item.is == kind::array && !is_short(item)) {
                out_ += std::string(indent, ' ') + "-\n";
                entries(item, indent + 2);
            } else {
                out_ += hanging(
                    std::string(indent, ' ') + "- ", indent + 2, short_text("", item), style_.width
                );
            }
        }
    }

    const text_style& style_;
    std::string out_{};
};

}  // namespace

std::string render_document(
    std::string_view document, std::span<const std::string_view> shown, const text_style& style
) {
    auto root = read_json_tree(document);
    if (!root || root->is != kind::object) return {};
    std::erase_if(root->items, [&](const auto& member) {
        return std::find(shown.begin(), shown.end(), json_plain_text(member.first)) != shown.end();
    });
    document_writer writer(style);
    writer.members(*root, 2);
    return writer.take();
}

}  // namespace trainwatch::wire
