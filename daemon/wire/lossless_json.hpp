// A small JSON in which any bytes survive: the codec below wire/ledger_json.
//
// Texts may hold NUL and bytes that are no UTF-8 (written as the lone surrogates \udc80 to \udcff).
// A number keeps its spelling. Nothing nests deeper than the ledger's own documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trainwatch::wire {

struct lossless_value {
    enum class kind { object, array, text, number };

    kind is = kind::number;
    std::string scalar{};  // a text's bytes, a number as written
    // Of an object by name, of an array without names.
    std::vector<std::pair<std::string, lossless_value>> items{};
};

// Nothing when this is no JSON of ours (true, false and null do not occur).
std::optional<lossless_value> read_lossless(std::string_view text);

// Appends `bytes` as a JSON text, quotes included.
void quote_lossless(std::string& out, std::string_view bytes);

}  // namespace trainwatch::wire
