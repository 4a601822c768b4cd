// The page's section about the ways to AWS: lanes, whose they are, and their keys.
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "wire/landing_page_parts.hpp"
#include "wire/lane_operations.hpp"

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
        : known.works()      ? colored("good", "up")
        : known.up           ? colored("bad", "finds no new jobs")
                             : colored("bad", "down");
    const auto made = operations_of(lane, known);
    const bool slowed = std::any_of(made.begin(), made.end(), [&](auto operation) {
        return known.operation(operation).rate < budget_of(lane, operation);
    });
    if (known.heard && slowed) {
        text += "<br><span class=\"soft\">slowed down by throttling</span>";
    }
    return text;
}

// Two digits tell enough of a rate.
std::string rate_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2g", value);
    return text.data();
}

// What it allows itself of each call, and what others seem to take.
std::string calls_cell(const domain::lane& lane, const domain::lane_view& known) {
    std::string text;
    for (const auto operation : operations_of(lane, known)) {
        const auto& seen = known.operation(operation);
        if (!text.empty()) text += "<br>";
        text += html_escape(to_string(operation)) + " " + rate_text(seen.rate) + " of " +
            rate_text(budget_of(lane, operation)) + "/s";
        if (seen.others > 0) {
            text += " <span class=\"soft\">others about " + rate_text(seen.others) + "/s</span>";
        }
    }
    return cell(text);
}

// Nothing where AWS refuses nothing.
std::string refusals(const domain::lane_view& known) {
    std::string text;
    for (const auto& [what, why] :
         {std::pair("lists are refused", &known.lists_refused),
          std::pair("tags are refused", &known.tags_refused)}) {
        if (!why->empty()) text += colored("bad", what) + reason_lines(*why, {});
    }
    return text;
}

std::string sweep_cell(const domain::lane& lane, const domain::lane_view& known) {
    const auto refused = refusals(known);
    if (!lane.lists) return cell(colored("still", "jobs are not listed") + refused);
    const auto& sweep = known.sweep;
    if (!known.lists_refused.empty()) return cell(refused);
    if (!sweep) return cell(colored("still", "not listed yet") + refused);
    auto text = refused + std::to_string(sweep->known) + " jobs known";
    if (sweep->stands) return cell(text + "<br>" + colored("warn", "no page of lists comes"));
    if (!sweep->complete) return cell(text + "<br>" + colored("warn", "reading the past"));
    text += ", live ones on " + std::to_string(sweep->windows) +
        (sweep->windows == 1 ? " page" : " pages");
    if (sweep->feasible_bound > milliseconds(0)) {
        text += "<br><span class=\"soft\">a staleness bound of " +
            spoken_duration(std::chrono::ceil<seconds>(sweep->feasible_bound)) +
            " can be kept</span>";
    }
    return cell(text);
}

}  // namespace

std::string connections_section(const domain::view& view, const domain::watch_plan& plan) {
    std::string text =
        "<section aria-labelledby=\"connections\">\n"
        "<h2 id=\"connections\">Connections to AWS</h2>\n";
    text += table_head(
        "Connections to AWS",
        {"Connection",
         "Region",
         "State",
         "Account",
         "Keys",
         "Calls allowed",
         "Lists",
         "Answers",
         "Failures"}
    );
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        const auto& lane = plan.lanes[i];
        if (lane.gone) continue;
        const auto& known = lane_of(view, i);
        std::uint64_t answers = 0;
        std::uint64_t failures = 0;
        for (const auto operation : operations_of(lane, known)) {
            for (const auto& [code, count] : known.operation(operation).requests)
                (code == "ok" ? answers : failures) += count;
        }
        const auto connection = view.connections.find(lane.connection);
        text += "<tr>" + cell(html_escape(lane.connection)) + cell(html_escape(lane.region)) +
            cell(lane_state(lane, known)) + cell(html_escape(known.account_id)) +
            keys_cell(
                    connection == view.connections.end() ? domain::connection_view{}
                                                         : connection->second
            ) +
            calls_cell(lane, known) + sweep_cell(lane, known) + cell(std::to_string(answers)) +
            cell(std::to_string(failures)) + "</tr>\n";
    }
    return text + std::string(table_end) + "</section>\n";
}

}  // namespace trainwatch::wire
