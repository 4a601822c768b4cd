#include "io/sagemaker_client.hpp"

#include <functional>
#include <regex>
#include <utility>

#include <gmock/gmock.h>

#include "tests/io/certificates.hpp"
#include "tests/io/fixed_credentials.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::sagemaker_client_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string job_arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet-1";
const std::string list_body =
    R"({"TrainingJobSummaries":[{"TrainingJobName":"resnet-1","TrainingJobArn":")" + job_arn +
    R"(","CreationTime":1763890000.123,"TrainingJobStatus":"InProgress"}],"NextToken":"t"})";
const std::string tags_body = R"({"Tags":[{"Key":"team","Value":"vision"}]})";
const std::string answer_body =
    R"({"TrainingJobName":"resnet-1","TrainingJobArn":)"
    R"("arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet-1",)"
    R"("TrainingJobStatus":"InProgress","SecondaryStatus":"Training",)"
    R"("CreationTime":1763890000.123})";

// Stands still, so that what is signed can be known.
class still_clock : public clock {
public:
    instant now() const override {
        return {mono_time(seconds(1000)), parse_iso8601("2026-11-24T09:12:00Z").value()};
    }
};

class SagemakerClient : public testing::Test {
protected:
    void use(const wire::url& endpoint, std::shared_ptr<tls_client_context> tls = nullptr) {
        client = create_sagemaker_client(
            {endpoint, "eu-west-1", "trainwatchd/1 ua/2.1", {std::move(tls)}}, *keys, time
        );
    }

    describe_answer describe(const std::string& name, nanoseconds within = seconds(30)) {
        return on.run(client->describe(name, time.now().mono + within));
    }

    list_answer list(const domain::list_query& query = {}) {
        return on.run(client->list(query, time.now().mono + seconds(30)));
    }

    tags_answer tags() { return on.run(client->tags(job_arn, time.now().mono + seconds(30))); }

    static std::string body(const std::string& request) {
        return request.substr(request.find("\r\n\r\n") + 4);
    }

    static std::string header(const std::string& request, const std::string& name) {
        const auto at = request.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 4;
        return request.substr(begin, request.find("\r\n", begin) - begin);
    }

    void TearDown() override {
        if (client != nullptr) client->close();
    }

    still_clock time;
    loop on;
    std::unique_ptr<credential_source> keys =
        fixed_credentials(domain::aws_credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI"});
    std::unique_ptr<sagemaker_client> client;
};

TEST_F(SagemakerClient, describes_a_job) {
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    const auto answer = describe("resnet-1");
    EXPECT_EQ(answer.outcome.value().name, "resnet-1");
    EXPECT_EQ(answer.outcome.value().account_id, "111122223333");
    EXPECT_EQ(answer.clock_offset, std::nullopt);
}

TEST_F(SagemakerClient, hands_on_the_document_as_it_came) {
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    EXPECT_EQ(describe("resnet-1").document, answer_body);
}

TEST_F(SagemakerClient, keeps_no_document_of_an_answer_that_it_refuses) {
    const std::string cut = answer_body.substr(0, answer_body.size() - 1);
    scripted_server server(on, {{{http_ok(answer_body)}, {http_ok(cut)}}});
    use(server.origin());
    const auto other = describe("resnet-2");
    EXPECT_FALSE(other.outcome);
    EXPECT_EQ(other.document, "");
    const auto half = describe("resnet-1");
    EXPECT_FALSE(half.outcome);
    EXPECT_EQ(half.document, "");
}

TEST_F(SagemakerClient, signs_and_introduces_itself) {
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    describe("resnet-1");
    const std::string& request = server.requests().at(0);
    EXPECT_THAT(request, StartsWith("POST / HTTP/1.1\r\n"));
    EXPECT_EQ(header(request, "Host"), server.origin().host_header());
    EXPECT_EQ(header(request, "X-Amz-Target"), "SageMaker.DescribeTrainingJob");
    EXPECT_EQ(header(request, "User-Agent"), "trainwatchd/1 ua/2.1");
    EXPECT_EQ(header(request, "amz-sdk-request"), "attempt=1; max=1");
    EXPECT_EQ(header(request, "X-Amz-Date"), "20261124T091200Z");
    const std::string signature = header(request, "Authorization");
    EXPECT_THAT(
        signature,
        StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/sagemaker/")
    );
    EXPECT_THAT(signature, HasSubstr("amz-sdk-invocation-id;amz-sdk-request;"));
    EXPECT_THAT(signature, Not(HasSubstr("user-agent")));
}

TEST_F(SagemakerClient, every_call_has_its_own_id) {
    scripted_server server(on, {{{http_ok(answer_body)}, {http_ok(answer_body)}}});
    use(server.origin());
    describe("resnet-1");
    describe("resnet-1");
    const std::string first = header(server.requests().at(0), "amz-sdk-invocation-id");
    const std::string second = header(server.requests().at(1), "amz-sdk-invocation-id");
    const std::regex version_4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    );
    EXPECT_TRUE(std::regex_match(first, version_4)) << first;
    EXPECT_TRUE(std::regex_match(second, version_4)) << second;
    EXPECT_NE(first, second);
}

