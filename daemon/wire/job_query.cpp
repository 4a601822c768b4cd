#include "wire/job_query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/found_elsewhere.hpp"
#include "wire/job_query_tables.hpp"

namespace trainwatch::wire {
namespace {

// Not in any job name, region or connection; needs no encoding in an address.
constexpr char separator = '~';

job_place place_of(
    const domain::job_view& job, const domain::watch_plan& plan, const job_query& query
) {
    const auto& lane = plan.lanes[job.target.lane.value];
    return {job_orders()[query.sort].value(job), job.target.name, lane.region, lane.connection};
}

bool comes_before(const job_place& a, const job_place& b, bool descending) {
    if (a.value.has_value() != b.value.has_value()) return a.value.has_value();
    const auto& first = descending ? b : a;
    const auto& second = descending ? a : b;
    if (a.value && *a.value != *b.value) return *first.value < *second.value;
    return std::tie(first.name, first.region, first.connection) <
        std::tie(second.name, second.region, second.connection);
}

std::string sort_text(const job_query& query) {
    return (query.descending ? "-" : "") + std::string(job_orders()[query.sort].name);
}

std::string write_cursor(const job_place& last, const job_query& query) {
    std::string value;
    if (last.value) {
        std::array<char, 32> digits;
        const auto end =
            std::to_chars(digits.data(), digits.data() + digits.size(), *last.value).ptr;
        value.assign(digits.data(), end);
    }
    std::string text = sort_text(query);
    for (const auto& part : {value, last.name, last.region, last.connection})
        text += separator + part;
    return text;
}

// Nothing when it is none of ours, or of another order.
std::optional<job_place> read_cursor(std::string_view text, const job_query& query) {
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto end = text.find(separator);
        if ((end == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
        parts[i] = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), parts[i].size() + 1));
    }
    if (parts[0] != sort_text(query)) return std::nullopt;
    job_place place{
        std::nullopt, std::string(parts[2]), std::string(parts[3]), std::string(parts[4])};
    if (parts[1].empty()) return place;
    double value = 0;
    const char* const end = parts[1].data() + parts[1].size();
    const auto [stop, error] = std::from_chars(parts[1].data(), end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
    place.value = value;
    return place;
}

void check_form(
    query_parameters& parameters, const job_filter& filter, const std::vector<std::string>& values
) {
    if (filter.size == 0) return;
    for (const auto& value : values) {
        if (value.size() == filter.size &&
            value.find_first_not_of(filter.alphabet) == std::string::npos) {
            continue;
        }
        parameters.fail(
            filter.name, in_quotes(value) + " is not allowed; it is " + std::string(filter.form)
        );
    }
}

void read_sort(query_parameters& parameters, job_query& query) {
    const auto text = parameters.one("sort");
    if (!text) return;
    std::string_view name = *text;
    query.descending = name.starts_with('-');
    if (query.descending) name.remove_prefix(1);
    const auto orders = job_orders();
    const auto at = std::find_if(orders.begin(), orders.end(), [name](const job_order& order) {
        return order.name == name;
    });
    if (at != orders.end()) {
        query.sort = static_cast<std::size_t>(at - orders.begin());
        return;
    }
    std::vector<std::string_view> names;
    for (const auto& order : orders)
        names.push_back(order.name);
    parameters.fail(
        "sort",
        in_quotes(*text) + " is not allowed; it is " + any_of(names) +
            ", with a hyphen before it for the other direction"
    );
}

bool passes(const domain::job_view& job, const domain::watch_plan& plan, const job_query& query) {
    return std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& wanted) {
        const auto& filter = job_filters()[wanted.first];
        const auto value = filter.value(job, plan);
        return !value.empty() &&
            std::any_of(wanted.second.begin(), wanted.second.end(), [&](const auto& one) {
                return filter.is_glob ? matches_glob(value, one) : value == one;
            });
    });
}

bool asks_for_missing(const job_query& query) {
    const auto missing = to_string(job_state::missing);
    return std::any_of(query.filters.begin(), query.filters.end(), [&](const auto& wanted) {
        const auto& values = wanted.second;
        return job_filters()[wanted.first].name == "state" &&
            std::find(values.begin(), values.end(), missing) != values.end();
    });
}

}  // namespace

std::string_view to_string(job_state value) {
    switch (value) {
        case job_state::unseen:
            return "unseen";
        case job_state::live:
            return "live";
        case job_state::ended:
            return "ended";
        case job_state::missing:
            return "missing";
    }
    return "unseen";
}

job_state state_of(const domain::job_view& job) {
    if (job.ending) return job_state::ended;
    if (job.missing) return job_state::missing;
    return job.last ? job_state::live : job_state::unseen;
}

const std::string& region_of(const domain::job_view& job, const domain::watch_plan& plan) {
    return job.last ? job.last->region : plan.lanes[job.target.lane.value].region;
}

std::vector<std::string_view> job_query_parameters() {
    std::vector<std::string_view> names;
    for (const auto& filter : job_filters())
        names.push_back(filter.name);
    for (const auto* name : {"sort", "limit", "cursor"})
        names.emplace_back(name);
    return names;
}

job_query read_job_query(
    query_parameters& parameters, const domain::view& view, const domain::watch_plan& plan
) {
    job_query query;
    const auto filters = job_filters();
    for (std::size_t i = 0; i < filters.size(); ++i) {
        std::vector<std::string> values = parameters.all(filters[i].name);
        if (values.empty()) continue;
        if (const auto allowed = filters[i].allowed(view, plan)) {
            const std::vector<std::string_view> names(allowed->begin(), allowed->end());
            parameters.only(filters[i].name, values, names);
        }
        check_form(parameters, filters[i], values);
        query.filters.emplace_back(i, std::move(values));
    }
    read_sort(parameters, query);
    query.limit = parameters.count("limit", limits::api_page_default, limits::api_page_max);
    if (const auto cursor = parameters.one("cursor")) {
        query.after = read_cursor(*cursor, query);
        if (!query.after) {
            parameters.fail(
                "cursor",
                "is not one that `next` of an answer with the same `sort` gave; leave it out to "
                "start from the first page"
            );
        }
    }
    return query;
}

job_page select_jobs(
    const domain::view& view, const domain::watch_plan& plan, const job_query& query
) {
    job_page page;
    std::vector<std::pair<job_place, std::size_t>> found;
    const bool is_quiet = !asks_for_missing(query);
    const found_elsewhere elsewhere(view);
    for (std::size_t slot = 0; slot < view.jobs.size(); ++slot) {
        const auto& job = view.jobs[slot];
        if (job.is_vacant() || !passes(job, plan, query)) continue;
        if (is_quiet && elsewhere.has(job)) continue;
        ++page.total;
        auto place = place_of(job, plan, query);
        if (query.after && !comes_before(*query.after, place, query.descending)) continue;
        found.emplace_back(std::move(place), slot);
    }
    const auto shown = std::min(found.size(), query.limit);
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(shown);
    std::partial_sort(found.begin(), end, found.end(), [&](const auto& a, const auto& b) {
        return comes_before(a.first, b.first, query.descending);
    });
    for (auto at = found.begin(); at != end; ++at)
        page.slots.push_back(at->second);
    if (shown < found.size() && shown > 0) page.next = write_cursor(found[shown - 1].first, query);
    return page;
}

}  // namespace trainwatch::wire
