#include <array>

#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {

// YAML 1.1's yes and on are not taken: what shows secrets must not be a matter of dialect.
bool read_flag(settings_reader& reader, const yaml_value& where, bool otherwise) {
    const auto& node = *where.node;
    const bool plain = node.kind == yaml_kind::scalar && !node.quoted && node.unsupported.empty();
    if (plain && node.text == "true") return true;
    if (plain && node.text == "false") return false;
    if (node.unsupported.empty()) reader.fail(where, "expects true or false, without quotes");
    return otherwise;
}

domain::api_settings read_api(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 1> now{"show_parameters"};
    domain::api_settings api;
    if (!reader.mapping(where, {now, {}})) return api;
    if (const auto show = reader.find(where, "show_parameters")) {
        api.show_parameters = read_flag(reader, *show, api.show_parameters);
    }
    return api;
}

}  // namespace trainwatch::wire
