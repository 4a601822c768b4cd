#include "wire/job_arn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::job_arn_test {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
    const auto read = read_job_reference(text);
    if (read.has_value()) return "was accepted as " + read->name;
    EXPECT_EQ(read.error().kind, error_class::rejected);
    return read.error().detail;
}

TEST(JobReference, is_a_bare_name) {
    const auto read = read_job_reference("resnet50-2026-11-23");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, (job_reference{"resnet50-2026-11-23", "", "", ""}));
}

TEST(JobReference, is_an_arn_of_any_partition) {
    const auto read =
        read_job_reference("arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/a-1");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, (job_reference{"a-1", "aws-cn", "cn-north-1", "111122223333"}));
}

TEST(JobReference, names_what_another_arn_is_of) {
    const auto text = refusal("arn:aws:sagemaker:eu-west-1:111122223333:endpoint/live");
    EXPECT_THAT(text, HasSubstr("is an ARN of \"sagemaker endpoint\""));
    EXPECT_THAT(text, HasSubstr("training-job/NAME"));
    EXPECT_THAT(refusal("arn:aws:s3:::bucket/key"), HasSubstr("ARN of \"s3 bucket\""));
}

TEST(JobReference, refuses_half_an_arn_and_wrong_parts) {
    EXPECT_THAT(refusal("arn:aws:sagemaker"), HasSubstr("half an ARN"));
    EXPECT_THAT(
        refusal("arn:aws:sagemaker:eu-west-1:1234:training-job/a"), HasSubstr("twelve digits")
    );
    EXPECT_THAT(
        refusal("arn:aws:sagemaker:eu-west-1a:111122223333:training-job/a"),
        HasSubstr("availability zone")
    );
    EXPECT_THAT(
        refusal("arn:aws:sagemaker:eu-west-1:111122223333:training-job"), HasSubstr("no job name")
    );
    EXPECT_THAT(
        refusal("arn:aws:sagemaker:eu-west-1:111122223333:training-job/a_b"),
        HasSubstr("no job name")
    );
}

TEST(JobReference, refuses_what_is_no_name) {
    EXPECT_THAT(refusal("a_b"), HasSubstr("\"a_b\" is no job name"));
    EXPECT_THAT(refusal(""), HasSubstr("no job name"));
    EXPECT_THAT(refusal("nightly-*"), HasSubstr("pattern"));
    EXPECT_THAT(refusal(std::string(64, 'a')), HasSubstr("1 to 63"));
}

}  // namespace
}  // namespace trainwatch::wire::job_arn_test
