#include <array>

#include "base/text.hpp"
#include "wire/endpoints.hpp"
#include "wire/proxy.hpp"
#include "wire/role_arn.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

domain::budget_settings read_budget(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 2> now{"describe_per_second", "list_per_second"};
    domain::budget_settings budget;
    if (!reader.mapping(where, {now, {}})) return budget;
    if (const auto rate = reader.find(where, "describe_per_second")) {
        budget.describe_per_second = reader.rate(*rate).value_or(budget.describe_per_second);
    }
    if (const auto rate = reader.find(where, "list_per_second")) {
        budget.list_per_second = reader.rate(*rate).value_or(budget.list_per_second);
    }
    return budget;
}

std::string read_endpoint(settings_reader& reader, const yaml_value& connection) {
    const auto endpoint = reader.optional_text(connection, "endpoint_url");
    if (!endpoint) return {};
    const auto parsed = parse_url(endpoint->text);
    if (!parsed) {
        const auto shown =
            may_hold_secret(endpoint->text) ? std::string("(not shown)") : quoted(endpoint->text);
        reader.fail(endpoint->where, shown + ": " + parsed.error().detail);
        return {};
    }
    if (!parsed->query.empty()) {
        reader.fail(endpoint->where, "an endpoint has no query (\"?…\")");
        return {};
    }
    return endpoint->text;
}

// A role and the id that its account wants to hear with it.
void read_role(
    settings_reader& reader, const yaml_value& connection, domain::connection_settings& settings
) {
    const auto role = reader.optional_text(connection, "role_arn");
    if (role) {
        settings.role_arn = role->text;
        if (auto problem = role_arn_problem(role->text); !problem.empty()) {
            reader.fail(role->where, quoted(role->text) + ": " + problem);
        }
    }
    const auto id = reader.optional_text(connection, "external_id");
    if (!id) return;
    settings.external_id = id->text;
    if (auto problem = external_id_problem(id->text); !problem.empty()) {
        reader.fail(id->where, std::move(problem));
    } else if (!role) {
        reader.fail(id->where, "an external id is for a role: give role_arn too");
    }
}

connection_draft read_connection(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 11> now{
        "name",
        "regions",
        "profile",
        "role_arn",
        "external_id",
        "endpoint_url",
        "ca_bundle",
        "proxy_url",
        "budget",
        "discovery",
        "pace"};
    static constexpr std::array<std::string_view, 1> later{"events"};
    connection_draft draft;
    draft.name.where = where;
    if (!reader.mapping(where, {now, later})) return draft;
    draft.name = read_name(reader, where);
    if (const auto regions = reader.find(where, "regions")) {
        draft.regions_given = true;
        draft.regions = read_regions(reader, *regions);
    }
    if (const auto profile = reader.optional_text(where, "profile")) {
        draft.rest.profile = profile->text;
    }
    read_role(reader, where, draft.rest);
    draft.rest.endpoint_url = read_endpoint(reader, where);
    draft.rest.proxy_url = read_proxy(reader, where);
    if (const auto bundle = reader.optional_text(where, "ca_bundle")) {
        draft.rest.ca_bundle = bundle->text;
    }
    if (const auto budget = reader.find(where, "budget")) {
        draft.rest.budget = read_budget(reader, *budget);
    }
    static constexpr std::array<std::string_view, 2> kinds{"list", "none"};
    if (const auto discovery = reader.find(where, "discovery")) {
        const bool is_none = reader.word(*discovery, kinds) == "none";
        draft.rest.discovery =
            is_none ? domain::discovery_kind::none : domain::discovery_kind::list;
    }
    static constexpr std::array<std::string_view, 2> paces{"budget", "bound"};
    if (const auto pace = reader.find(where, "pace")) {
        const bool is_bound = reader.word(*pace, paces) == "bound";
        draft.rest.pace = is_bound ? domain::pace_kind::bound : domain::pace_kind::budget;
    }
    return draft;
}

}  // namespace

std::string read_proxy(settings_reader& reader, const yaml_value& mapping) {
    const auto proxy = reader.optional_text(mapping, "proxy_url");
    if (!proxy || proxy->text == "none") return proxy ? proxy->text : std::string();
    // It may hold a password: neither of us repeats it.
    const auto parsed = parse_proxy_url(proxy->text);
    if (parsed.has_error()) reader.fail(proxy->where, parsed.error().detail);
    return proxy->text;
}

std::vector<connection_draft> read_connections(settings_reader& reader, const yaml_value& where) {
    std::vector<connection_draft> connections;
    for (const auto& item : reader.list(where, "connections")) {
        connections.push_back(read_connection(reader, item));
    }
    return connections;
}

}  // namespace trainwatch::wire
