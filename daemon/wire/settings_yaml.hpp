// The configuration file: YAML text -> settings, or every mistake in it at once.
//
// The lists of `watch_list_files` are read by the same rules, but one that is wrong harms no other.
// Strict: unknown keys (with "did you mean"), wrong types, duplicates, bad durations, empty lists
// and dangling references are errors. yaml-cpp is included by settings_yaml_tree.cpp only.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/settings.hpp"

namespace trainwatch::wire {

struct settings_error {
    int line = 0;  // from 1; 0 when the place is the whole file
    int column = 0;
    std::string path{};     // "watch_lists[0].jobs[3]"
    std::string message{};  // what is wrong and what would be right

    bool operator==(const settings_error&) const = default;
};

// "file:line:col: path: message"
std::string format_error(std::string_view file, const settings_error& error);

// What a profile of the AWS files lends to the connections that use it.
struct profile_defaults {
    std::string region{};
    std::string endpoint_url{};
    std::string ca_bundle{};
    // Only the configuration file names endpoints, whatever the variables say.
    bool ignores_endpoint_urls = false;

    bool operator==(const profile_defaults&) const = default;
};

// What the environment lends to a configuration that leaves it out. A variable outranks a profile.
struct settings_defaults {
    std::string region{};  // AWS_REGION, AWS_DEFAULT_REGION
    // Of the machine, for a connection whose profile has none either.
    std::string instance_region{};
    std::string endpoint_url{};  // AWS_ENDPOINT_URL_SAGEMAKER, AWS_ENDPOINT_URL
    std::string profile{};       // AWS_PROFILE; for a connection that names none
    std::string ca_bundle{};     // AWS_CA_BUNDLE
    std::map<std::string, profile_defaults> profiles{};

    bool operator==(const settings_defaults&) const = default;
};

// A mistake that shows only later, in a file that the value at `path` ("connections[0].ca_bundle")
// names: with the value's place in `yaml`, or the whole file's when the path leads nowhere.
settings_error mistake_at(std::string_view yaml, std::string path, std::string message);

// Without the lists of `watch_list_files`, which is for whoever reads those.
std::variant<domain::settings, std::vector<settings_error>> parse_settings(
    std::string_view yaml, const settings_defaults& defaults
);

// A file of `watch_list_files`: one list, whose keys are those of `watch_lists[]`.
struct watch_list_text {
    std::string file{};                   // for messages, and the list's name when it gives none
    std::optional<std::string> yaml{};    // nothing: it cannot be read
    std::optional<std::string> former{};  // the version that was in force before

    bool operator==(const watch_list_text&) const = default;
};

struct watch_list_outcome {
    enum class version { now, former, none };
    version in_force = version::none;
    std::vector<settings_error> errors{};  // of `yaml`, at places in it
    // With `none`: what the list was called, by its last good version, else by the file as far as
    // it can be read, else by the file's name. Empty: nobody can tell.
    std::string left_out{};

    bool operator==(const watch_list_outcome&) const = default;
};

// Of a configuration that is wrong: the files that it names, as far as that can be told; and what
// is wrong with one of them by itself, whatever the configuration was meant to say.
std::vector<std::string> watch_list_files_of(std::string_view yaml);
std::vector<settings_error> mistakes_of(const watch_list_text& file);

struct combined_settings {
    domain::settings settings{};
    std::vector<watch_list_outcome> files{};  // of each, in their order

    bool operator==(const combined_settings&) const = default;
};

// The configuration with the lists of its files, which come first and in the order given. A file
// that is wrong, by itself or beside the configuration, the files that have not changed and those
// before it, is left out or has its former version; mistakes of the configuration are nobody
// else's.
std::variant<combined_settings, std::vector<settings_error>> parse_settings(
    std::string_view yaml, const settings_defaults& defaults, std::span<const watch_list_text> files
);

}  // namespace trainwatch::wire
