// What the files hold that the receivers of a configuration name: addresses and secrets, which are
// read into its values, and certificates, which are only looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/watch_list_files.hpp"
#include "domain/settings.hpp"

namespace trainwatch::app {

// Where lines go, "file:line:col: path: …". Neither repeats a secret.
struct file_remarks {
    settings_mistakes& mistakes;
    std::vector<std::string>& warnings;  // of what is accepted and should not stay
};

// Paths in `config` become relative to `path`, which holds `yaml`.
void load_receiver_files(
    const std::string& path,
    std::string_view yaml,
    domain::settings& config,
    const file_reader& read,
    file_remarks into
);

// Why nothing can be trusted by this PEM file or folder; empty when it can be.
std::string bundle_problem(const std::string& bundle, const file_reader& read);

}  // namespace trainwatch::app
