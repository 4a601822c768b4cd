#include "core/engine.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {

void engine::on(const credentials_told& what) {
    auto& connection = view_.connections[what.connection];
    if (!what.news) {
        const auto& why = what.news.error();
        ++connection.credential_fetches[std::string(to_string(why.kind))];
        connection.trouble = why;
        on_no_keys(what.connection, why);
        return;
    }
    ++connection.credential_fetches[what.news->is_extended ? "extended" : "ok"];
    on_keys(what.connection, *what.news);
    connection.trouble.reset();
    connection.credentials = *what.news;
}

// A source that fails each minute is told once, and again when it becomes worse or something else.
void engine::on_no_keys(const std::string& connection, const failure& why) {
    const auto& keys = view_.connections[connection].credentials;
    const bool has_keys = !keys.source.empty() && (!keys.expires || now_.wall < *keys.expires);
    const told_trouble present{why.kind, why.remote_code, has_keys};
    auto& told = told_troubles_[connection];
    const bool is_news = told != present;
    told = present;
    say(has_keys ? note_of_old_credentials(is_news, connection, keys, why)
                 : note_of_no_credentials(is_news, connection, why));
}

void engine::on_keys(const std::string& connection, const domain::credential_facts& keys) {
    const auto& before = view_.connections[connection].credentials;
    const bool recovered = told_troubles_.erase(connection) > 0;
    // A renewal each hour is no news, nor are the same keys' further extensions.
    const bool are_others = keys.is_extended && before.expires != keys.expires;
    const bool is_news = recovered || are_others || before.source != keys.source ||
        before.account_id != keys.account_id || before.is_extended != keys.is_extended;
    say(keys.is_extended
            ? note_of_extended_credentials(is_news, connection, keys)
            : note_of_credentials(is_news ? note_level::info : note_level::debug, connection, keys)
    );
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        if (plan_.lanes[i].connection != connection) continue;
        if (!keys.account_id.empty()) learn_account(lane_id{i}, keys.account_id);
        // What AWS refuses of old keys, it refuses after their extension too.
        if (is_news || !keys.is_extended) scheduler_.keys_renewed(lane_id{i}, now_.mono);
    }
}

// Whose account it is decides who shares AWS' quota. It is never guessed: the keys tell it, or the
// first ARN that they see.
void engine::learn_account(lane_id lane, const std::string& account_id) {
    auto& known = view_.lanes[lane.value].account_id;
    if (known == account_id || account_id.empty()) return;
    const auto& here = plan_.lanes[lane.value];
    if (!known.empty()) say(note_of_account_change(here, known, account_id));
    known = account_id;
    scheduler_.account_known(lane, account_id);
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& other = plan_.lanes[i];
        if (i == lane.value || other.region != here.region) continue;
        if (view_.lanes[i].account_id != account_id) continue;
        say(note_of_shared_quota(here, other.connection, account_id));
    }
}

}  // namespace trainwatch::core
