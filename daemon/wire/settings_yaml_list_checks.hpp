// Compares watch lists with the connections and with each other, one list after the other.
//
// Of two lists that cannot both be right the later one has the mistake, so that the lists of the
// configuration come first and a file of watch_list_files can be left out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {

class list_checks {
public:
    // Both outlive this. Of the draft, whatever is not a list.
    list_checks(const settings_draft& draft, const settings_defaults& defaults)
        : draft_(draft), connections_(draft.connections), defaults_(defaults) {}

    // Reports what is wrong with `list` beside those that were taken.
    void check(settings_reader& reader, const watch_list_draft& list) const;
    // Later lists are compared with this one too. It outlives this.
    void take(const watch_list_draft& list);
    // As if only those that `others`, of the same configuration, has seen had been taken.
    void forget_all_but(const list_checks& others) {
        names_ = others.names_;
        watched_ = others.watched_;
    }

private:
    void name(settings_reader& reader, const watch_list_draft& list) const;
    void references(settings_reader& reader, const watch_list_draft& list) const;
    void receivers(settings_reader& reader, const watch_list_draft& list) const;
    void regions(
        settings_reader& reader, const watch_list_draft& list, const connection_draft& connection
    ) const;
    void discovery(
        settings_reader& reader, const watch_list_draft& list, const connection_draft& connection
    ) const;
    void jobs(settings_reader& reader, const watch_list_draft& list) const;
    std::vector<std::pair<std::string, std::string>> lanes_of(const watch_list_draft& list) const;

    // Connection, region, job.
    using watched_name = std::tuple<std::string, std::string, std::string>;

    const settings_draft& draft_;
    const std::vector<connection_draft>& connections_;
    const settings_defaults& defaults_;
    std::map<std::string_view, const watch_list_draft*> names_{};
    std::map<watched_name, std::pair<const watch_list_draft*, const placed_text*>> watched_{};
};

// Which connections a list uses, and what it asks of one, as domain/watch_plan resolves it too.
bool uses(const watch_list_draft& list, const connection_draft& connection);
std::vector<std::string> regions_of(
    const watch_list_draft& list,
    const connection_draft& connection,
    const settings_defaults& defaults
);
// The profile that lends to a connection; null when there is none.
const profile_defaults* profile_of(
    const connection_draft& connection, const settings_defaults& defaults
);
// The region of a connection that names none; empty when nobody does.
std::string lent_region(const connection_draft& connection, const settings_defaults& defaults);

std::vector<std::string> texts(const std::vector<placed_text>& placed);

}  // namespace trainwatch::wire
