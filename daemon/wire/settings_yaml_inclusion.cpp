#include "wire/settings_yaml_inclusion.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "wire/settings_yaml_reader.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

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

// Beside the lists that `checks` has seen; null: by itself. `root` is to outlive the list.
std::optional<watch_list_draft> read(
    const list_checks* checks,
    const std::string& file,
    std::string_view yaml,
    yaml_node& root,
    std::vector<settings_error>& errors
) {
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
    if (checks != nullptr) checks->check(reader, list);
    if (!reader.failed()) return list;
    errors = reader.take();
    return std::nullopt;
}

std::vector<settings_error> mistakes_of(const list_checks& checks, const watch_list_text& file) {
    yaml_node root;
    std::vector<settings_error> mistakes;
    if (file.yaml) read(&checks, file.file, *file.yaml, root, mistakes);
    return mistakes;
}

}  // namespace

std::vector<settings_error> mistakes_of(const watch_list_text& file) {
    yaml_node root;
    std::vector<settings_error> mistakes;
    if (file.yaml) read(nullptr, file.file, *file.yaml, root, mistakes);
    return mistakes;
}

std::vector<watch_list_outcome> settings_inclusion::include(std::span<const watch_list_text> files
) {
    const auto former = former_lists(files);
    const auto order = longest_standing_first(files, former);
    // Whoever takes what another needs to keep a version; once held back, for good.
    std::set<std::size_t> held_back;
    for (;;) {
        auto outcomes = include_in_order(files, order, held_back);
        const auto before = held_back.size();
        for (const auto& [lost, list] : former) {
            if (outcomes[lost].in_force != watch_list_outcome::version::none) continue;
            for (const auto& [by, index, taking] : order) {
                const bool takes = by == standing::takes_from_others && index != lost;
                if (takes && takes_from(files[index], list)) held_back.insert(index);
            }
        }
        if (held_back.size() == before) return outcomes;
    }
}

bool settings_inclusion::takes_from(const watch_list_text& file, const watch_list_draft& former)
    const {
    auto beside = without_files_;
    beside.take(former);
    return !mistakes_of(beside, file).empty();
}

std::vector<watch_list_outcome> settings_inclusion::include_in_order(
    std::span<const watch_list_text> files,
    const std::vector<place>& order,
    const std::set<std::size_t>& held_back
) {
    checks_.forget_all_but(without_files_);
    lists_.clear();
    std::vector<watch_list_outcome> outcomes(files.size());
    for (const auto& [by, index, taking] : order) {
        auto file = files[index];
        const bool stays = held_back.contains(index);
        if (stays) file.yaml.reset();
        outcomes[index] = include(index, file);
        if (stays) outcomes[index].errors = taking;
    }
    return outcomes;
}

std::vector<watch_list_draft> settings_inclusion::lists() const {
    std::vector<watch_list_draft> all;
    for (const auto& [index, list] : lists_)
        all.push_back(list);
    return all;
}

std::vector<settings_inclusion::place> settings_inclusion::longest_standing_first(
    std::span<const watch_list_text> files, const drafts& former
) const {
    std::vector<place> order;
    for (std::size_t i = 0; i < files.size(); ++i)
        order.push_back(place_of(i, files[i], former));
    std::sort(order.begin(), order.end(), [](const auto& one, const auto& other) {
        return std::pair(one.by, one.index) < std::pair(other.by, other.index);
    });
    return order;
}

settings_inclusion::place settings_inclusion::place_of(
    std::size_t index, const watch_list_text& file, const drafts& former
) const {
    if (!file.former) return {standing::is_new, index, {}};
    const bool has_changed = file.yaml && file.yaml != file.former;
    if (!has_changed || !mistakes_of(without_files_, file).empty()) {
        return {standing::unchanged, index, {}};
    }
    auto others = without_files_;
    for (const auto& [other, list] : former) {
        if (other != index) others.take(list);
    }
    auto taking = mistakes_of(others, file);
    const auto by = taking.empty() ? standing::leaves_others : standing::takes_from_others;
    return {by, index, std::move(taking)};
}

// As they all stood before, as far as the configuration still has room for them.
settings_inclusion::drafts settings_inclusion::former_lists(std::span<const watch_list_text> files
) {
    drafts former;
    std::vector<settings_error> ignored;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto& file = files[i];
        if (!file.former) continue;
        auto list = read(&without_files_, file.file, *file.former, trees_.emplace_back(), ignored);
        if (list) former.emplace(i, std::move(*list));
    }
    return former;
}

watch_list_outcome settings_inclusion::include(std::size_t index, const watch_list_text& file) {
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

bool settings_inclusion::take(
    std::size_t index,
    const std::string& file,
    std::string_view yaml,
    std::vector<settings_error>& errors
) {
    auto list = read(&checks_, file, yaml, trees_.emplace_back(), errors);
    if (!list) return false;
    checks_.take(lists_.emplace(index, std::move(*list)).first->second);
    return true;
}

}  // namespace trainwatch::wire
