// The sections of the configuration: which keys there are, and what each value may be.
//
// A draft keeps the place of whatever is still to be compared: the checks across sections (names,
// references, regions, jobs) come last, in settings_yaml_checks.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/settings.hpp"
#include "wire/settings_yaml_reader.hpp"

namespace trainwatch::wire {

struct connection_draft {
    placed_text name{};
    std::vector<placed_text> regions{};
    bool regions_given = false;  // even if none of them was right
    domain::connection_settings rest{};
};

struct watch_list_draft {
    placed_text name{};
    std::vector<placed_text> connections{};
    std::vector<placed_text> regions{};
    std::vector<placed_text> jobs{};
    bool connections_given = false;
    bool regions_given = false;
    domain::label_map labels{};
    domain::metric_groups metrics{};
    std::optional<yaml_value> match_where{};  // even if nothing in it was right
    std::optional<domain::job_filter> match{};
    domain::job_filter exclude{};
    std::optional<milliseconds> staleness_bound{};
    domain::label_map labels_from_tags{};
    domain::alert_choices alerts{};
    domain::job_limits limits{};
    std::optional<yaml_value> cost_where{};  // of `limits`, when there is one
    std::optional<milliseconds> completed_within{};
    std::vector<placed_text> receivers{};
    std::string file{};  // of watch_list_files; empty: the configuration itself
};

struct receiver_draft {
    placed_text name{};
    domain::receiver_settings rest{};
};

struct settings_draft {
    domain::global_settings global{};
    std::vector<connection_draft> connections{};
    std::vector<watch_list_draft> watch_lists{};
    std::vector<placed_text> watch_list_files{};
    std::vector<receiver_draft> receivers{};
    std::vector<domain::failure_rule> failure_classes{};
    domain::price_map prices{};
    domain::api_settings api{};
};

domain::global_settings read_global(settings_reader& reader, const yaml_value& where);
std::vector<connection_draft> read_connections(settings_reader& reader, const yaml_value& where);
std::vector<watch_list_draft> read_watch_lists(settings_reader& reader, const yaml_value& where);
// The whole of a file of `watch_list_files`: one list, which is called like the file when it does
// not say otherwise.
watch_list_draft read_watch_list_file(
    settings_reader& reader, const yaml_value& root, const std::string& file
);
std::vector<placed_text> read_watch_list_files(settings_reader& reader, const yaml_value& where);
std::vector<receiver_draft> read_receivers(settings_reader& reader, const yaml_value& where);
std::vector<domain::failure_rule> read_failure_classes(
    settings_reader& reader, const yaml_value& where
);
domain::price_map read_prices(settings_reader& reader, const yaml_value& where);

// `labels:` of all alerts or of a list; wrong ones are reported and left out.
domain::label_map read_labels(settings_reader& reader, const yaml_value& where);
// `labels_from_tags:` of a list: names of labels and keys of tags. `labels` are the list's others.
domain::label_map read_labels_from_tags(
    settings_reader& reader, const yaml_value& where, const domain::label_map& labels
);
// `match:` and `exclude:` of a list.
domain::job_filter read_filter(settings_reader& reader, const yaml_value& where);
// `metrics:` of a list: names of groups.
domain::metric_groups read_metric_groups(settings_reader& reader, const yaml_value& where);
// `alerts:` of a list: by alertname.
domain::alert_choices read_alerts(settings_reader& reader, const yaml_value& where);
// `limits:` of a list.
domain::job_limits read_job_limits(settings_reader& reader, const yaml_value& where);
// `expect:` of a list.
std::optional<milliseconds> read_completed_within(settings_reader& reader, const yaml_value& where);
// true or false; `otherwise` (and an error) when it is neither.
bool read_flag(settings_reader& reader, const yaml_value& where, bool otherwise);
domain::api_settings read_api(settings_reader& reader, const yaml_value& where);

// The name of a list whose file gives none: "watch_lists.d/vision.yaml" -> "vision".
std::string stem_of(std::string_view file);
// Why this is no name of a connection, list or receiver; empty when it is one.
std::string name_problem(std::string_view text);
// `name:` of a connection, list or receiver. Without a good one the text is empty and stands at
// its mapping.
placed_text read_name(settings_reader& reader, const yaml_value& mapping);
// `proxy_url:` of a connection or receiver: "http://HOST:PORT", "none", or empty when it is not
// there; a wrong one is reported.
std::string read_proxy(settings_reader& reader, const yaml_value& mapping);
// The regions of a connection or list; wrong ones are reported and left out.
std::vector<placed_text> read_regions(settings_reader& reader, const yaml_value& where);
// Why this is no region to make a host name of; empty when it is one.
std::string region_problem(std::string_view text);

// Why RE2 does not take this pattern; empty when it does. Compiled as core/ will, so that what is
// accepted here works there.
enum class letter_case { minded, ignored };
std::string pattern_problem(const std::string& text, letter_case minds);

// Gives the draft what the environment lends it, then compares the sections with each other.
void lend_defaults(settings_draft& draft, const settings_defaults& defaults);
class list_checks;
// `lists` has seen the draft's lists then.
void check_sections(
    settings_reader& reader,
    const settings_draft& draft,
    list_checks& lists,
    const settings_defaults& defaults
);
// Of drafts without mistakes. The lists of files come first.
domain::settings finish(
    const settings_draft& draft,
    const std::vector<watch_list_draft>& included,
    const settings_defaults& defaults
);

}  // namespace trainwatch::wire
