#include "core/console_links.hpp"

#include "base/text.hpp"

namespace trainwatch::core {
namespace {

std::string console_origin(const domain::observation& job) {
    if (job.region.empty()) return {};
    if (job.partition == "aws") return "https://" + job.region + ".console.aws.amazon.com";
    if (job.partition == "aws-cn") return "https://" + job.region + ".console.amazonaws.cn";
    if (job.partition == "aws-us-gov") {
        return "https://" + job.region + ".console.amazonaws-us-gov.com";
    }
    return {};
}

}  // namespace

std::string console_url(const domain::observation& job) {
    const auto origin = console_origin(job);
    if (origin.empty()) return {};
    return origin + "/sagemaker/home?region=" + job.region + "#/jobs/" + percent_encode(job.name);
}

std::string logs_url(const domain::observation& job) {
    const auto origin = console_origin(job);
    if (origin.empty()) return {};
    // The CloudWatch console writes '/', '?' and '=' of its fragment percent-encoded with '$' for
    // '%', and the slashes within the group's name encoded twice.
    return origin + "/cloudwatch/home?region=" + job.region +
        "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs" +
        "$3FlogStreamNameFilter$3D" + percent_encode(job.name) + "$252F";
}

domain::job_links links_of(const domain::observation& job) {
    return {console_url(job), logs_url(job), "/aws/sagemaker/TrainingJobs", job.name + "/"};
}

}  // namespace trainwatch::core
