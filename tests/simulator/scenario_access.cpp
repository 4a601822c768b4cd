#include "tests/simulator/scenario_access.hpp"

#include <array>
#include <functional>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace trainwatch::simulator {
namespace {

// What one mapping may hold: a key and where its value goes.
class fields {
public:
    fields(yaml_values& values, std::string what) : values_(values), what_(std::move(what)) {}

    template <class T>
    fields& add(std::string_view name, T& into) {
        return visit(name, [this, &into](const YAML::Node& node, const std::string& path) {
            values_.read(node, path, into);
        });
    }
    fields& add(std::string_view name, std::optional<milliseconds>& into) {
        return visit(name, [this, &into](const YAML::Node& node, const std::string& path) {
            values_.read(node, path, into.emplace());
        });
    }
    using visitor = std::function<void(const YAML::Node&, const std::string&)>;
    fields& visit(std::string_view name, visitor read) {
        readers_.emplace_back(name, std::move(read));
        return *this;
    }

    void read(const YAML::Node& node, const std::string& path) {
        values_.each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
            std::vector<std::string_view> names;
            for (const auto& [name, reader] : readers_) {
                if (key == name) return reader(value, path + "." + key);
                names.push_back(name);
            }
            values_.error(
                value, path, "\"" + key + "\" is not a key of " + what_ + did_you_mean(key, names)
            );
        });
    }

private:
    yaml_values& values_;
    std::string what_;
    std::vector<std::pair<std::string_view, visitor>> readers_{};
};

void read_key(yaml_values& values, const YAML::Node& node, const std::string& path, key_plan& key) {
    fields(values, "a key")
        .add("user", key.user)
        .add("account", key.account)
        .add("access_key_id", key.keys.access_key_id)
        .add("secret_access_key", key.keys.secret_access_key)
        .add("session_token", key.keys.session_token)
        .add("denies", key.denies)
        .read(node, path);
    if (key.keys.access_key_id.empty() || key.keys.secret_access_key.empty()) {
        values.error(node, path, "a key has access_key_id and secret_access_key");
    }
}

void read_role(
    yaml_values& values, const YAML::Node& node, const std::string& path, role_plan& role
) {
    fields(values, "a role")
        .add("arn", role.arn)
        .add("trusts", role.trusts)
        .add("external_id", role.external_id)
        .add("max_session", role.max_session)
        .add("session", role.session)
        .add("denies", role.denies)
        .read(node, path);
    if (role.name().empty() || role.account().size() != 12) {
        values.error(node, path, "a role has an arn such as arn:aws:iam::111122223333:role/watch");
    }
}

void read_web_identity(
    yaml_values& values, const YAML::Node& node, const std::string& path, web_identity_plan& one
) {
    fields(values, "a web identity")
        .add("token", one.token)
        .add("subject", one.subject)
        .add("audience", one.audience)
        .add("provider", one.provider)
        .add("roles", one.roles)
        .add("expired", one.expired)
        .read(node, path);
    if (one.token.size() < 4) values.error(node, path, "a token has four characters at least");
}

void read_instance(
    yaml_values& values, const YAML::Node& node, const std::string& path, instance_plan& into
) {
    fields(values, "instance_metadata")
        .add("role", into.role)
        .add("region", into.region)
        .add("availability_zone", into.availability_zone)
        .add("session", into.session)
        .add("enabled", into.enabled)
        .add("extended", into.extended)
        .add("refusal", into.refusal)
        .read(node, path);
}

void read_container(
    yaml_values& values, const YAML::Node& node, const std::string& path, container_plan& into
) {
    fields(values, "container")
        .add("role", into.role)
        .add("path", into.path)
        .add("authorization", into.authorization)
        .add("session", into.session)
        .read(node, path);
    if (!into.path.starts_with('/')) values.error(node, path, "path starts with /");
}

void read_portal(
    yaml_values& values, const YAML::Node& node, const std::string& path, portal_plan& into
) {
    fields(values, "sso")
        .add("token", into.token)
        .add("account", into.account)
        .add("role", into.role)
        .add("session", into.session)
        .add("expired", into.expired)
        .add("denies", into.denies)
        .read(node, path);
}

void read_proxy(
    yaml_values& values, const YAML::Node& node, const std::string& path, proxy_plan& into
) {
    fields(values, "proxy")
        .add("user", into.user)
        .add("password", into.password)
        .add("scheme", into.scheme)
        .add("hosts", into.hosts)
        .add("forbidden", into.forbidden)
        .read(node, path);
}

// A list, each item by `read_one`.
template <class Item>
fields::visitor list_of(
    yaml_values& values,
    std::vector<Item>& into,
    void (*read_one)(yaml_values&, const YAML::Node&, const std::string&, Item&)
) {
    return [&values, &into, read_one](const YAML::Node& node, const std::string& path) {
        values.each_item(node, path, [&](const std::string& where, const YAML::Node& item) {
            read_one(values, item, where, into.emplace_back());
        });
    };
}

template <class Section>
fields::visitor section(
    yaml_values& values,
    Section& into,
    void (*read_it)(yaml_values&, const YAML::Node&, const std::string&, Section&)
) {
    return [&values, &into, read_it](const YAML::Node& node, const std::string& path) {
        read_it(values, node, path, into);
    };
}

}  // namespace

void read_access(
    yaml_values& values, const YAML::Node& node, const std::string& path, access_plan& into
) {
    fields(values, "access")
        .visit("keys", list_of(values, into.keys, read_key))
        .visit("roles", list_of(values, into.roles, read_role))
        .visit("web_identities", list_of(values, into.web_identities, read_web_identity))
        .visit("instance_metadata", section(values, into.instance, read_instance))
        .visit("container", section(values, into.container, read_container))
        .visit("sso", section(values, into.portal, read_portal))
        .visit("proxy", section(values, into.proxy, read_proxy))
        .add("names", into.names)
        .read(node, path);
    const auto wanted = std::to_array<std::pair<const char*, const std::string*>>(
        {{"instance_metadata", &into.instance.role}, {"container", &into.container.role}}
    );
    for (const auto& [name, role] : wanted) {
        if (role->empty() || into.find_role(*role) != nullptr) continue;
        values.error(node, path + "." + name, "\"" + *role + "\" is not one of access.roles");
    }
}

}  // namespace trainwatch::simulator
