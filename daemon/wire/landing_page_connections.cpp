// The page's section about the ways to AWS: lanes, whose they are, and their keys.
#include "wire/landing_page_parts.hpp"

namespace trainwatch::wire {
namespace {

// Where the keys come from, and what keeps them from coming.
std::string keys_cell(const domain::connection_view& connection) {
    const auto& keys = connection.credentials;
    auto text = keys.source.empty() ? colored("still", "none yet") : html_escape(keys.source);
    if (keys.expires)
        text += "<br><span class=\"soft\">until " + iso8601(*keys.expires) + "</span>";
    if (!connection.trouble) return cell(text);
    const auto& why = *connection.trouble;
    text += "<br>" + colored("warn", "last fetch: " + spaced(to_string(why.kind))) +
        reason_lines(why.detail, why.cure);
    return cell(text);
}

std::string lane_state(const domain::lane& lane, const domain::lane_view& known) {
    auto text = !known.heard ? colored("still", "not asked yet")
        : known.up           ? colored("good", "up")
                             : colored("bad", "down");
    if (known.heard &&
        known.operation(domain::aws_operation::describe).rate < lane.budget.describe_per_second) {
        text += "<br><span class=\"soft\">slowed down by throttling</span>";
    }
    return text;
}

}  // namespace

std::string connections_section(const domain::view& view, const domain::watch_plan& plan) {
    std::string text =
        "<section aria-labelledby=\"connections\">\n"
        "<h2 id=\"connections\">Connections to AWS</h2>\n";
    text += table_head(
        "Connections to AWS",
        {"Connection", "Region", "State", "Account", "Keys", "Answers", "Failures"}
    );
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        const domain::lane_view known = i < view.lanes.size() ? view.lanes[i] : domain::lane_view{};
        std::uint64_t answers = 0;
        std::uint64_t failures = 0;
        for (const auto& [code, count] :
             known.operation(domain::aws_operation::describe).requests) {
            (code == "ok" ? answers : failures) += count;
        }
        const auto& lane = plan.lanes[i];
        const auto connection = view.connections.find(lane.connection);
        text += "<tr>" + cell(html_escape(lane.connection)) + cell(html_escape(lane.region)) +
            cell(lane_state(lane, known)) + cell(html_escape(known.account_id)) +
            keys_cell(
                    connection == view.connections.end() ? domain::connection_view{}
                                                         : connection->second
            ) +
            cell(std::to_string(answers)) + cell(std::to_string(failures)) + "</tr>\n";
    }
    return text + std::string(table_end) + "</section>\n";
}

}  // namespace trainwatch::wire
