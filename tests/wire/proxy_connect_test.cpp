#include "wire/proxy_connect.hpp"

#include <gmock/gmock.h>

namespace trainwatch::wire::proxy_connect_test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const proxy_server open_to_all{"proxy.example", 3128, "", ""};
const proxy_server with_login{"proxy.example", 3128, "user", "p@ss"};
const std::string aws = "api.sagemaker.eu-west-1.amazonaws.com:443";

failure refusal(
    int status,
    const header_list& headers = {},
    std::string_view body = "",
    const proxy_server& proxy = open_to_all
) {
    const auto judged = judge_connect_answer({status, headers, ""}, body, aws, proxy);
    EXPECT_FALSE(judged);
    return judged ? failure{} : judged.error();
}

TEST(ProxyConnect, asks_as_curl_does) {
    EXPECT_EQ(
        encode_connect(aws, open_to_all),
        "CONNECT api.sagemaker.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n"
        "Host: api.sagemaker.eu-west-1.amazonaws.com:443\r\n"
        "User-Agent: trainwatchd\r\n"
        "Proxy-Connection: Keep-Alive\r\n"
        "\r\n"
    );
}

TEST(ProxyConnect, sends_user_and_password_in_base64) {
    EXPECT_THAT(
        encode_connect(aws, with_login),
        HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\nUser-Agent: ")
    );
    EXPECT_EQ(proxy_authorization({"p", 1, "user", ""}), "Basic dXNlcjo=");
    EXPECT_EQ(proxy_authorization({"p", 1, "", "x"}), "Basic Ong=");
    EXPECT_EQ(proxy_authorization(open_to_all), "");
    const std::string longer(100, 'x');
    EXPECT_EQ(proxy_authorization({"p", 1, longer, longer}).size(), 6U + 268U);
}

TEST(ProxyConnect, port_is_always_said_and_addresses_stand_in_brackets) {
    EXPECT_EQ(authority_of("x.example", 443), "x.example:443");
    EXPECT_EQ(authority_of("fd00::1", 8443), "[fd00::1]:8443");
}

TEST(ProxyConnect, any_2xx_is_success) {
    for (const int status : {200, 204, 299}) {
        EXPECT_TRUE(judge_connect_answer({status, {}, ""}, "", aws, open_to_all)) << status;
    }
}

TEST(ProxyConnect, bytes_behind_the_answer_are_an_error) {
    const auto error = refusal(200, {}, "x");
    EXPECT_EQ(error.kind, error_class::malformed);
    EXPECT_EQ(error.detail, "proxy proxy.example:3128 sent something behind its answer to CONNECT");
}

TEST(ProxyConnect, missing_login_says_where_to_write_it) {
    const auto error = refusal(407, {{"Proxy-Authenticate", "Basic realm=\"a, b\""}});
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(error.remote_code, "407");
    EXPECT_EQ(
        error.detail, "proxy proxy.example:3128 wants a user and password: 407, it offers Basic"
    );
    EXPECT_THAT(error.cure, HasSubstr("http://user:password@host:port"));
}

TEST(ProxyConnect, wrong_login_is_not_repeated_in_the_text) {
    const auto error = refusal(407, {{"proxy-authenticate", "BASIC"}}, "", with_login);
    EXPECT_THAT(error.detail, HasSubstr("does not accept its user and password"));
    EXPECT_THAT(error.detail + error.cure, Not(HasSubstr("p@ss")));
    EXPECT_THAT(error.detail + error.cure, Not(HasSubstr("dXNlcjpwQHNz")));
    EXPECT_THAT(error.cure, HasSubstr("%XX"));
}

TEST(ProxyConnect, unauthorized_is_about_the_login_where_one_was_sent) {
    const auto error = refusal(401, {}, "", with_login);
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(error.detail, "proxy proxy.example:3128 does not accept its user and password: 401");
    EXPECT_EQ(error.remote_code, "401");
    EXPECT_THAT(refusal(401).detail, EndsWith(": 401"));
    EXPECT_THAT(refusal(401).detail, HasSubstr(" opens no way to "));
}

TEST(ProxyConnect, other_schemes_are_named_with_the_way_out) {
    const auto error = refusal(
        407,
        {{"Proxy-Authenticate", "Negotiate, NTLM, Digest realm=\"x, Basic y\", qop=\"auth\""},
         {"Via", "1.1 squid"},
         {"Proxy-Authenticate", "Bearer scope=a"}}
    );
    EXPECT_THAT(error.detail, EndsWith("407, it offers Negotiate, NTLM, Digest, Bearer"));
    EXPECT_THAT(error.cure, HasSubstr("cntlm"));
}

TEST(ProxyConnect, policy_is_denied_and_says_what_the_proxy_said) {
    const auto error = refusal(403, {}, "Denied by\r\n\tpolicy 7\x1b[31m\n");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(
        error.detail,
        "proxy proxy.example:3128 opens no way to " + aws + ": 403, Denied by policy 7 [31m"
    );
    EXPECT_EQ(error.remote_code, "403");
    EXPECT_THAT(error.cure, HasSubstr("NO_PROXY"));
}

TEST(ProxyConnect, title_of_a_page_speaks_for_it) {
    const std::string page =
        "<!DOCTYPE html><html><head><Title>ERROR: Cannot be\n reached</TITLE><style>body{}";
    EXPECT_THAT(
        refusal(503, {{"Content-Type", "text/html"}}, page).detail,
        EndsWith(": 503, ERROR: Cannot be reached")
    );
    EXPECT_THAT(refusal(503, {}, "  <html><body>x").detail, EndsWith(": 503"));
    EXPECT_THAT(
        refusal(503, {{"Content-Type", "text/html"}}, "<title>x").detail, EndsWith(": 503")
    );
}

TEST(ProxyConnect, status_is_said_once) {
    EXPECT_THAT(
        refusal(403, {}, "403 Access violation").detail, EndsWith(": 403, Access violation")
    );
    EXPECT_THAT(refusal(403, {}, "403").detail, EndsWith(": 403"));
}

TEST(ProxyConnect, long_answers_are_cut) {
    EXPECT_LT(refusal(403, {}, std::string(5000, 'x')).detail.size(), 300U);
}

TEST(ProxyConnect, each_status_has_its_class) {
    EXPECT_EQ(refusal(502).kind, error_class::transient);
    EXPECT_EQ(refusal(503).kind, error_class::transient);
    EXPECT_EQ(refusal(504).kind, error_class::transient);
    EXPECT_EQ(refusal(408).kind, error_class::transient);
    EXPECT_EQ(refusal(429).kind, error_class::throttled);
    // A web server where a proxy was meant.
    for (const int status : {101, 302, 400, 404, 405, 500, 501}) {
        const auto error = refusal(status);
        const bool theirs = status == 500;
        EXPECT_EQ(error.kind, theirs ? error_class::transient : error_class::denied) << status;
        EXPECT_THAT(error.cure, AllOf(Not(""), Not(HasSubstr("\n")))) << status;
    }
}

}  // namespace
}  // namespace trainwatch::wire::proxy_connect_test
