#include "wire/settings_yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

std::string_view describe(const yaml_node& node) {
    switch (node.kind) {
        case yaml_kind::null:
            return "nothing";
        case yaml_kind::scalar:
            return "a single value";
        case yaml_kind::sequence:
            return "a list";
        case yaml_kind::mapping:
            return "a mapping";
    }
    return "something else";
}

std::string child_path(const std::string& path, std::string_view key) {
    // A key that is no word would make the path unreadable, or forge a line.
    const bool plain = !key.empty() && key.size() <= 64 &&
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
    std::string name = plain ? std::string(key) : quoted(key);
    return path.empty() ? name : path + "." + name;
}

std::string item_path(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string join(std::span<const std::string_view> words) {
    std::string text;
    for (const auto word : words) {
        if (!text.empty()) text += ", ";
        text += word;
    }
    return text;
}

}  // namespace

void settings_reader::fail(const yaml_value& where, std::string message) {
    const auto place = where.node == nullptr ? yaml_place{} : where.node->place;
    errors_.push_back({place.line, place.column, where.path, std::move(message)});
}

void settings_reader::fail_file(std::string message) {
    errors_.push_back({0, 0, {}, std::move(message)});
}

std::vector<settings_error> settings_reader::take() {
    const auto by_place = [](const settings_error& a, const settings_error& b) {
        return std::tie(a.line, a.column, a.path, a.message) <
            std::tie(b.line, b.column, b.path, b.message);
    };
    std::sort(errors_.begin(), errors_.end(), by_place);
    errors_.erase(std::unique(errors_.begin(), errors_.end()), errors_.end());
    if (errors_.size() > limits::settings_errors_max) {
        const auto more = errors_.size() - limits::settings_errors_max;
        errors_.resize(limits::settings_errors_max);
        const auto& last = errors_.back();
        errors_.push_back({last.line, last.column, {}, "and " + std::to_string(more) + " more"});
    }
    return std::exchange(errors_, {});
}

void settings_reader::check_structure(const yaml_value& where) {
    const yaml_node& node = *where.node;
    if (!node.unsupported.empty()) fail(where, node.unsupported + " is not supported here");
    std::map<std::string_view, int> lines;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (node.kind != yaml_kind::mapping) {
            check_structure({&node.items[i], item_path(where.path, i)});
            continue;
        }
        const yaml_node& key = node.keys[i];
        if (key.kind != yaml_kind::scalar || !key.unsupported.empty()) {
            fail({&key, where.path}, "a key must be a plain word");
            continue;
        }
        const std::string path = child_path(where.path, key.text);
        const auto [first, added] = lines.emplace(key.text, key.place.line);
        if (!added) {
            fail(
                {&key, path}, "given twice; the first is in line " + std::to_string(first->second)
            );
        }
        check_structure({&node.items[i], path});
    }
}

bool settings_reader::mapping(const yaml_value& where, const known_keys& keys) {
    if (where.node->kind != yaml_kind::mapping) {
        // What it is was reported already where it uses an alias.
        if (where.node->unsupported.empty()) {
            fail(
                where,
                "expects a mapping with the keys " + join(keys.now) + "; this is " +
                    std::string(describe(*where.node))
            );
        }
        return false;
    }
    for (const auto& key : where.node->keys) {
        if (key.kind != yaml_kind::scalar || contains(keys.now, key.text)) continue;
        unknown_key(where, key, keys);
    }
    return true;
}

void settings_reader::unknown_key(
    const yaml_value& mapping, const yaml_node& key, const known_keys& keys
) {
    const yaml_value where{&key, child_path(mapping.path, key.text)};
    if (key.text == "<<") {
        fail(where, "merge keys (<<) are not supported");
        return;
    }
    if (contains(keys.later, key.text)) {
        fail(where, "not supported by this version");
        return;
    }
    std::string_view near;
    if (key.text.size() <= 64) near = nearest(key.text, keys.now);
    if (near.empty()) {
        fail(where, "unknown key; known here: " + join(keys.now));
    } else {
        fail(where, "unknown key; did you mean " + quoted(near) + "?");
    }
}

std::optional<yaml_value> settings_reader::find(const yaml_value& mapping, std::string_view key) {
    const auto& keys = mapping.node->keys;
    const auto at = std::find_if(keys.begin(), keys.end(), [&](const yaml_node& node) {
        return node.kind == yaml_kind::scalar && node.text == key;
    });
    if (at == keys.end()) return std::nullopt;
    const auto index = static_cast<std::size_t>(at - keys.begin());
    return yaml_value{&mapping.node->items[index], child_path(mapping.path, key)};
}

std::vector<yaml_value> settings_reader::list(const yaml_value& where, std::string_view of_what) {
    std::vector<yaml_value> items;
    const yaml_node& node = *where.node;
    if (!node.unsupported.empty()) return items;
    if (node.kind != yaml_kind::sequence) {
        fail(
            where,
            "expects a list of " + std::string(of_what) + ", such as [a, b]; this is " +
                std::string(describe(node))
        );
        return items;
    }
    if (node.items.empty()) {
        fail(where, "an empty list; expects at least one of the " + std::string(of_what));
    }
    items.reserve(node.items.size());
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        items.push_back({&node.items[i], item_path(where.path, i)});
    }
    return items;
}

