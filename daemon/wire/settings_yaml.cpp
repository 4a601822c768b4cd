#include "wire/settings_yaml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "wire/settings_yaml_inclusion.hpp"
#include "wire/settings_yaml_list_checks.hpp"
#include "wire/settings_yaml_reader.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/settings_yaml_tree.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::wire {
namespace {

settings_draft read_sections(settings_reader& reader, const yaml_value& root) {
    static constexpr std::array<std::string_view, 8> now{
        "global",
        "connections",
        "watch_lists",
        "watch_list_files",
        "receivers",
        "prices",
        "failure_classes",
        "api"};
    settings_draft draft;
    if (root.node->kind == yaml_kind::null && root.node->unsupported.empty()) {
        reader.fail_file("the file is empty; the least it needs is a watch list");
        return draft;
    }
    if (!reader.mapping(root, {now, {}})) return draft;
    if (const auto global = reader.find(root, "global")) {
        draft.global = read_global(reader, *global);
    }
    if (const auto connections = reader.find(root, "connections")) {
        draft.connections = read_connections(reader, *connections);
    } else {
        auto& implied = draft.connections.emplace_back();
        implied.name = {"default", root};
    }
    const auto files = reader.find(root, "watch_list_files");
    if (files) draft.watch_list_files = read_watch_list_files(reader, *files);
    if (const auto lists = reader.find(root, "watch_lists")) {
        draft.watch_lists = read_watch_lists(reader, *lists);
    } else if (!files) {
        reader.fail(root, "\"watch_lists\" is missing: nothing would be watched");
    }
    // Without receivers there are metrics only, which is fine.
    if (const auto receivers = reader.find(root, "receivers")) {
        draft.receivers = read_receivers(reader, *receivers);
    }
    if (const auto prices = reader.find(root, "prices")) {
        draft.prices = read_prices(reader, *prices);
    }
    if (const auto rules = reader.find(root, "failure_classes")) {
        draft.failure_classes = read_failure_classes(reader, *rules);
    }
    if (const auto api = reader.find(root, "api")) draft.api = read_api(reader, *api);
    return draft;
}

// Takes the first part of a path, ".key" or "[3]", and follows it; null when it leads nowhere.
const yaml_node* step_into(const yaml_node& node, std::string_view& path) {
    if (path.front() == '[') {
        std::size_t index = 0;
        const auto end = std::min(path.find(']'), path.size());
        const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + end, index);
        const bool is_index =
            error == std::errc{} && end < path.size() && stop == path.data() + end;
        path.remove_prefix(std::min(end + 1, path.size()));
        return is_index && index < node.items.size() ? &node.items[index] : nullptr;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const auto key = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(key.size());
    const auto value = settings_reader::find({&node, {}}, key);
    return value ? value->node : nullptr;
}

}  // namespace

std::string format_error(std::string_view file, const settings_error& error) {
    // A name of a file may hold anything but a slash, another line too.
    std::string text = terminal_safe(file);
    if (error.line > 0) {
        text += ":" + std::to_string(error.line) + ":" + std::to_string(error.column);
    }
    text += ": ";
    if (!error.path.empty()) text += error.path + ": ";
    return text + error.message;
}

settings_error mistake_at(std::string_view yaml, std::string path, std::string message) {
    settings_error mistake{0, 0, std::move(path), std::move(message)};
    const auto tree = read_yaml(yaml);
    const auto* node = std::get_if<yaml_node>(&tree);
    std::string_view rest = mistake.path;
    while (node != nullptr && !rest.empty())
        node = step_into(*node, rest);
    if (node == nullptr) return mistake;
    mistake.line = node->place.line;
    mistake.column = node->place.column;
    return mistake;
}

std::vector<std::string> watch_list_files_of(std::string_view yaml) {
    const auto tree = read_yaml(yaml);
    const auto* const root = std::get_if<yaml_node>(&tree);
    if (root == nullptr || root->kind != yaml_kind::mapping) return {};
    const auto files = settings_reader::find({root, {}}, "watch_list_files");
    if (!files) return {};
    settings_reader reader;
    const auto named = read_watch_list_files(reader, *files);
    return reader.failed() ? std::vector<std::string>{} : texts(named);
}

std::variant<combined_settings, std::vector<settings_error>> parse_settings(
    std::string_view yaml, const settings_defaults& defaults, std::span<const watch_list_text> files
) {
    auto tree = read_yaml(yaml);
    if (const auto* const problem = std::get_if<yaml_problem>(&tree)) {
        return std::vector{
            settings_error{problem->place.line, problem->place.column, {}, problem->message}};
    }
    const yaml_value root{&std::get<yaml_node>(tree), {}};
    settings_reader reader;
    reader.check_structure(root);
    settings_draft draft = read_sections(reader, root);
    lend_defaults(draft, defaults);
    list_checks checks(draft, defaults);
    check_sections(reader, draft, checks, defaults);
    if (reader.failed()) return reader.take();
    combined_settings combined;
    settings_inclusion included(checks);
    combined.files = included.include(files);
    combined.settings = finish(draft, included.lists(), defaults);
    return combined;
}

std::variant<domain::settings, std::vector<settings_error>> parse_settings(
    std::string_view yaml, const settings_defaults& defaults
) {
    auto parsed = parse_settings(yaml, defaults, {});
    if (auto* const errors = std::get_if<std::vector<settings_error>>(&parsed)) {
        return std::move(*errors);
    }
    return std::get<combined_settings>(std::move(parsed)).settings;
}

}  // namespace trainwatch::wire
