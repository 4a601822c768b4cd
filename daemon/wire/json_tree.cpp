#include "wire/json_tree.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "wire/json_repair.hpp"

namespace trainwatch::wire {
namespace {

// The members of the API nest six deep.
constexpr std::size_t depth_max = 64;

class tree_reader {
public:
    explicit tree_reader(std::string_view text) : rest_(text) {}

    std::optional<json_tree> read() {
        json_tree root;
        if (!value(root, 0)) return std::nullopt;
        skip_blanks();
        if (!rest_.empty()) return std::nullopt;
        return root;
    }

private:
    void skip_blanks() {
        const auto from = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(from == std::string_view::npos ? rest_.size() : from);
    }

    bool take(char expected) {
        skip_blanks();
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool text(std::string_view& raw) {
        skip_blanks();
        if (!rest_.starts_with('"')) return false;
        for (std::size_t at = 1; at < rest_.size(); ++at) {
            if (rest_[at] == '\\') {
                ++at;
            } else if (rest_[at] == '"') {
                raw = rest_.substr(0, at + 1);
                rest_.remove_prefix(at + 1);
                return true;
            }
        }
        return false;
    }

    bool scalar(json_tree& into) {
        const auto end = rest_.find_first_of(" \t\r\n,:[]{}\"");
        into.raw = rest_.substr(0, end);
        if (into.raw.empty()) return false;
        rest_.remove_prefix(into.raw.size());
        return true;
    }

    bool value(json_tree& into, std::size_t depth) {
        skip_blanks();
        if (rest_.empty() || depth > depth_max) return false;
        switch (rest_.front()) {
            case '{':
                into.is = json_tree::kind::object;
                return items(into, '}', depth);
            case '[':
                into.is = json_tree::kind::array;
                return items(into, ']', depth);
            case '"':
                into.is = json_tree::kind::text;
                return text(into.raw);
            default:
                return scalar(into);
        }
    }

    bool items(json_tree& into, char end, std::size_t depth) {
        rest_.remove_prefix(1);
        if (take(end)) return true;
        while (true) {
            auto& [name, item] = into.items.emplace_back();
            if (end == '}' && !(text(name) && take(':'))) return false;
            if (!value(item, depth + 1)) return false;
            if (take(end)) return true;
            if (!take(',')) return false;
        }
    }

    std::string_view rest_;
};

// Of valid UTF-8: DEL, C1, U+061C and what else reorders or breaks a line; 0 bytes for all others.
std::size_t obeyed_bytes(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
    if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return 2;
    if (byte(0) == 0xD8 && byte(1) == 0x9C) return 2;
    if (byte(0) != 0xE2) return 0;
    const bool general = byte(1) == 0x80 &&
        (byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE));
    const bool isolates = byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
    return general || isolates ? 3 : 0;
}

void append_escaped(std::string& out, std::string_view one) {
    unsigned code = static_cast<unsigned char>(one[0]);
    if (one.size() == 2) code = (code & 0x1FU) << 6U;
    if (one.size() == 3) code = (code & 0x0FU) << 12U;
    if (one.size() == 3) code |= (static_cast<unsigned char>(one[1]) & 0x3FU) << 6U;
    if (one.size() > 1) code |= static_cast<unsigned char>(one.back()) & 0x3FU;
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "\\u%04x", code);
    out += digits.data();
}

void append_text(std::string& out, std::string_view raw) {
    while (!raw.empty()) {
        const auto bytes = obeyed_bytes(raw);
        if (bytes > 0) {
            append_escaped(out, raw.substr(0, bytes));
            raw.remove_prefix(bytes);
        } else {
            out += raw.front();
            raw.remove_prefix(1);
        }
    }
}

void append(std::string& out, const json_tree& node, std::size_t depth) {
    const bool is_object = node.is == json_tree::kind::object;
    if (!is_object && node.is != json_tree::kind::array) {
        append_text(out, node.raw);
        return;
    }
    out += is_object ? '{' : '[';
    bool first = true;
    for (const auto& [name, item] : node.items) {
        out += std::exchange(first, false) ? "\n" : ",\n";
        out.append(2 * (depth + 1), ' ');
        if (is_object) append_text(out, name);
        if (is_object) out += ": ";
        append(out, item, depth + 1);
    }
    if (!first) out.append("\n").append(2 * depth, ' ');
    out += is_object ? '}' : ']';
}

}  // namespace

std::optional<json_tree> read_json_tree(std::string_view text) {
    return tree_reader(text).read();
}

std::string json_plain_text(std::string_view raw) {
    const std::string repaired = repair_json_text(raw);
    boost::system::error_code broken;
    const auto value =
        boost::json::parse(boost::json::string_view(repaired.data(), repaired.size()), broken);
    if (!broken && value.is_string()) return std::string(value.get_string());
    return raw.size() < 2 ? std::string(raw) : valid_utf8(raw.substr(1, raw.size() - 2));
}

std::string indented_json(std::string_view text) {
    const auto root = read_json_tree(text);
    if (!root) return std::string(text);
    std::string out;
    out.reserve(text.size() + text.size() / 2);
    append(out, *root, 0);
    return out;
}

}  // namespace trainwatch::wire
