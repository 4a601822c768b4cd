// What is told of lanes, keys, accounts and clocks.
#include "base/text.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {
namespace {

note_fields fields_of(const std::string& connection, const domain::credential_facts& keys) {
    note_fields fields{{"connection", connection}, {"source", keys.source}};
    if (!keys.account_id.empty()) fields.emplace_back("account_id", keys.account_id);
    if (keys.expires) fields.emplace_back("expires", iso8601(*keys.expires));
    return fields;
}

}  // namespace

note note_of_lane(lane_change change, const domain::lane& lane, const failure* why) {
    note_fields fields{{"connection", lane.connection}, {"aws_region", lane.region}};
    if (why) add_failure(fields, *why);
    const bool up = change == lane_change::came_up;
    return {
        up ? note_level::info : note_level::error, up ? "lane_up" : "lane_down", std::move(fields)};
}

note note_of_credentials(
    note_level level, const std::string& connection, const domain::credential_facts& keys
) {
    return {level, "credentials", fields_of(connection, keys)};
}

note note_of_extended_credentials(
    bool is_news, const std::string& connection, const domain::credential_facts& keys
) {
    auto fields = fields_of(connection, keys);
    fields.emplace_back(
        "detail", "past their end, which AWS takes as long as the service cannot renew them"
    );
    return {
        is_news ? note_level::warning : note_level::debug,
        "credentials_extended",
        std::move(fields)};
}

note note_of_no_credentials(bool is_news, const std::string& connection, const failure& why) {
    note_fields fields{{"connection", connection}};
    add_failure(fields, why);
    return {is_news ? note_level::error : note_level::debug, "no_credentials", std::move(fields)};
}

note note_of_old_credentials(
    bool is_news,
    const std::string& connection,
    const domain::credential_facts& keys,
    const failure& why
) {
    note_fields fields{{"connection", connection}, {"source", keys.source}};
    if (keys.expires) fields.emplace_back("expires", iso8601(*keys.expires));
    add_failure(fields, why);
    return {
        is_news ? note_level::warning : note_level::debug,
        "credentials_not_renewed",
        std::move(fields)};
}

note note_of_clock(clock_change change, const domain::lane& lane, milliseconds offset) {
    note_fields fields{{"connection", lane.connection}, {"aws_region", lane.region}};
    if (change == clock_change::came_right) {
        fields.emplace_back("detail", "this machine's clock agrees with AWS' again");
        return {note_level::info, "clock_right", std::move(fields)};
    }
    const auto far = std::chrono::round<seconds>(std::chrono::abs(offset));
    fields.emplace_back(
        "detail",
        "this machine's clock is " + format_duration(far) +
            (offset > milliseconds(0) ? " behind AWS'" : " ahead of AWS'")
    );
    fields.emplace_back(
        "cure",
        "set this machine's clock (chrony, systemd-timesyncd); requests are signed with AWS' time "
        "meanwhile"
    );
    return {note_level::warning, "clock_skew", std::move(fields)};
}

note note_of_account_change(
    const domain::lane& lane, const std::string& before, const std::string& now
) {
    return {
        note_level::warning,
        "account_changed",
        {{"connection", lane.connection},
         {"aws_region", lane.region},
         {"previous_account_id", before},
         {"account_id", now},
         {"detail", "the keys of this connection are of another account than before"}}};
}

note note_of_shared_quota(
    const domain::lane& lane, const std::string& other, const std::string& account_id
) {
    return {
        note_level::info,
        "quota_shared",
        {{"connection", lane.connection},
         {"with", other},
         {"aws_region", lane.region},
         {"account_id", account_id}}};
}

}  // namespace trainwatch::core
