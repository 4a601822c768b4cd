// What the addresses with "dns+" of a configuration lead to, from one lookup to the next.
//
// A lookup that fails changes nothing: the last good addresses stay. An address that is missing
// stays for a few lookups too, since a name service may give a part of them at a time. Pure but for
// the source that it is given.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "domain/settings.hpp"
#include "io/log.hpp"

namespace trainwatch::app {

struct found_name {
    // The URL at each address, and in how many lookups in a row it has been missing.
    std::map<std::string, unsigned> misses{};
    std::string trouble{};  // of the last lookup, for people; empty: it went well

    bool operator==(const found_name&) const = default;
};
// By the address as it is configured.
using found_names = std::map<std::string, found_name>;

// The addresses of a name (io::look_up_addresses).
using name_source = std::function<result<std::vector<std::string>>(const std::string& name)>;

// Those of the configuration that are looked up, each once.
std::vector<std::string> names_of(const domain::settings& config);

// Asks for each. `former`: what was found before.
found_names look_up_names(
    const std::vector<std::string>& names, const found_names& former, const name_source& ask
);

// Puts what was found where make_watch_plan looks for it.
void take_names(const found_names& found, domain::settings& config);

// Whether other addresses are to be told than before.
bool leads_elsewhere(const found_names& former, const found_names& next);

struct name_note {
    io::log_level level = io::log_level::info;
    std::string text{};
    io::log_fields fields{};

    bool operator==(const name_note&) const = default;
};
// Trouble that is new or over, and addresses that have come or gone.
std::vector<name_note> notes_of_names(const found_names& former, const found_names& next);

}  // namespace trainwatch::app
