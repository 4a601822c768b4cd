#include "wire/settings_yaml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "wire/settings_yaml_list_checks.hpp"
#include "wire/settings_yaml_reader.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/settings_yaml_tree.hpp"

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

settings_error as_error(const yaml_problem& problem) {
    return {problem.place.line, problem.place.column, {}, problem.message};
}

// Nothing: it cannot be read, or gives no name that a list may have.
std::optional<std::string> name_given(const std::optional<std::string>& yaml) {
    if (!yaml) return std::nullopt;
    const auto tree = read_yaml(*yaml);
    const auto* const node = std::get_if<yaml_node>(&tree);
    if (node == nullptr || node->kind != yaml_kind::mapping) return std::nullopt;
    const auto name = settings_reader::find({node, {}}, "name");
    if (!name || !name_problem(name->node->text).empty()) return std::nullopt;
    return name->node->text;
}

std::string name_of_left_out(const watch_list_text& file) {
    const auto given = file.former ? name_given(file.former) : name_given(file.yaml);
    if (given) return *given;
    auto stem = stem_of(file.file);
    return name_problem(stem).empty() ? stem : std::string();
}

// The lists of files, one after the other beside those that are there already.
class inclusion {
public:
    explicit inclusion(list_checks& checks) : checks_(checks) {}

    // `index`: its place among the files, which is that of its list.
    watch_list_outcome include(std::size_t index, const watch_list_text& file) {
        watch_list_outcome outcome;
        if (file.yaml && take(index, file.file, *file.yaml, outcome.errors)) {
            outcome.in_force = watch_list_outcome::version::now;
            return outcome;
        }
        std::vector<settings_error> ignored;
        if (file.former && take(index, file.file, *file.former, ignored)) {
            outcome.in_force = watch_list_outcome::version::former;
        } else {
            outcome.left_out = name_of_left_out(file);
        }
        return outcome;
    }

    std::vector<watch_list_draft> take_lists() const {
        std::vector<watch_list_draft> lists;
        for (const auto& [index, list] : lists_)
            lists.push_back(list);
        return lists;
    }

    // Whether the file is right by itself, beside the configuration and what was included so far.
    bool would_take(const watch_list_text& file) const {
        yaml_node root;
        std::vector<settings_error> ignored;
        return file.yaml && read(file.file, *file.yaml, root, ignored).has_value();
    }

private:
    // `root` is to outlive the list.
    std::optional<watch_list_draft> read(
        const std::string& file,
        std::string_view yaml,
        yaml_node& root,
        std::vector<settings_error>& errors
    ) const {
        auto tree = read_yaml(yaml);
        if (const auto* const problem = std::get_if<yaml_problem>(&tree)) {
            errors = {as_error(*problem)};
            return std::nullopt;
        }
        root = std::get<yaml_node>(std::move(tree));
        settings_reader reader;
        if (root.kind == yaml_kind::null && root.unsupported.empty()) {
            reader.fail_file("the file is empty; it needs the keys of one watch list");
            errors = reader.take();
            return std::nullopt;
        }
        const yaml_value where{&root, {}};
        reader.check_structure(where);
        auto list = read_watch_list_file(reader, where, file);
        checks_.check(reader, list);
        if (!reader.failed()) return list;
        errors = reader.take();
        return std::nullopt;
    }

    bool take(
        std::size_t index,
        const std::string& file,
        std::string_view yaml,
        std::vector<settings_error>& errors
    ) {
        // Nodes stay where they are: drafts point to them.
        auto list = read(file, yaml, trees_.emplace_back(), errors);
        if (!list) return false;
        checks_.take(lists_.emplace(index, std::move(*list)).first->second);
        return true;
    }

    list_checks& checks_;
    std::deque<yaml_node> trees_{};
    std::map<std::size_t, watch_list_draft> lists_{};
};

// Of two files that cannot both be right the one that has changed is to blame, whatever their
// names, and before that the one that is new; beside each other they are judged as they come. One
// that is wrong by itself changes nothing: its last good version stands as if it were there still.
std::vector<std::size_t> longest_standing_first(
    std::span<const watch_list_text> files, const inclusion& without_files
) {
    const auto rank_of = [&](const watch_list_text& file) {
        if (!file.former) return 2;
        const bool stands =
            !file.yaml || file.yaml == file.former || !without_files.would_take(file);
        return stands ? 0 : 1;
    };
    std::vector<std::pair<int, std::size_t>> ranks;
    for (std::size_t i = 0; i < files.size(); ++i)
        ranks.emplace_back(rank_of(files[i]), i);
    std::sort(ranks.begin(), ranks.end());
    std::vector<std::size_t> order;
    for (const auto& [rank, index] : ranks)
        order.push_back(index);
    return order;
}

}  // namespace

std::string format_error(std::string_view file, const settings_error& error) {
    std::string text(file);
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

std::variant<combined_settings, std::vector<settings_error>> parse_settings(
    std::string_view yaml, const settings_defaults& defaults, std::span<const watch_list_text> files
) {
    auto tree = read_yaml(yaml);
    if (const auto* const problem = std::get_if<yaml_problem>(&tree)) {
        return std::vector{as_error(*problem)};
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
    inclusion included(checks);
    combined.files.resize(files.size());
    for (const auto index : longest_standing_first(files, included))
        combined.files[index] = included.include(index, files[index]);
    combined.settings = finish(draft, included.take_lists(), defaults);
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
