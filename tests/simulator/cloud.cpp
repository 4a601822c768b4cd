#include "tests/simulator/cloud.hpp"

#include <utility>

namespace trainwatch::simulator {
namespace {

// What the scenario leaves open.
access_plan completed(access_plan plan, const cloud_options& options) {
    plan.keys.push_back({.keys = options.keys});
    for (auto& key : plan.keys)
        if (key.account.empty()) key.account = options.account;
    if (plan.portal.account.empty()) plan.portal.account = options.account;
    auto& instance = plan.instance;
    if (instance.region.empty() && !options.regions.empty()) {
        instance.region = *options.regions.begin();
    }
    if (instance.availability_zone.empty()) instance.availability_zone = instance.region + "a";
    return plan;
}

}  // namespace

cloud::cloud(const cloud_options& options, scenario played, wall_time start)
    : plan_(completed(std::move(played.access), options))
    , shared_(options.seed)
    , check_(shared_.keys, options.regions)
    , sagemaker_(
          fleet(timeline(start, options.speed), options.account), shared_, check_, options.sagemaker
      )
    , tokens_(shared_, check_, plan_)
    , portal_(shared_, plan_)
    , metadata_(shared_, plan_)
    , container_(shared_, plan_) {
    for (auto& plan : played.plans)
        sagemaker_.jobs_of(plan.account).add(std::move(plan));
    for (const auto& key : plan_.keys)
        shared_.keys.add(key.keys, user_of(key));
}

exchange cloud::answer(const wire::http_request& request, wall_time now) {
    if (sign_on_portal::is_for(request)) return portal_.answer(request, now);
    if (token_service::is_for(request)) return tokens_.answer(request, now);
    return sagemaker_.answer(request, now);
}

std::vector<std::string> cloud::host_names() const {
    std::vector<std::string> names{"sts.amazonaws.com"};
    for (const auto& region : check_.regions()) {
        for (const auto* prefix : {"api.sagemaker.", "api-fips.sagemaker.", "sts.", "sts-fips."})
            names.push_back(prefix + region + ".amazonaws.com");
        for (const auto* prefix : {"api.sagemaker.", "api.sagemaker-fips.", "sts.", "sts-fips."})
            names.push_back(prefix + region + ".api.aws");
        names.push_back("portal.sso." + region + ".amazonaws.com");
    }
    names.insert(names.end(), plan_.names.begin(), plan_.names.end());
    return names;
}

}  // namespace trainwatch::simulator
