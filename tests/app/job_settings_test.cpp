#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings_file.hpp"

namespace trainwatch::app::job_settings_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const wire::named_jobs resnet{{"resnet"}, "eu-west-1", "", ""};

result<std::string> no_files(const std::string& path) {
    failure why;
    why.kind = error_class::not_found;
    why.detail = path + ": No such file or directory";
    return why;
}

result<std::string> a_pem(const std::string&) {
    return std::string("-----BEGIN CERTIFICATE-----\n");
}

settings_mistakes mistakes(
    const wire::named_jobs& asked, const file_reader& read, const aws_files& files = {}
) {
    auto loaded = load_job_settings(asked, files, read);
    if (auto* const wrong = std::get_if<settings_mistakes>(&loaded)) return *wrong;
    ADD_FAILURE() << "was accepted";
    return {};
}

TEST(JobSettingsLoaded, need_no_file_at_all) {
    const auto loaded = load_job_settings(resnet, {}, no_files);
    ASSERT_TRUE(std::holds_alternative<wire::job_settings>(loaded));
}

TEST(JobSettingsLoaded, trust_the_environments_certificates_when_they_are_some) {
    aws_files files;
    files.variables["AWS_CA_BUNDLE"] = "/ca.pem";
    const auto loaded = load_job_settings(resnet, files, a_pem);
    ASSERT_TRUE(std::holds_alternative<wire::job_settings>(loaded));
    const auto& made = std::get<wire::job_settings>(loaded);
    EXPECT_EQ(made.settings.connections[0].ca_bundle, "/ca.pem");
    EXPECT_THAT(
        mistakes(resnet, no_files, files), ElementsAre(HasSubstr("AWS_CA_BUNDLE: /ca.pem: No such"))
    );
    const auto not_pem = [](const std::string&) { return result<std::string>("x"); };
    EXPECT_THAT(mistakes(resnet, not_pem, files), ElementsAre(HasSubstr("not a PEM file")));
}

TEST(JobSettingsLoaded, trust_the_profile_s_certificates_where_no_variable_names_some) {
    aws_files files;
    files.home = "/h";
    files.profiles["default"]["ca_bundle"] = "~/ca.pem";
    const auto loaded = load_job_settings(resnet, files, a_pem);
    ASSERT_TRUE(std::holds_alternative<wire::job_settings>(loaded));
    const auto& made = std::get<wire::job_settings>(loaded);
    EXPECT_EQ(made.settings.connections[0].ca_bundle, "/h/ca.pem");
    EXPECT_THAT(
        mistakes(resnet, no_files, files),
        ElementsAre(HasSubstr("ca_bundle of the profile: /h/ca.pem: No such"))
    );
}

TEST(JobSettingsLoaded, without_a_region_name_the_broken_file_that_may_have_it) {
    aws_files files;
    files.problems = {"/h/.aws/config:3: no section"};
    EXPECT_THAT(
        mistakes({{"resnet"}, "", "", ""}, no_files, files),
        ElementsAre(HasSubstr("no region"), "/h/.aws/config:3: no section")
    );
}

}  // namespace
}  // namespace trainwatch::app::job_settings_test
