#include "app/found_names.hpp"

#include <set>
#include <utility>

#include "base/limits.hpp"
#include "wire/found_url.hpp"

namespace trainwatch::app {
namespace {

std::set<std::string> urls_of(const found_name& of) {
    std::set<std::string> urls;
    for (const auto& [url, misses] : of.misses)
        urls.insert(url);
    return urls;
}

std::string list_of(const std::set<std::string>& urls) {
    std::string text;
    for (const auto& url : urls)
        text += (text.empty() ? "" : ", ") + url;
    return text;
}

std::set<std::string> missing_in(const found_name& one, const found_name& other) {
    std::set<std::string> urls;
    for (const auto& [url, misses] : one.misses) {
        if (!other.misses.contains(url)) urls.insert(url);
    }
    return urls;
}

void look_up(const wire::url& where, found_name& known, const name_source& ask) {
    const auto addresses = ask(where.host);
    if (addresses.has_error()) {
        const auto& why = addresses.error();
        known.trouble = why.detail + (why.cure.empty() ? "" : ": " + why.cure);
        return;
    }
    known.trouble.clear();
    for (auto& [url, misses] : known.misses)
        ++misses;
    for (const auto& address : *addresses) {
        const auto url = wire::url_at(where, address);
        const bool has_room = known.misses.size() < limits::name_addresses_max;
        if (has_room || known.misses.contains(url)) known.misses[url] = 0;
    }
    std::erase_if(known.misses, [](const auto& each) {
        return each.second >= limits::name_misses_max;
    });
}

name_note trouble_note(const std::string& name, const found_name& known) {
    const auto stay = known.misses.empty()
        ? std::string("no alert is sent there until it is found")
        : "alerts go to the addresses that it had: " + list_of(urls_of(known));
    return {
        io::log_level::warning,
        "an Alertmanager's name is not found",
        {{"address", name}, {"reason", known.trouble}, {"meanwhile", stay}}};
}

}  // namespace

std::vector<std::string> names_of(const domain::settings& config) {
    std::set<std::string> names;
    for (const auto& receiver : config.receivers) {
        if (receiver.kind != domain::receiver_kind::alertmanager) continue;
        for (const auto& url : receiver.urls) {
            if (wire::is_looked_up(url)) names.insert(url);
        }
    }
    return {names.begin(), names.end()};
}

found_names look_up_names(
    const std::vector<std::string>& names, const found_names& former, const name_source& ask
) {
    found_names found;
    for (const auto& name : names) {
        const auto known = former.find(name);
        auto& next = found[name];
        if (known != former.end()) next = known->second;
        // The configuration was checked.
        if (const auto where = wire::parse_receiver_url(name)) look_up(*where, next, ask);
    }
    return found;
}

void take_names(const found_names& found, domain::settings& config) {
    for (auto& receiver : config.receivers) {
        receiver.found.clear();
        for (const auto& url : receiver.urls) {
            const auto at = found.find(url);
            if (at == found.end()) continue;
            const auto urls = urls_of(at->second);
            receiver.found[url].assign(urls.begin(), urls.end());
        }
    }
}

bool leads_elsewhere(const found_names& former, const found_names& next) {
    for (const auto& [name, known] : next) {
        const auto before = former.find(name);
        if (before == former.end() || urls_of(before->second) != urls_of(known)) return true;
    }
    return false;
}

std::vector<name_note> notes_of_names(const found_names& former, const found_names& next) {
    std::vector<name_note> notes;
    for (const auto& [name, known] : next) {
        const auto at = former.find(name);
        const auto before = at == former.end() ? found_name{} : at->second;
        // Once, in whatever words the name service has for it next.
        if (before.trouble.empty() && !known.trouble.empty()) {
            notes.push_back(trouble_note(name, known));
        }
        if (!before.trouble.empty() && known.trouble.empty()) {
            notes.push_back(
                {io::log_level::info, "an Alertmanager's name is found again", {{"address", name}}}
            );
        }
        const auto come = missing_in(known, before);
        const auto gone = missing_in(before, known);
        if (at == former.end() || (come.empty() && gone.empty())) continue;
        notes.push_back(
            {io::log_level::info,
             "an Alertmanager's name leads elsewhere",
             {{"address", name}, {"new", list_of(come)}, {"gone", list_of(gone)}}}
        );
    }
    return notes;
}

}  // namespace trainwatch::app
