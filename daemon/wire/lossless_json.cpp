#include "wire/lossless_json.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace trainwatch::wire {
namespace {

// A list of objects of scalars; one more for what a later release may nest.
constexpr int depth_max = 8;
constexpr unsigned lone_base = 0xDC00;  // a byte that is no UTF-8, as its surrogate

// The length of the UTF-8 character at the beginning; 0 when there is none.
std::size_t character_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool is_overlong = first == 0xE0 && at(1) < 0xA0;
        const bool is_surrogate = first == 0xED && at(1) >= 0xA0;
        return follows(1) && follows(2) && !is_overlong && !is_surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool is_overlong = first == 0xF0 && at(1) < 0x90;
        const bool is_beyond = first == 0xF4 && at(1) >= 0x90;
        return follows(1) && follows(2) && follows(3) && !is_overlong && !is_beyond ? 4 : 0;
    }
    return 0;
}

void append_escape(std::string& out, unsigned code) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U})
        out += digits[(code >> shift) & 0xFU];
}

void append_utf8(std::string& out, unsigned code) {
    if (code >= lone_base + 0x80 && code <= lone_base + 0xFF) {
        out += static_cast<char>(code - lone_base);
    } else if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        out += static_cast<char>(0xE0U | (code >> 12U));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    std::optional<lossless_value> read() {
        lossless_value root;
        if (!value(root, 0) || !rest_.empty()) return std::nullopt;
        return root;
    }

private:
    bool take(char expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool escape(std::string& into) {
        if (rest_.empty()) return false;
        const char kind = rest_.front();
        rest_.remove_prefix(1);
        if (kind != 'u') {
            into += kind;
            return kind == '"' || kind == '\\';
        }
        unsigned code = 0;
        if (rest_.size() < 4) return false;
        const auto* const end = rest_.data() + 4;
        const auto [stopped, error] = std::from_chars(rest_.data(), end, code, 16);
        if (error != std::errc() || stopped != end) return false;
        rest_.remove_prefix(4);
        append_utf8(into, code);
        return true;
    }

    bool text(std::string& into) {
        if (!take('"')) return false;
        while (true) {
            const auto plain = rest_.find_first_of("\"\\");
            if (plain == std::string_view::npos) return false;
            into.append(rest_.substr(0, plain));
            rest_.remove_prefix(plain);
            if (take('"')) return true;
            rest_.remove_prefix(1);
            if (!escape(into)) return false;
        }
    }

    bool number(std::string& into) {
        const auto end = rest_.find_first_not_of("0123456789+-.eE");
        into = rest_.substr(0, end);
        rest_.remove_prefix(into.size());
        return !into.empty();
    }

    bool items(lossless_value& into, char closing, int depth) {
        if (take(closing)) return true;
        do {
            auto& [name, item] = into.items.emplace_back();
            const bool is_object = into.is == lossless_value::kind::object;
            if (is_object && !(text(name) && take(':'))) return false;
            if (!value(item, depth + 1)) return false;
        } while (take(','));
        return take(closing);
    }

    bool value(lossless_value& into, int depth) {
        if (depth > depth_max) return false;
        if (take('{')) {
            into.is = lossless_value::kind::object;
            return items(into, '}', depth);
        }
        if (take('[')) {
            into.is = lossless_value::kind::array;
            return items(into, ']', depth);
        }
        if (rest_.starts_with('"')) {
            into.is = lossless_value::kind::text;
            return text(into.scalar);
        }
        return number(into.scalar);
    }

    std::string_view rest_;
};

}  // namespace

std::optional<lossless_value> read_lossless(std::string_view text) {
    return reader(text).read();
}

void quote_lossless(std::string& out, std::string_view bytes) {
    out += '"';
    while (!bytes.empty()) {
        const auto first = static_cast<unsigned char>(bytes.front());
        const auto length = character_length(bytes);
        if (length == 0) {
            append_escape(out, lone_base + first);
        } else if (first == '"' || first == '\\') {
            out += '\\';
            out += bytes.front();
        } else if (first < 0x20) {
            append_escape(out, first);
        } else {
            out.append(bytes.substr(0, length));
        }
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

}  // namespace trainwatch::wire
