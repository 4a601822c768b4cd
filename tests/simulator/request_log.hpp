// What was asked and how it was answered: counts, when each job was described, and each call that
// was about credentials.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/time.hpp"

namespace trainwatch::simulator {

struct request_record {
    wall_time at{};
    std::string service = "sagemaker";  // or "sts", "portal", "imds", "container", "proxy"
    std::string operation{};            // empty when it could not be told
    std::string region{};
    std::string job{};       // of STS: the role's ARN; of the proxy: the host
    bool has_token = false;  // goes on with a list
    // "200", an error's type, an HTTP status, or the fault's name when no answer arrived.
    std::string code{};
    std::string by{};      // the access key id that signed, once it is believed
    std::string issued{};  // the access key id that was handed out
};

class request_log {
public:
    void add(const request_record& record);
    void clear();
    // {"total": …, "operations": {"DescribeTrainingJob": {"200": 12}}, "jobs": {…},
    // "services": {"sts": {"AssumeRole": {"200": 1}}}}. The first three are SageMaker's.
    std::string text() const;
    // A JSON list of the calls to other services, oldest first; a JSON object of how many were
    // under way at once.
    std::string calls_text() const;
    std::string under_way_text() const;

    // A call to another service is under way until what is returned has gone. SageMaker's calls are
    // not counted: null.
    std::shared_ptr<void> begin(const request_record& record);

private:
    // Of one job's describes, and of the calls, the newest are kept.
    static constexpr std::size_t times_max = 4096;
    using counts = std::map<std::string, std::map<std::string, std::int64_t>>;
    struct describes {
        std::int64_t total = 0;
        std::deque<wall_time> newest{};
    };
    struct concurrency {
        std::int64_t now = 0;
        std::int64_t most = 0;
    };
    void add_call(const request_record& record);

    std::int64_t total_ = 0;
    counts by_operation_{};
    std::map<std::string, counts> by_service_{};
    std::map<std::pair<std::string, std::string>, describes> by_job_{};
    std::deque<request_record> calls_{};
    // Shared with the calls that are under way, which may end after the log was cleared.
    std::map<std::string, std::shared_ptr<concurrency>> under_way_{};
};

}  // namespace trainwatch::simulator