TEST_F(SagemakerClient, base_path_of_the_endpoint_is_kept) {
    scripted_server server(on, {{{http_ok(answer_body)}}});
    wire::url endpoint = server.origin();
    endpoint.path = "/sagemaker";
    use(endpoint);
    describe("resnet-1");
    EXPECT_THAT(server.requests().at(0), StartsWith("POST /sagemaker HTTP/1.1\r\n"));
}

TEST_F(SagemakerClient, corrects_its_clock_by_the_last_answer) {
    // The server is ten minutes ahead.
    scripted_server server(
        on,
        {{{http_ok(answer_body, "Date: Tue, 24 Nov 2026 09:22:00 GMT\r\n")},
          {http_ok(answer_body)}}}
    );
    use(server.origin());
    EXPECT_EQ(describe("resnet-1").clock_offset, std::chrono::minutes(10));
    EXPECT_TRUE(describe("resnet-1").outcome.has_value());
    EXPECT_EQ(header(server.requests().at(1), "X-Amz-Date"), "20261124T092200Z");
    EXPECT_EQ(
        header(server.requests().at(1), "amz-sdk-request"), "ttl=20261124T092230Z; attempt=1; max=1"
    );
}

std::string refusal(const std::string& code, const std::string& date = "") {
    const std::string body = R"({"__type":")" + code + "\"}";
    return "HTTP/1.1 400 Bad Request\r\n" + (date.empty() ? "" : "Date: " + date + "\r\n") +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(SagemakerClient, refused_for_its_clock_it_signs_once_more_by_the_servers) {
    scripted_server server(
        on,
        {{{refusal("InvalidSignatureException", "Tue, 24 Nov 2026 09:22:00 GMT")},
          {http_ok(answer_body)}}}
    );
    use(server.origin());
    EXPECT_TRUE(describe("resnet-1").outcome.has_value());
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_EQ(header(server.requests()[1], "X-Amz-Date"), "20261124T092200Z");
    EXPECT_EQ(
        header(server.requests()[1], "amz-sdk-request"), "ttl=20261124T092230Z; attempt=2; max=2"
    );
    EXPECT_EQ(
        header(server.requests()[0], "amz-sdk-invocation-id"),
        header(server.requests()[1], "amz-sdk-invocation-id")
    );
}

TEST_F(SagemakerClient, a_clock_that_is_days_off_is_corrected_like_any_other) {
    for (const auto* const date :
         {"Thu, 26 Nov 2026 09:12:00 GMT", "Sun, 22 Nov 2026 09:12:00 GMT"}) {
        const auto told = "Date: " + std::string(date) + "\r\n";
        scripted_server server(
            on,
            {{{refusal("InvalidSignatureException", date)},
              {http_ok(answer_body, told)},
              {http_ok(answer_body, told)}}}
        );
        use(server.origin());
        const auto answer = describe("resnet-1");
        EXPECT_TRUE(answer.outcome.has_value());
        ASSERT_TRUE(answer.clock_offset);
        EXPECT_EQ(std::chrono::abs(*answer.clock_offset), std::chrono::hours(48));
        EXPECT_TRUE(describe("resnet-1").clock_offset);
        ASSERT_EQ(server.requests().size(), 3U);
        for (const auto i : {1U, 2U})
            EXPECT_THAT(
                header(server.requests()[i], "X-Amz-Date"),
                testing::AnyOf("20261126T091200Z", "20261122T091200Z")
            );
        client->close();
    }
}

