#include <array>
#include <charconv>
#include <cstdint>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/log.hpp"

namespace trainwatch::io {

namespace {

std::string_view name_of(log_level level) {
    constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

// C0 and C1 controls (a terminal takes U+009B like ESC [), line and paragraph separators, and
// what reorders or hides text: a reader would see another line than the one that was written.
bool misleads(char32_t c) {
    return is_control_character(c) || is_direction_mark(c) || (c >= 0x200B && c <= 0x200D) ||
        (c >= 0x2060 && c <= 0x2065);
}

void append_escape(std::string& out, char32_t c) {
    switch (c) {
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += digits[(c >> shift) & 0xFU];
}

// The escapes of JSON; Go's %q, which logfmt readers undo, knows them too.
void append_quoted(std::string& out, std::string_view text) {
    const std::string clean = valid_utf8(text, limits::log_value_bytes_max);
    std::string_view left = clean;
    out += '"';
    while (!left.empty()) {
        const auto [c, size] = first_character(left);
        if (misleads(c)) {
            append_escape(out, c);
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += left.substr(0, size);
        }
        left.remove_prefix(size);
    }
    out += '"';
}

bool is_bare(std::string_view value) {
    if (value.empty() || value.size() > limits::log_value_bytes_max) return false;
    for (const char c : value) {
        if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
    }
    return true;
}

void append_logfmt_value(std::string& out, std::string_view value) {
    if (is_bare(value)) {
        out += value;
    } else {
        append_quoted(out, value);
    }
}

// A name that could be taken for one of the line's own gets an underscore.
std::string key_of(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        out += plain ? c : '_';
    }
    const bool taken = out.empty() || out == "time" || out == "level" || out == "msg";
    return taken ? out + '_' : out;
}

}  // namespace

std::string format_log_line(
    log_format format,
    std::string_view time,
    log_level level,
    std::string_view message,
    const log_fields& fields
) {
    const bool json = format == log_format::json;
    std::string out;
    const auto add = [&](std::string_view key, std::string_view value) {
        if (!out.empty()) out += json ? ',' : ' ';
        if (json) {
            out += '"';
            out += key;
            out += "\":";
            append_quoted(out, value);
        } else {
            out += key;
            out += '=';
            append_logfmt_value(out, value);
        }
    };
    if (!time.empty()) add("time", time);
    add("level", name_of(level));
    add("msg", message);
    for (const auto& [name, value] : fields)
        add(key_of(name), value);
    return json ? '{' + out + '}' : out;
}

}  // namespace trainwatch::io
