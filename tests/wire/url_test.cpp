#include "wire/url.hpp"

#include <gtest/gtest.h>

namespace trainwatch::wire::url_test {
namespace {

std::string refusal(std::string_view text) {
    const auto parsed = parse_url(text);
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().kind, error_class::rejected);
    return parsed.error().detail;
}

TEST(url, is_taken_apart) {
    EXPECT_EQ(
        parse_url("https://api.sagemaker.eu-west-1.amazonaws.com").value(),
        (url{
            .tls = true,
            .host = "api.sagemaker.eu-west-1.amazonaws.com",
            .port = 443,
            .path = "/",
            .query = ""})
    );
    EXPECT_EQ(
        parse_url("HTTP://AlertManager:9093/base/?a=%20b").value(),
        (url{.tls = false, .host = "alertmanager", .port = 9093, .path = "/base", .query = "a=%20b"}
        )
    );
}

TEST(url, host_header_names_the_port_only_where_it_is_not_the_usual_one) {
    EXPECT_EQ(parse_url("https://h:443/")->host_header(), "h");
    EXPECT_EQ(parse_url("http://h:80/")->host_header(), "h");
    EXPECT_EQ(parse_url("http://h:443/")->host_header(), "h:443");
    EXPECT_EQ(parse_url("https://H.Example:8443")->host_header(), "h.example:8443");
    EXPECT_EQ(parse_url("http://h:")->host_header(), "h");
}

TEST(url, ipv6_has_brackets_only_in_the_header) {
    const auto parsed = parse_url("http://[FD00:EC2::254]:8080/latest").value();
    EXPECT_EQ(parsed.host, "fd00:ec2::254");
    EXPECT_EQ(parsed.host_header(), "[fd00:ec2::254]:8080");
    EXPECT_EQ(parse_url("http://127.0.0.1:9093")->host, "127.0.0.1");
}

TEST(url, path_is_kept_as_written_but_for_its_last_slash) {
    EXPECT_EQ(parse_url("http://h/a%2Fb/c//")->path, "/a%2Fb/c");
    EXPECT_EQ(parse_url("http://h//")->path, "/");
    EXPECT_EQ(parse_url("http://h?x=1")->target(), "/?x=1");
    EXPECT_EQ(parse_url("http://h/p")->target(), "/p");
}

TEST(url, is_put_together_again) {
    for (const std::string text :
         {"https://h", "http://h:8080/base?a=b", "http://[fd00:ec2::254]", "https://h/?x"}) {
        EXPECT_EQ(text_of(parse_url(text).value()), text);
    }
    EXPECT_EQ(text_of(parse_url("HTTPS://H:443/").value()), "https://h");
}

TEST(url, port_beyond_16_bits_is_refused_and_never_wraps) {
    EXPECT_EQ(parse_url("http://h:1")->port, 1);
    EXPECT_EQ(parse_url("http://h:65535")->port, 65535);
    EXPECT_EQ(parse_url("http://h:09093")->port, 9093);
    for (const std::string port :
         {"0", "65536", "99999", "100000", "165535", "4294967376", "18446744073709551696"}) {
        EXPECT_EQ(refusal("http://h:" + port), "port " + port + " is not in 1..65535");
    }
}

TEST(url, refuses_with_a_reason) {
    EXPECT_EQ(refusal(""), "empty URL");
    EXPECT_EQ(refusal("alertmanager:9093"), refusal("ftp://h").replace(8, 3, "alertmanager"));
    EXPECT_EQ(refusal("ftp://h"), "scheme \"ftp\" is not supported: want http or https");
    EXPECT_EQ(refusal("http://u:secret@h/").find("secret"), std::string::npos);
    EXPECT_NE(refusal("http://u:secret@h/"), "accepted");
    EXPECT_EQ(refusal("http://h/#part"), "a URL with a fragment (#) is not accepted");
    for (const char* text :
         {"http://",
          "http:///path",
          "http:h",
          "/only/a/path",
          "http://h:0",
          "http://h:65536",
          "http://h:x",
          "http://a b/",
          "http://h/\r\nX: y",
          "http://h%0d/",
          "http://(h)/",
          "http://[::1",
          "http://[fe80::1%25eth0]/",
          " http://h"}) {
        EXPECT_NE(refusal(text), "accepted") << text;
    }
}

}  // namespace
}  // namespace trainwatch::wire::url_test