// Somebody on the way puts in a Date of his own: AWS took the time that we signed with.
TEST_F(SagemakerClient, an_absurd_date_beside_an_accepted_signature_is_not_believed) {
    scripted_server server(
        on,
        {{{http_ok(answer_body, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")},
          {refusal("ThrottlingException", "Thu, 01 Jan 1970 00:00:00 GMT")},
          {http_ok(answer_body)}}}
    );
    use(server.origin());
    EXPECT_EQ(describe("resnet-1").clock_offset, std::nullopt);
    EXPECT_EQ(describe("resnet-1").clock_offset, std::nullopt);
    EXPECT_TRUE(describe("resnet-1").outcome.has_value());
    EXPECT_EQ(header(server.requests().at(2), "X-Amz-Date"), "20261124T091200Z");
}

TEST_F(SagemakerClient, corrected_clock_is_no_reason_for_a_second_attempt) {
    // Denied, with a clock that is still ten minutes off: it was signed for already.
    const std::string date = "Tue, 24 Nov 2026 09:22:00 GMT";
    scripted_server server(
        on,
        {{{refusal("AccessDeniedException", date)},
          {refusal("AccessDeniedException", date)},
          {refusal("AccessDeniedException", date)}}}
    );
    use(server.origin());
    EXPECT_FALSE(describe("resnet-1").outcome);
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_FALSE(describe("resnet-1").outcome);
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(SagemakerClient, clock_that_agrees_is_no_reason_for_a_second_attempt) {
    scripted_server server(
        on, {{{refusal("InvalidSignatureException", "Tue, 24 Nov 2026 09:15:00 GMT")}}}
    );
    use(server.origin());
    EXPECT_FALSE(describe("resnet-1").outcome);
    EXPECT_EQ(server.requests().size(), 1U);
}

// Has the next set of keys each time that one is refused.
class rotating_credentials final : public credential_source {
public:
    explicit rotating_credentials(int sets) : sets_(sets) {}

    task<result<credential_snapshot>> current(mono_time) override { co_return keys(set_); }
    task<bool> replace(credential_snapshot refused) override {
        ++asked;
        if (refused->access_key_id == keys(set_)->access_key_id && set_ < sets_) ++set_;
        co_return refused->access_key_id != keys(set_)->access_key_id;
    }
    void close() override {}
    std::string source() const override { return "a test"; }

    int asked = 0;

private:
    static credential_snapshot keys(int set) {
        domain::aws_credentials out;
        out.access_key_id = "AKID" + std::to_string(set);
        out.secret_access_key = "wJalrXUtnFEMI";
        return std::make_shared<const domain::aws_credentials>(out);
    }

    int set_ = 1;
    const int sets_;
};

TEST_F(SagemakerClient, refused_keys_are_replaced_and_the_call_repeated_once) {
    for (const char* code :
         {"ExpiredTokenException",
          "ExpiredToken",
          "RequestExpired",
          "InvalidClientTokenId",
          "UnrecognizedClientException"}) {
        SCOPED_TRACE(code);
        keys = std::make_unique<rotating_credentials>(2);
        scripted_server server(on, {{{refusal(code)}, {http_ok(answer_body)}}});
        use(server.origin());
        EXPECT_TRUE(describe("resnet-1").outcome.has_value());
        EXPECT_THAT(server.requests().at(0), HasSubstr("Credential=AKID1/"));
        EXPECT_THAT(server.requests().at(1), HasSubstr("Credential=AKID2/"));
        client->close();
    }
}

TEST_F(SagemakerClient, keys_that_are_refused_again_are_not_replaced_again) {
    auto rotating = std::make_unique<rotating_credentials>(9);
    const rotating_credentials& seen = *rotating;
    keys = std::move(rotating);
    scripted_server server(
        on, {{{refusal("ExpiredTokenException")}, {refusal("ExpiredTokenException")}}}
    );
    use(server.origin());
    EXPECT_EQ(describe("resnet-1").outcome.error().remote_code, "ExpiredTokenException");
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_EQ(seen.asked, 1);
}

TEST_F(SagemakerClient, refused_keys_without_others_are_sent_once) {
    keys = std::make_unique<rotating_credentials>(1);
    scripted_server server(on, {{{refusal("UnrecognizedClientException")}}});
    use(server.origin());
    EXPECT_FALSE(describe("resnet-1").outcome);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(SagemakerClient, other_refusals_are_the_callers_to_repeat) {
    auto rotating = std::make_unique<rotating_credentials>(2);
    const rotating_credentials& seen = *rotating;
    keys = std::move(rotating);
    scripted_server server(on, {{{refusal("ThrottlingException")}}});
    use(server.origin());
    EXPECT_FALSE(describe("resnet-1").outcome);
    EXPECT_EQ(seen.asked, 0);
}

TEST_F(SagemakerClient, error_of_the_service_is_classified) {
    const std::string body = R"({"__type":"ThrottlingException","message":"Rate exceeded"})";
    scripted_server server(
        on,
        {{{"HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: id-1\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body}}}
    );
    use(server.origin());
    const auto answer = describe("resnet-1");
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::throttled);
    EXPECT_EQ(answer.outcome.error().request_id, "id-1");
}

TEST_F(SagemakerClient, answer_about_another_job_is_malformed) {
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    const auto answer = describe("resnet-2");
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::malformed);
}

TEST_F(SagemakerClient, without_keys_nothing_is_sent) {
    keys = fixed_credentials(failure{
        .kind = error_class::denied, .detail = "no keys: set AWS_ACCESS_KEY_ID"});
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    const auto answer = describe("resnet-1");
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::denied);
    EXPECT_THAT(answer.outcome.error().detail, HasSubstr("AWS_ACCESS_KEY_ID"));
    EXPECT_EQ(server.connections(), 0U);
}

// Gives its keys when nothing can be asked any more, and remembers what it was told.
class late_credentials final : public credential_source {
public:
    task<result<credential_snapshot>> current(mono_time deadline) override {
        told = deadline;
        co_return std::make_shared<const domain::aws_credentials>();
    }
    task<bool> replace(credential_snapshot) override { co_return false; }
    void close() override {}
    std::string source() const override { return "profile slow"; }

    mono_time told{};
};

TEST_F(SagemakerClient, keys_that_come_too_late_are_named) {
    auto late = std::make_unique<late_credentials>();
    const late_credentials& seen = *late;
    keys = std::move(late);
    scripted_server server(on, {{{http_ok(answer_body)}}});
    use(server.origin());
    const auto answer = describe("resnet-1", nanoseconds(0));
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().detail, "the keys from profile slow came too late");
    EXPECT_EQ(seen.told, time.now().mono);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(SagemakerClient, trouble_with_keys_is_no_news_of_the_job) {
    for (const auto kind :
         {error_class::rejected, error_class::not_found, error_class::malformed}) {
        keys = fixed_credentials(failure{.kind = kind, .detail = "services = none"});
        scripted_server server(on, {{{http_ok(answer_body)}}});
        use(server.origin());
        EXPECT_EQ(describe("resnet-1").outcome.error().kind, error_class::denied);
        client->close();
    }
}

TEST_F(SagemakerClient, network_failure_says_where) {
    scripted_server server(on, {{{"", step::after::stay_silent}}});
    use(server.origin());
    const auto answer = describe("resnet-1", milliseconds(300));
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::transient);
    EXPECT_EQ(
        answer.outcome.error().detail,
        "reading from " + server.origin().host_header() + " timed out"
    );
}

TEST_F(SagemakerClient, untrusted_certificate_is_denied_not_retried) {
    const test_authority authority;
    const test_authority other;
    scripted_server server(
        on,
        {{{http_ok(answer_body)}}},
        {.certificate_file = authority.certificate_file(), .private_key_file = authority.key_file()}
    );
    use(server.origin(true), create_tls_client_context(other.ca_file()).value());
    const auto answer = describe("resnet-1");
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::denied);
    EXPECT_THAT(answer.outcome.error().detail, HasSubstr("judged by ca_bundle "));
}

TEST_F(SagemakerClient, lists_a_page_of_jobs) {
    scripted_server server(on, {{{http_ok(list_body)}}});
    use(server.origin());
    const auto answer =
        list({.created_before = from_unix_milliseconds(1'763'890'000'124), .token = "older"});
    ASSERT_EQ(answer.outcome.value().jobs.size(), 1U);
    EXPECT_EQ(answer.outcome->jobs[0].name, "resnet-1");
    EXPECT_EQ(answer.outcome->next_token, "t");
    const std::string& request = server.requests().at(0);
    EXPECT_EQ(header(request, "X-Amz-Target"), "SageMaker.ListTrainingJobs");
    EXPECT_THAT(header(request, "Authorization"), HasSubstr("/eu-west-1/sagemaker/"));
    EXPECT_THAT(body(request), HasSubstr(R"("CreationTimeBefore":1763890000.124)"));
    EXPECT_THAT(body(request), HasSubstr(R"("NextToken":"older")"));
}

TEST_F(SagemakerClient, reads_the_tags_of_a_job) {
    scripted_server server(on, {{{http_ok(tags_body)}}});
    use(server.origin());
    EXPECT_EQ(tags().outcome.value(), (domain::label_map{{"team", "vision"}}));
    EXPECT_EQ(header(server.requests().at(0), "X-Amz-Target"), "SageMaker.ListTags");
    EXPECT_THAT(body(server.requests()[0]), HasSubstr(job_arn));
}

TEST_F(SagemakerClient, operations_share_what_the_last_answer_told_of_the_clock) {
    scripted_server server(
        on,
        {{{http_ok(list_body, "Date: Tue, 24 Nov 2026 09:22:00 GMT\r\n")},
          {http_ok(tags_body)},
          {http_ok(answer_body)}}}
    );
    use(server.origin());
    EXPECT_EQ(list().clock_offset, std::chrono::minutes(10));
    EXPECT_TRUE(tags().outcome.has_value());
    EXPECT_TRUE(describe("resnet-1").outcome.has_value());
    EXPECT_EQ(server.connections(), 1U);
    EXPECT_EQ(header(server.requests().at(1), "X-Amz-Date"), "20261124T092200Z");
    EXPECT_EQ(header(server.requests().at(2), "X-Amz-Date"), "20261124T092200Z");
}

TEST_F(SagemakerClient, refused_keys_and_clocks_are_cured_for_every_operation) {
    const std::string skewed =
        refusal("InvalidSignatureException", "Tue, 24 Nov 2026 09:22:00 GMT");
    for (const auto& [body, ask] :
         {std::pair<std::string, std::function<bool()>>{
              list_body, [&] { return list().outcome.has_value(); }},
          {tags_body, [&] { return tags().outcome.has_value(); }},
          {answer_body, [&] { return describe("resnet-1").outcome.has_value(); }}}) {
        SCOPED_TRACE(body);
        keys = std::make_unique<rotating_credentials>(2);
        scripted_server stale(on, {{{refusal("ExpiredTokenException")}, {http_ok(body)}}});
        use(stale.origin());
        EXPECT_TRUE(ask());
        EXPECT_THAT(stale.requests().at(1), HasSubstr("Credential=AKID2/"));
        EXPECT_EQ(
            header(stale.requests()[0], "X-Amz-Target"), header(stale.requests()[1], "X-Amz-Target")
        );
        EXPECT_EQ(
            SagemakerClient::body(stale.requests()[0]), SagemakerClient::body(stale.requests()[1])
        );
        client->close();
        scripted_server ahead(on, {{{skewed}, {http_ok(body)}}});
        use(ahead.origin());
        EXPECT_TRUE(ask());
        EXPECT_EQ(header(ahead.requests().at(1), "X-Amz-Date"), "20261124T092200Z");
        client->close();
    }
}

TEST_F(SagemakerClient, denied_operation_is_the_one_that_the_cure_allows) {
    scripted_server server(
        on,
        {{{refusal("AccessDeniedException")},
          {refusal("AccessDeniedException")},
          {refusal("AccessDeniedException")}}}
    );
    use(server.origin());
    EXPECT_THAT(list().outcome.error().cure, HasSubstr("sagemaker:ListTrainingJobs"));
    EXPECT_THAT(tags().outcome.error().cure, HasSubstr("sagemaker:ListTags"));
    EXPECT_THAT(
        describe("resnet-1").outcome.error().cure, HasSubstr("sagemaker:DescribeTrainingJob")
    );
}

TEST_F(SagemakerClient, page_token_that_expired_is_rejected) {
    scripted_server server(on, {{{refusal("ValidationException")}}});
    use(server.origin());
    const auto answer = list({.token = "old"});
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::rejected);
    EXPECT_THAT(answer.outcome.error().cure, Not(HasSubstr("job's name")));
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(SagemakerClient, useless_answers_are_malformed_and_have_a_cure) {
    scripted_server server(on, {{{http_ok("{}")}, {http_ok("<html>sign in</html>")}}});
    use(server.origin());
    const auto page = list();
    ASSERT_FALSE(page.outcome);
    EXPECT_EQ(page.outcome.error().kind, error_class::malformed);
    EXPECT_THAT(page.outcome.error().cure, HasSubstr("proxy"));
    const auto told = tags();
    ASSERT_FALSE(told.outcome);
    EXPECT_EQ(told.outcome.error().kind, error_class::malformed);
    EXPECT_THAT(told.outcome.error().cure, HasSubstr("proxy"));
}

TEST_F(SagemakerClient, trouble_with_keys_is_no_news_of_a_list_or_tags) {
    keys = fixed_credentials(failure{.kind = error_class::not_found, .detail = "no such file"});
    scripted_server server(on, {{{http_ok(list_body)}}});
    use(server.origin());
    EXPECT_EQ(list().outcome.error().kind, error_class::denied);
    EXPECT_EQ(tags().outcome.error().kind, error_class::denied);
    EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace trainwatch::io::sagemaker_client_test
