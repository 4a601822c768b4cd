// Which conditions of which jobs fire at present, by the name of the job.
//
// An alert's labels are fixed when it fires, while the list, the severity or the labels that the
// configuration gives may be others by now: what is compared is the condition's key
// (core/conditions) and the job's creation. Knows numbers of alerts, not the alerts.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/alert_book.hpp"
#include "domain/alert.hpp"
#include "domain/job.hpp"

namespace trainwatch::core {

struct standing_alert {
    std::string key{};
    std::string created{};  // of the job, as the label has it: the name may be another job's by now
    alert_number alert{};
};

class standing_alerts {
public:
    // An alert that fires, in this run or still; nothing for one that is no condition's.
    void add(const domain::label_map& labels, alert_number alert);
    // It has left the book.
    void remove(const domain::label_map& labels, alert_number alert);
    // Of all jobs that had the name.
    std::vector<standing_alert> about(const domain::job_identity& job) const;

private:
    using job_name = std::tuple<std::string, std::string, std::string>;  // account, region, name
    std::map<job_name, std::vector<standing_alert>> alerts_{};
};

}  // namespace trainwatch::core