std::vector<std::pair<placed_text, yaml_value>> settings_reader::entries(
    const yaml_value& where, std::string_view of_what
) {
    std::vector<std::pair<placed_text, yaml_value>> found;
    const yaml_node& node = *where.node;
    if (!node.unsupported.empty()) return found;
    if (node.kind != yaml_kind::mapping || node.items.empty()) {
        const auto what = node.kind == yaml_kind::mapping ? "an empty one" : describe(node);
        fail(
            where, "expects a mapping of " + std::string(of_what) + "; this is " + std::string(what)
        );
        return found;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const yaml_node& key = node.keys[i];
        // Any other kind of key has been reported by check_structure.
        if (key.kind != yaml_kind::scalar || !key.unsupported.empty()) continue;
        const std::string path = child_path(where.path, key.text);
        found.push_back({{key.text, {&key, path}}, {&node.items[i], path}});
    }
    return found;
}

std::optional<std::string> settings_reader::text(const yaml_value& where) {
    const yaml_node& node = *where.node;
    if (!node.unsupported.empty()) return std::nullopt;
    if (node.kind != yaml_kind::scalar) {
        fail(where, "expects a text; this is " + std::string(describe(node)));
        return std::nullopt;
    }
    if (trim(node.text).empty()) {
        fail(where, "expects a text; this one is empty");
        return std::nullopt;
    }
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    if (std::any_of(node.text.begin(), node.text.end(), is_control)) {
        fail(where, "a control character in " + quoted(node.text));
        return std::nullopt;
    }
    return node.text;
}

std::optional<placed_text> settings_reader::optional_text(
    const yaml_value& mapping, std::string_view key
) {
    const auto where = find(mapping, key);
    if (!where || where->node->kind == yaml_kind::null) return std::nullopt;
    const auto value = text(*where);
    if (!value) return std::nullopt;
    return placed_text{*value, *where};
}

std::optional<placed_text> settings_reader::required_text(
    const yaml_value& mapping, std::string_view key
) {
    const auto where = find(mapping, key);
    if (!where) {
        fail(mapping, quoted(key) + " is missing");
        return std::nullopt;
    }
    const auto value = text(*where);
    if (!value) return std::nullopt;
    return placed_text{*value, *where};
}

std::string_view settings_reader::word(
    const yaml_value& where, std::span<const std::string_view> words
) {
    const auto value = text(where);
    if (!value) return {};
    const auto at = std::find(words.begin(), words.end(), *value);
    if (at != words.end()) return *at;
    const auto near = value->size() <= 64 ? nearest(*value, words) : std::string_view();
    fail(
        where,
        quoted(*value) + " is not one of " + join(words) +
            (near.empty() ? std::string() : "; did you mean " + quoted(near) + "?")
    );
    return {};
}

std::vector<placed_text> settings_reader::texts(const yaml_value& where, std::string_view of_what) {
    std::vector<placed_text> found;
    const bool is_one = where.node->kind == yaml_kind::scalar;
    for (const auto& item : is_one ? std::vector{where} : list(where, of_what)) {
        const auto value = text(item);
        if (!value) continue;
        const bool twice = std::any_of(found.begin(), found.end(), [&](const auto& each) {
            return each.text == *value;
        });
        if (twice) {
            fail(item, quoted(*value) + " is in this list already");
        } else {
            found.push_back({*value, item});
        }
    }
    return found;
}

std::optional<milliseconds> settings_reader::duration(
    const yaml_value& where, duration_range range
) {
    const auto value = text(where);
    if (!value) return std::nullopt;
    const auto parsed = parse_duration(*value);
    if (!parsed) {
        fail(where, quoted(*value) + " is no duration; write one such as 90s, 5m, 1h30m or 2d");
        return std::nullopt;
    }
    if (*parsed < range.least || *parsed > range.most) {
        fail(
            where,
            "must be between " + format_duration(range.least) + " and " +
                format_duration(range.most)
        );
        return std::nullopt;
    }
    return parsed;
}

std::optional<double> settings_reader::number(const yaml_value& where, std::string_view examples) {
    const yaml_node& node = *where.node;
    const std::string such = "such as " + std::string(examples);
    if (node.kind != yaml_kind::scalar && node.unsupported.empty()) {
        fail(where, "expects a number, " + such + "; this is " + std::string(describe(node)));
        return std::nullopt;
    }
    const auto value = text(where);
    if (!value) return std::nullopt;
    double number = 0;
    const char* const end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, number);
    if (where.node->quoted || error != std::errc{} || stop != end || !std::isfinite(number)) {
        fail(where, quoted(*value) + " is no number; write one " + such + ", without quotes");
        return std::nullopt;
    }
    return number;
}

std::optional<double> settings_reader::rate(const yaml_value& where) {
    const auto value = number(where, "2 or 0.5");
    if (!value) return std::nullopt;
    if (*value < limits::budget_least || *value > limits::budget_most) {
        fail(where, "must be between 0.01 and 1000 requests a second");
        return std::nullopt;
    }
    return value;
}

}  // namespace trainwatch::wire
