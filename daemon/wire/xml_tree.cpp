#include "wire/xml_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

namespace pt = boost::property_tree;

// What the parser calls attributes.
constexpr std::string_view attributes = "<xmlattr>";

std::string local_name(std::string_view name) {
    return std::string(name.substr(name.rfind(':') + 1));
}

xml_element element_from(std::string_view name, const pt::ptree& tree) {
    xml_element element;
    element.name = local_name(name);
    element.text = std::string(trim(tree.data()));
    for (const auto& [child_name, child] : tree) {
        if (child_name != attributes) element.children.push_back(element_from(child_name, child));
    }
    return element;
}

// The parser calls itself for each start of an element; a NUL ends its text early.
bool is_within_limits(std::string_view text) {
    const auto tags = static_cast<std::size_t>(std::count(text.begin(), text.end(), '<'));
    return text.size() <= limits::credential_document_bytes_max && tags <= limits::xml_tags_max &&
        text.find('\0') == std::string_view::npos;
}

}  // namespace

const xml_element* xml_element::child(std::string_view wanted) const {
    const auto found = std::find_if(children.begin(), children.end(), [&](const auto& one) {
        return one.name == wanted;
    });
    return found != children.end() ? &*found : nullptr;
}

std::string_view xml_element::text_of(std::string_view wanted) const {
    const auto* found = child(wanted);
    return found != nullptr ? std::string_view(found->text) : std::string_view();
}

std::optional<xml_element> read_xml(std::string_view text) {
    if (!is_within_limits(text)) return std::nullopt;
    pt::ptree tree;
    try {
        std::istringstream in{std::string(text)};
        pt::read_xml(in, tree, pt::xml_parser::no_comments);
    } catch (const pt::ptree_error&) {
        return std::nullopt;
    }
    if (tree.size() != 1) return std::nullopt;
    const auto& [name, root] = tree.front();
    return element_from(name, root);
}

}  // namespace trainwatch::wire
