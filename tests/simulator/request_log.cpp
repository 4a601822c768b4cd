#include "tests/simulator/request_log.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {

namespace json = boost::json;

namespace {

json::object counts_object(const std::map<std::string, std::map<std::string, std::int64_t>>& of) {
    json::object operations;
    for (const auto& [operation, codes] : of) {
        json::object counts;
        for (const auto& [code, count] : codes)
            counts[code] = count;
        operations[operation] = std::move(counts);
    }
    return operations;
}

std::string operation_name(const request_record& record) {
    return record.operation.empty() ? "unknown" : record.operation;
}

}  // namespace

void request_log::add(const request_record& record) {
    if (record.service != "sagemaker") return add_call(record);
    ++total_;
    ++by_operation_[operation_name(record)][record.code];
    if (record.operation != "DescribeTrainingJob" || record.job.empty()) return;
    auto& job = by_job_[{record.region, record.job}];
    ++job.total;
    job.newest.push_back(record.at);
    if (job.newest.size() > times_max) job.newest.pop_front();
}

void request_log::add_call(const request_record& record) {
    ++by_service_[record.service][operation_name(record)][record.code];
    calls_.push_back(record);
    if (calls_.size() > times_max) calls_.pop_front();
}

// What is under way stays so: the counters are shared with it.
void request_log::clear() {
    auto under_way = std::move(under_way_);
    for (const auto& [name, counter] : under_way)
        counter->most = counter->now;
    *this = request_log();
    under_way_ = std::move(under_way);
}

std::shared_ptr<void> request_log::begin(const request_record& record) {
    if (record.service == "sagemaker") return nullptr;
    auto& counter = under_way_[record.service + "." + operation_name(record)];
    if (counter == nullptr) counter = std::make_shared<concurrency>();
    ++counter->now;
    counter->most = std::max(counter->most, counter->now);
    return {counter.get(), [kept = counter](void*) { --kept->now; }};
}

std::string request_log::text() const {
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
    json::object services;
    for (const auto& [service, operations] : by_service_)
        services[service] = counts_object(operations);
    json::object object;
    object["total"] = total_;
    object["operations"] = counts_object(by_operation_);
    object["jobs"] = std::move(jobs);
    object["services"] = std::move(services);
    return json_text(object);
}

std::string request_log::calls_text() const {
    json::array list;
    for (const auto& record : calls_) {
        json::object call{
            {"at", json_time(record.at)},
            {"service", record.service},
            {"operation", operation_name(record)},
            {"code", record.code}};
        if (!record.region.empty()) call["region"] = record.region;
        if (!record.job.empty()) call["about"] = record.job;
        if (!record.by.empty()) call["by"] = record.by;
        if (!record.issued.empty()) call["issued"] = record.issued;
        list.push_back(std::move(call));
    }
    return json_text(list);
}

std::string request_log::under_way_text() const {
    json::object object;
    for (const auto& [name, counter] : under_way_)
        object[name] = json::object{{"now", counter->now}, {"most", counter->most}};
    return json_text(object);
}

}  // namespace trainwatch::simulator
