#include "tests/simulator/access_plan.hpp"

#include <algorithm>

namespace trainwatch::simulator {

std::string role_plan::account() const {
    auto rest = std::string_view(arn);
    for (int field = 0; field < 4; ++field) {
        const auto colon = rest.find(':');
        if (colon == std::string_view::npos) return "";
        rest.remove_prefix(colon + 1);
    }
    return std::string(rest.substr(0, rest.find(':')));
}

std::string role_plan::name() const {
    const auto slash = arn.rfind('/');
    return slash == std::string::npos ? "" : arn.substr(slash + 1);
}

const role_plan* access_plan::find_role(std::string_view arn) const {
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const role_plan& role) {
        return role.arn == arn;
    });
    return found == roles.end() ? nullptr : &*found;
}

principal user_of(const key_plan& plan) {
    return {
        .arn = "arn:aws:iam::" + plan.account + ":user/" + plan.user,
        .account = plan.account,
        .user_id = unique_id("AIDA", plan.account + plan.user),
        .denies = plan.denies};
}

principal session_of(const role_plan& role, const std::string& session_name) {
    return {
        .arn =
            "arn:aws:sts::" + role.account() + ":assumed-role/" + role.name() + "/" + session_name,
        .role = role.arn,
        .account = role.account(),
        .user_id = unique_id("AROA", role.arn) + ":" + session_name,
        .denies = role.denies};
}

bool trusts(const role_plan& role, const principal& who) {
    if (role.trusts.empty()) return who.account == role.account();
    return std::any_of(role.trusts.begin(), role.trusts.end(), [&](const std::string& one) {
        return one == "*" || one == who.arn || one == who.account ||
            (!who.role.empty() && one == who.role) ||
            one == "arn:aws:iam::" + who.account + ":root";
    });
}

}  // namespace trainwatch::simulator
