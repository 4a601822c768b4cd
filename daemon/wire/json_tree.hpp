// A JSON document as it was written: names, order and the spelling of every value stay.
//
// For showing what AWS sent. Nothing is converted, so that no number can change; what a member
// means is wire/sagemaker's. Views point into the text, which outlives the tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trainwatch::wire {

struct json_tree {
    enum class kind { object, array, text, other };  // other: a number, true, false, null

    kind is = kind::other;
    std::string_view raw{};  // of a scalar, as written; a text with its quotes
    // Of an object by name (with its quotes), of an array without names.
    std::vector<std::pair<std::string_view, json_tree>> items{};
};

// Nothing when the text is no single JSON value, or nests deeper than anything of AWS'.
std::optional<json_tree> read_json_tree(std::string_view text);

// A text or name without its quotes, escapes resolved; valid UTF-8.
std::string json_plain_text(std::string_view raw);

// The same document, one member a line; each number as it was written. Characters that a terminal
// could obey are written as \u escapes. The text itself when it cannot be read.
std::string indented_json(std::string_view text);

}  // namespace trainwatch::wire
