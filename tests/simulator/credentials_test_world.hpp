// A simulated AWS for tests of credentials: one clock that the test moves, one scenario, and
// requests that are signed with whatever keys a test has.
#pragma once

#include <optional>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/simulator/cloud.hpp"
#include "tests/simulator/control.hpp"
#include "wire/request_target.hpp"

namespace trainwatch::simulator {

class CredentialsWorld : public testing::Test {
protected:
    static constexpr wall_time start = from_unix_milliseconds(1'795'000'000'123);

    void play(std::string_view scenario_text) {
        auto read = read_scenario(scenario_text, "test", "eu-west-1");
        ASSERT_THAT(read.errors, testing::IsEmpty());
        const cloud_options how{.regions = {"eu-west-1", "us-east-1"}, .keys = own_keys};
        cloud_.emplace(how, std::move(read), start);
    }

    // By anybody's keys; unsigned without any.
    exchange ask_sts(
        const wire::parameter_list& form,
        const std::optional<domain::aws_credentials>& by = own_keys,
        const std::string& host = "sts.eu-west-1.amazonaws.com"
    ) {
        wire::http_request request{
            .method = "POST",
            .headers =
                {{"Host", host},
                 {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            .body = "Version=2011-06-15"};
        for (const auto& [name, value] : form)
            request.body += "&" + name + "=" + percent_encode(value);
        if (by) sign(request, *by, "sts");
        return cloud_->answer(request, now_);
    }

    exchange describe(const domain::aws_credentials& by, const std::string& name = "a") {
        wire::http_request request{
            .method = "POST",
            .headers =
                {{"Host", "api.sagemaker.eu-west-1.amazonaws.com"},
                 {"Content-Type", "application/x-amz-json-1.1"},
                 {"X-Amz-Target", "SageMaker.DescribeTrainingJob"}},
            .body = R"({"TrainingJobName":")" + name + "\"}"};
        sign(request, by, "sagemaker");
        return cloud_->answer(request, now_);
    }

    void sign(
        wire::http_request& request, const domain::aws_credentials& by, const std::string& service
    ) {
        wire::signing_key_cache cache;
        wire::sign(request, now_, by, {.region = "eu-west-1", .service = service}, cache);
    }

    wire::http_response steer(
        const std::string& method, const std::string& target, const std::string& body = ""
    ) {
        return control(*cloud_, {.method = method, .target = target, .body = body}, now_).response;
    }
    boost::json::object told(const std::string& target) {
        return boost::json::parse(steer("GET", target).body).as_object();
    }

    static std::string element(const std::string& xml, const std::string& name) {
        const auto begin = xml.find("<" + name + ">");
        const auto end = xml.find("</" + name + ">");
        if (begin == std::string::npos || end == std::string::npos) return "";
        const auto from = begin + name.size() + 2;
        return xml.substr(from, end - from);
    }
    static domain::aws_credentials keys_of_xml(const std::string& xml) {
        return {
            .access_key_id = element(xml, "AccessKeyId"),
            .secret_access_key = element(xml, "SecretAccessKey"),
            .session_token = element(xml, "SessionToken"),
            .expires = parse_iso8601(element(xml, "Expiration"))};
    }
    static domain::aws_credentials keys_of_json(const std::string& text) {
        const auto object = boost::json::parse(text).as_object();
        const auto member = [&](const char* name) {
            return boost::json::value_to<std::string>(object.at(name));
        };
        return {
            .access_key_id = member("AccessKeyId"),
            .secret_access_key = member("SecretAccessKey"),
            .session_token = member("Token"),
            .expires = parse_iso8601(member("Expiration"))};
    }

    inline static const domain::aws_credentials own_keys{
        .access_key_id = "AKID", .secret_access_key = "secret"};
    wall_time now_ = start;
    std::optional<cloud> cloud_;
};

}  // namespace trainwatch::simulator
