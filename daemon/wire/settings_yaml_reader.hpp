// Reads values out of a YAML tree and collects every mistake with its place and path.
//
// Knows kinds, paths and messages; which keys there are is settings_yaml_sections. A value that
// is wrong is reported and left out, so that one mistake never hides or causes another.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "wire/settings_yaml.hpp"
#include "wire/settings_yaml_tree.hpp"

namespace trainwatch::wire {

// A node and the way to it. The tree outlives it.
struct yaml_value {
    const yaml_node* node = nullptr;
    std::string path{};
};

// A text of the file that is still to be compared with others.
struct placed_text {
    std::string text{};
    yaml_value where{};
};

// The keys that a mapping may have, and those that a later release will understand.
struct known_keys {
    std::span<const std::string_view> now{};
    std::span<const std::string_view> later{};
};

struct duration_range {
    milliseconds least{};
    milliseconds most{};
};

class settings_reader {
public:
    void fail(const yaml_value& where, std::string message);
    void fail_file(std::string message);
    // Sorted by place; of very many the first ones, and how many more there are.
    std::vector<settings_error> take();
    bool failed() const { return !errors_.empty(); }
    std::size_t mistakes() const { return errors_.size(); }  // so far

    // Duplicate keys, keys that are no text, aliases, anchors and tags, anywhere below.
    void check_structure(const yaml_value& where);

    // False when it is no mapping. Unknown keys are reported here.
    bool mapping(const yaml_value& where, const known_keys& keys);
    // Nothing when the key is absent.
    static std::optional<yaml_value> find(const yaml_value& mapping, std::string_view key);
    // Each item; none (and an error) when it is no list or an empty one.
    std::vector<yaml_value> list(const yaml_value& where, std::string_view of_what);
    // Of a mapping whose keys are free, each key and its value; none (and an error) when it is no
    // mapping or an empty one. `of_what` is what the message calls them, with an example.
    std::vector<std::pair<placed_text, yaml_value>> entries(
        const yaml_value& where, std::string_view of_what
    );

    // A scalar that is not empty.
    std::optional<std::string> text(const yaml_value& where);
    // The same by key; null means absent, as in `endpoint_url: null`.
    std::optional<placed_text> optional_text(const yaml_value& mapping, std::string_view key);
    std::optional<placed_text> required_text(const yaml_value& mapping, std::string_view key);
    std::optional<milliseconds> duration(const yaml_value& where, duration_range range);
    // One of `words`; empty (and an error) when it is none of them.
    std::string_view word(const yaml_value& where, std::span<const std::string_view> words);
    // One text, or a list of texts, each once.
    std::vector<placed_text> texts(const yaml_value& where, std::string_view of_what);
    // Any finite number; `examples` are for the message.
    std::optional<double> number(const yaml_value& where, std::string_view examples);
    // A number of requests a second.
    std::optional<double> rate(const yaml_value& where);

private:
    void unknown_key(const yaml_value& mapping, const yaml_node& key, const known_keys& keys);

    std::vector<settings_error> errors_{};
};

// For messages: in quotes, on one line, of bounded length, whatever the text is.
std::string quoted(std::string_view text);

}  // namespace trainwatch::wire
