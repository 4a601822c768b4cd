// A YAML document as plain nodes with their places: yaml-cpp is known to one source file only.
//
// Built from yaml-cpp's events and not from its nodes, because those drop duplicate keys, resolve
// aliases and know no place for them. Source: YAML 1.2.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace trainwatch::wire {

struct yaml_place {
    int line = 0;  // from 1; 0 is the whole file
    int column = 0;

    bool operator==(const yaml_place&) const = default;
};

enum class yaml_kind { null, scalar, sequence, mapping };

struct yaml_node {
    yaml_kind kind = yaml_kind::null;
    yaml_place place{};
    std::string text{};         // of a scalar
    bool quoted = false;        // "5" is a text, 5 is a number
    std::string unsupported{};  // what this node uses that no configuration needs: an alias, …
    std::vector<yaml_node> keys{};   // of a mapping, in the order of the file, duplicates included
    std::vector<yaml_node> items{};  // of a sequence; of a mapping the values, by key

    bool operator==(const yaml_node&) const = default;
};

struct yaml_problem {
    yaml_place place{};
    std::string message{};

    bool operator==(const yaml_problem&) const = default;
};

// The one document of `text` (a null node when there is none), or why it cannot be read: bytes
// that are no text, tabs, syntax, more than one document, absurd size or depth.
std::variant<yaml_node, yaml_problem> read_yaml(std::string_view text);

}  // namespace trainwatch::wire
