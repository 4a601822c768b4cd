#include "core/standing_alerts.hpp"

#include <utility>

#include "core/conditions.hpp"
#include "core/label_of.hpp"

namespace trainwatch::core {
namespace {

std::tuple<std::string, std::string, std::string> name_in(const domain::label_map& labels) {
    return {
        label_of(labels, "account_id"),
        label_of(labels, "aws_region"),
        label_of(labels, "training_job")};
}

}  // namespace

void standing_alerts::add(const domain::label_map& labels, alert_number alert) {
    auto key = condition_key(labels);
    if (key.empty()) return;
    alerts_[name_in(labels)].push_back({std::move(key), label_of(labels, "created"), alert});
}

void standing_alerts::remove(const domain::label_map& labels, alert_number alert) {
    const auto found = alerts_.find(name_in(labels));
    if (found == alerts_.end()) return;
    std::erase_if(found->second, [&](const auto& each) { return each.alert == alert; });
    if (found->second.empty()) alerts_.erase(found);
}

std::vector<standing_alert> standing_alerts::about(const domain::job_identity& job) const {
    const auto found = alerts_.find({job.account_id, job.region, job.name});
    return found == alerts_.end() ? std::vector<standing_alert>{} : found->second;
}

}  // namespace trainwatch::core
