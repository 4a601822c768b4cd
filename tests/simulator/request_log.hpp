// What was asked and how it was answered: counts, and when each job was described.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "base/time.hpp"

namespace trainwatch::simulator {

struct request_record {
    wall_time at{};
    std::string operation{};  // empty when it could not be told
    std::string region{};
    std::string job{};
    // "200", an error's type, an HTTP status, or the fault's name when no answer arrived.
    std::string code{};
};

class request_log {
public:
    void add(const request_record& record);
    void clear();
    // {"total": …, "operations": {"DescribeTrainingJob": {"200": 12}}, "jobs": {…}}
    std::string text() const;

private:
    // Of one job's describes the newest are kept.
    static constexpr std::size_t times_max = 4096;
    struct describes {
        std::int64_t total = 0;
        std::deque<wall_time> newest{};
    };
    std::int64_t total_ = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> by_operation_{};
    std::map<std::pair<std::string, std::string>, describes> by_job_{};
};

}  // namespace trainwatch::simulator
