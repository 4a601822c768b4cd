#include "tests/simulator/request_log.hpp"

#include <boost/json.hpp>

#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {

namespace json = boost::json;

void request_log::add(const request_record& record) {
    ++total_;
    ++by_operation_[record.operation.empty() ? "unknown" : record.operation][record.code];
    if (record.operation != "DescribeTrainingJob" || record.job.empty()) return;
    auto& job = by_job_[{record.region, record.job}];
    ++job.total;
    job.newest.push_back(record.at);
    if (job.newest.size() > times_max) job.newest.pop_front();
}

void request_log::clear() {
    *this = request_log();
}

std::string request_log::text() const {
    json::object operations;
    for (const auto& [operation, codes] : by_operation_) {
        json::object counts;
        for (const auto& [code, count] : codes)
            counts[code] = count;
        operations[operation] = std::move(counts);
    }
    json::array jobs;
    for (const auto& [key, described] : by_job_) {
        json::array times;
        for (const auto at : described.newest)
            times.push_back(json_time(at));
        jobs.push_back(json::object{
            {"region", key.first},
            {"name", key.second},
            {"describes", described.total},
            {"times", std::move(times)}});
    }
    json::object object;
    object["total"] = total_;
    object["operations"] = std::move(operations);
    object["jobs"] = std::move(jobs);
    return json_text(object);
}

}  // namespace trainwatch::simulator
