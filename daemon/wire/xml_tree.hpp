// A small XML document as a tree of elements: names without their prefix, text, children.
//
// For the answers of AWS' query protocols. Attributes, comments and namespaces are dropped; there
// are no entities but XML's own five and character numbers. Only so many tags and bytes are
// looked at (base/limits.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trainwatch::wire {

struct xml_element {
    std::string name{};
    std::string text{};  // of its own, CDATA included, trimmed
    std::vector<xml_element> children{};

    // The first child of that name.
    const xml_element* child(std::string_view wanted) const;
    // Of that child; empty where there is none.
    std::string_view text_of(std::string_view wanted) const;

    bool operator==(const xml_element&) const = default;
};

// Nothing when the text is no single element, or goes beyond the limits.
std::optional<xml_element> read_xml(std::string_view text);

}  // namespace trainwatch::wire
