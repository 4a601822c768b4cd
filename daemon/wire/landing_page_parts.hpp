// What the sections of the page at / are written with; the page is landing_page.hpp.
//
// Private to its .cpp files. Texts are escaped here, except a cell's, which is HTML already.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/html_text.hpp"

namespace trainwatch::wire {

inline std::string colored(std::string_view color, std::string_view text) {
    return "<span class=\"" + std::string(color) + "\">" + html_escape(text) + "</span>";
}

inline std::string cell(const std::string& content) {
    return "<td>" + (content.empty() ? "–" : content) + "</td>";
}

inline std::string table_head(
    std::string_view label, std::initializer_list<std::string_view> columns
) {
    std::string text = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"";
    text += label;
    text += "\"><table>\n<thead><tr>";
    for (const auto column : columns)
        text += "<th scope=\"col\">" + std::string(column) + "</th>";
    return text + "</tr></thead>\n<tbody>\n";
}

inline constexpr std::string_view table_end = "</tbody></table></div>\n";

inline std::string spaced(std::string_view text) {
    std::string words(text);
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

// What a failure said, and what to do about it.
inline std::string reason_lines(std::string_view detail, std::string_view cure) {
    if (detail.empty()) return {};
    auto text =
        "<div class=\"reason\">" + html_escape(valid_utf8(detail, limits::page_reason_bytes_max));
    if (!cure.empty()) {
        text += "<br>What to do: " + html_escape(valid_utf8(cure, limits::page_reason_bytes_max));
    }
    return text + "</div>";
}

// landing_page_connections.cpp
std::string connections_section(const domain::view& view, const domain::watch_plan& plan);

}  // namespace trainwatch::wire
