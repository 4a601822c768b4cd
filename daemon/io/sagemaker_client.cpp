#include "io/sagemaker_client.hpp"

#include <string_view>
#include <utility>

#include "io/aws_caller.hpp"
#include "wire/sagemaker.hpp"
#include "wire/training_job_list.hpp"
#include "wire/training_job_tags.hpp"

namespace trainwatch::io {
namespace {

constexpr std::string_view describe_action = "sagemaker:DescribeTrainingJob";
constexpr std::string_view list_action = "sagemaker:ListTrainingJobs";
constexpr std::string_view tags_action = "sagemaker:ListTags";

class calling_client final : public sagemaker_client {
public:
    calling_client(
        sagemaker_client_options options, credential_source& credentials, const clock& time
    )
        : caller_(
              {std::move(options.endpoint),
               std::move(options.region),
               "sagemaker",
               std::move(options.user_agent),
               std::move(options.http)},
              credentials,
              time
          ) {}

    task<describe_answer> describe(std::string job_name, mono_time deadline) override {
        aws_call call{
            wire::encode_describe_training_job(caller_.host(), job_name), describe_action};
        auto answer = co_await caller_.call(std::move(call), deadline);
        const auto read = [&job_name](const wire::http_response& response) {
            return wire::read_describe_training_job(response, job_name);
        };
        auto told = told_of<describe_answer>(answer, read, describe_action);
        if (told.outcome) told.document = std::move(answer.outcome->body);
        co_return told;
    }

    task<list_answer> list(domain::list_query query, mono_time deadline) override {
        aws_call call{wire::encode_list_training_jobs(caller_.host(), query), list_action};
        const auto answer = co_await caller_.call(std::move(call), deadline);
        co_return told_of<list_answer>(answer, wire::read_list_training_jobs, list_action);
    }

    task<tags_answer> tags(std::string arn, mono_time deadline) override {
        aws_call call{wire::encode_list_tags(caller_.host(), arn), tags_action};
        const auto answer = co_await caller_.call(std::move(call), deadline);
        co_return told_of<tags_answer>(answer, wire::read_list_tags, tags_action);
    }

    void close() override { caller_.close(); }

private:
    template <class Told, class Read>
    Told told_of(const aws_answer& answer, Read read, std::string_view action) const {
        if (!answer.outcome) {
            return {answer.outcome.error(), answer.took, answer.clock_offset};
        }
        Told told{read(*answer.outcome), answer.took, answer.clock_offset};
        if (!told.outcome) told.outcome = caller_.with_cure(told.outcome.error(), action);
        return told;
    }

    aws_caller caller_;
};

}  // namespace

std::unique_ptr<sagemaker_client> create_sagemaker_client(
    sagemaker_client_options options, credential_source& credentials, const clock& time
) {
    return std::make_unique<calling_client>(std::move(options), credentials, time);
}

}  // namespace trainwatch::io
