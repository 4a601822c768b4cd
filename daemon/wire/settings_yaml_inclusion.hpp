// The lists of `watch_list_files` beside those of the configuration: which version of each file is
// in force, and who is to blame for what does not fit.
//
// A file that is wrong by itself has its last good version, as if that were there still. Of files
// that cannot all be right, those that have not changed stand; then those whose change leaves the
// others as they stood; then those that take what another had; a new one comes last. Whatever the
// files are called. Where that would leave a file without any version, because what it gives up
// was taken and what it wants instead is another's, nobody takes that.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/settings_yaml.hpp"
#include "wire/settings_yaml_list_checks.hpp"
#include "wire/settings_yaml_tree.hpp"

namespace trainwatch::wire {

class settings_inclusion {
public:
    // `without_files` has seen the configuration's own lists, and outlives this; this the drafts.
    explicit settings_inclusion(const list_checks& without_files)
        : without_files_(without_files), checks_(without_files) {}

    // Of each, in their order.
    std::vector<watch_list_outcome> include(std::span<const watch_list_text> files);
    // Those in force, in the order of their files.
    std::vector<watch_list_draft> lists() const;

private:
    enum class standing { unchanged, leaves_others, takes_from_others, is_new };
    using drafts = std::map<std::size_t, watch_list_draft>;  // by the place of the file

    struct place {
        standing by{};
        std::size_t index = 0;
        std::vector<settings_error> taking{};  // what is wrong with taking from others
    };

    drafts former_lists(std::span<const watch_list_text> files);
    std::vector<place> longest_standing_first(
        std::span<const watch_list_text> files, const drafts& former
    ) const;
    place place_of(std::size_t index, const watch_list_text& file, const drafts& former) const;
    std::vector<watch_list_outcome> include_in_order(
        std::span<const watch_list_text> files,
        const std::vector<place>& order,
        const std::set<std::size_t>& held_back
    );
    bool takes_from(const watch_list_text& file, const watch_list_draft& former) const;
    watch_list_outcome include(std::size_t index, const watch_list_text& file);
    bool take(
        std::size_t index,
        const std::string& file,
        std::string_view yaml,
        std::vector<settings_error>& errors
    );

    const list_checks& without_files_;
    list_checks checks_;
    std::deque<yaml_node> trees_{};  // they stay where they are: drafts point to them
    drafts lists_{};
};

}  // namespace trainwatch::wire
