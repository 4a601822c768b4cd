#include "wire/proxy.hpp"

#include <map>

#include <gmock/gmock.h>

#include "tests/wire/vector_files.hpp"
#include "wire/proxy_exceptions.hpp"

namespace trainwatch::wire::proxy_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const proxy_server plain{"proxy.example", 3128, "", ""};

proxy_server parsed(std::string_view text) {
    return parse_proxy_url(text).value();
}

std::string complaint(std::string_view text) {
    const auto proxy = parse_proxy_url(text);
    if (proxy) return "accepted";
    EXPECT_EQ(proxy.error().kind, error_class::rejected);
    return proxy.error().detail;
}

TEST(ProxyUrl, is_host_and_port_however_it_is_written) {
    EXPECT_EQ(parsed("http://proxy.example:3128"), plain);
    EXPECT_EQ(parsed("HTTP://Proxy.Example:3128/"), plain);
    EXPECT_EQ(parsed("proxy.example:3128"), plain);
    EXPECT_EQ(parsed("//proxy.example:3128"), plain);
    EXPECT_EQ(parsed("  http://proxy.example:3128\n"), plain);
    EXPECT_EQ(parsed("http://10.1.2.3:8080"), (proxy_server{"10.1.2.3", 8080, "", ""}));
    EXPECT_EQ(parsed("http://[FD00::1]:8080"), (proxy_server{"fd00::1", 8080, "", ""}));
}

TEST(ProxyUrl, user_and_password_are_decoded) {
    EXPECT_EQ(
        parsed("http://us%3Aer:p%40ss%2Fw%25@proxy.example:3128"),
        (proxy_server{"proxy.example", 3128, "us:er", "p@ss/w%"})
    );
    EXPECT_EQ(parsed("user:@proxy.example:3128"), (proxy_server{plain.host, 3128, "user", ""}));
    EXPECT_EQ(parsed("user@proxy.example:3128"), (proxy_server{plain.host, 3128, "user", ""}));
    EXPECT_EQ(parsed("http://u:a+b:c@proxy.example:1").password, "a+b:c");
}

TEST(ProxyUrl, name_keeps_user_and_password_to_itself) {
    EXPECT_EQ(parsed("http://user:secret@proxy.example:3128").name(), "proxy.example:3128");
    EXPECT_EQ(parsed("http://user:secret@[fd00::1]:3128").name(), "[fd00::1]:3128");
}

TEST(ProxyUrl, port_has_to_be_said) {
    EXPECT_THAT(complaint("http://proxy.example"), HasSubstr("port is missing"));
    EXPECT_THAT(complaint("proxy.example"), HasSubstr("port is missing"));
    EXPECT_THAT(complaint("http://proxy.example:"), HasSubstr("port is missing"));
    EXPECT_THAT(complaint("http://proxy.example:0"), HasSubstr("1..65535"));
    EXPECT_THAT(complaint("http://proxy.example:99999"), HasSubstr("1..65535"));
}

TEST(ProxyUrl, what_is_not_spoken_is_refused_by_name) {
    EXPECT_THAT(complaint("https://proxy.example:3129"), HasSubstr("spoken to by TLS"));
    EXPECT_THAT(complaint("socks5://proxy.example:1080"), HasSubstr("SOCKS"));
    EXPECT_THAT(complaint("socks4a://proxy.example:1080"), HasSubstr("SOCKS"));
    EXPECT_THAT(complaint("ftp://proxy.example:21"), HasSubstr("want http://host:port"));
}

TEST(ProxyUrl, refusal_never_quotes_the_text) {
    for (const std::string text :
         {"https://user:secret@proxy.example:3129",
          "http://user:sec@ret@proxy.example:3128",
          "http://user:secret@proxy.example:3128/path",
          "http://user:secret@:3128",
          "http://user:secret@proxy example:3128",
          "http://user:secret%zz@proxy.example:3128",
          "http://user:secret@pro!xy:3128",
          "http://user:secret@proxy.example:port"}) {
        EXPECT_THAT(complaint(text), Not(HasSubstr("sec"))) << text;
        EXPECT_THAT(complaint(text), Not(HasSubstr("accepted"))) << text;
    }
}

class ProxyRules : public testing::Test {
protected:
    result<proxy_reading> read(const std::string& explicit_url = "") {
        const auto lookup = [this](const char* name) -> std::optional<std::string> {
            const auto at = variables.find(name);
            return at == variables.end() ? std::nullopt : std::optional(at->second);
        };
        return read_proxy_rules(lookup, explicit_url);
    }

    // "proxy.example:3128", or "directly".
    std::string way(const std::string& target, const std::string& explicit_url = "") {
        const auto proxy = proxy_for(parse_url(target).value(), read(explicit_url).value().rules);
        return proxy ? proxy->name() : "directly";
    }

    std::map<std::string, std::string> variables{};
};

const std::string aws = "https://api.sagemaker.eu-west-1.amazonaws.com";
const std::string receiver = "http://alerts.example:9093";

TEST_F(ProxyRules, without_variables_everything_is_direct) {
    EXPECT_EQ(read().value(), proxy_reading{});
    EXPECT_EQ(way(aws), "directly");
}

TEST_F(ProxyRules, each_scheme_has_its_variable) {
    variables = {{"HTTPS_PROXY", "http://a:1"}, {"HTTP_PROXY", "http://b:2"}};
    EXPECT_EQ(way(aws), "a:1");
    EXPECT_EQ(way(receiver), "b:2");
    variables.erase("HTTP_PROXY");
    EXPECT_EQ(way(receiver), "directly");
    variables = {{"ALL_PROXY", "http://a:1"}};
    EXPECT_EQ(way(aws), "directly");
}

TEST_F(ProxyRules, lower_case_comes_first_and_blank_is_unset) {
    variables = {
        {"https_proxy", "a:1"},
        {"HTTPS_PROXY", "b:2"},
        {"http_proxy", " "},
        {"HTTP_PROXY", "c:3"},
        {"no_proxy", "a.example"},
        {"NO_PROXY", "b.example"}};
    EXPECT_EQ(way(aws), "a:1");
    EXPECT_EQ(way(receiver), "c:3");
    EXPECT_EQ(way("https://a.example"), "directly");
    EXPECT_EQ(way("https://b.example"), "a:1");
}

TEST_F(ProxyRules, configuration_outranks_the_variables) {
    variables = {{"HTTPS_PROXY", "b:2"}, {"NO_PROXY", "direct.example"}};
    EXPECT_EQ(way(aws, "http://a:1"), "a:1");
    EXPECT_EQ(way(receiver, "http://a:1"), "a:1");
    EXPECT_EQ(way(aws, "none"), "directly");
    EXPECT_EQ(way(aws, " None "), "directly");
    // What is listed is listed for any proxy.
    EXPECT_EQ(way("https://direct.example", "http://a:1"), "directly");
    // A broken variable is nobody's business then.
    variables["HTTPS_PROXY"] = "socks5://b:2";
    EXPECT_EQ(way(aws, "http://a:1"), "a:1");
}

TEST_F(ProxyRules, mistake_names_its_variable) {
    variables = {{"https_proxy", "http://user:secret@proxy"}};
    ASSERT_FALSE(read());
    EXPECT_THAT(read().error().detail, StartsWith("https_proxy: the proxy's port is missing"));
    variables = {{"HTTP_PROXY", "socks5://proxy:1"}};
    EXPECT_THAT(read().error().detail, StartsWith("HTTP_PROXY: SOCKS"));
    variables = {};
    EXPECT_THAT(read("https://proxy:1").error().detail, StartsWith("a proxy that is spoken to"));
}

TEST_F(ProxyRules, entries_that_match_nothing_are_warned_of) {
    variables = {
        {"https_proxy", "a:1"},
        {"NO_PROXY",
         "https://user:secret@x.example/, x.example/y, foo*bar, 10., 169.254, 10.0.0.0/33, [::1, "
         "good.example *.good.example 10.1.2.3:80 fd00::/8 [fd00::1]:443 * . a!b"}};
    EXPECT_THAT(
        read().value().warnings,
        ElementsAre(
            "NO_PROXY: an entry that is a URL matches nothing: write the host alone",
            StartsWith("NO_PROXY: \"x.example/y\" matches nothing: write a host without a path"),
            StartsWith("NO_PROXY: \"foo*bar\" matches nothing: a * stands alone"),
            "NO_PROXY: \"10.\" matches nothing: write a range as in 10.0.0.0/8",
            "NO_PROXY: \"169.254\" matches nothing: write a range as in 10.0.0.0/8",
            StartsWith("NO_PROXY: \"10.0.0.0/33\" matches nothing: "),
            StartsWith("NO_PROXY: \"[::1\" matches nothing: "),
            StartsWith("NO_PROXY: \".\" matches nothing: "),
            StartsWith("NO_PROXY: \"a!b\" matches nothing: ")
        )
    );
    variables.erase("https_proxy");
    EXPECT_THAT(read().value().warnings, IsEmpty());
}

TEST_F(ProxyRules, metadata_and_loopback_are_never_proxied) {
    variables = {{"http_proxy", "a:1"}, {"https_proxy", "a:1"}};
    for (const std::string host :
         {"169.254.169.254",
          "[fd00:ec2::254]",
          "[FD00:0EC2:0:0::0254]",
          "169.254.170.2",
          "169.254.170.23",
          "[fd00:ec2::23]",
          "127.0.0.1",
          "127.9.8.7",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "localhost",
          "localhost.",
          "api.localhost"}) {
        EXPECT_EQ(way("http://" + host + ":8080/"), "directly") << host;
        EXPECT_EQ(way("https://" + host + "/"), "directly") << host;
    }
    for (const std::string host :
         {"169.254.169.253", "128.0.0.1", "[fd00:ec2::255]", "localhost.example", "mylocalhost"}) {
        EXPECT_EQ(way("http://" + host + "/"), "a:1") << host;
    }
}

struct exception_case {
    std::string_view entry;
    std::string_view host;
    std::uint16_t port;
    bool matches;
};

TEST(ProxyException, matches_as_the_table_says) {
    const exception_case cases[] = {
        {"*", "x.example", 443, true},
        {"x.example", "x.example", 443, true},
        {"x.example", "a.x.example", 443, true},
        {"x.example", "ax.example", 443, false},
        {"x.example", "x.example.", 443, true},
        {"x.example.", "a.x.example", 443, true},
        {".x.example", "x.example", 443, true},
        {"*.x.example", "a.b.x.example", 443, true},
        {"*x.example", "ax.example", 443, false},
        {"x.example:443", "a.x.example", 443, true},
        {"x.example:443", "x.example", 8443, false},
        {"x.example:99999", "x.example", 443, false},
        {"https://x.example", "x.example", 443, false},
        {"x.example/", "x.example", 443, false},
        {"", "x.example", 443, false},
        {".", "x.example", 443, false},
        {"10.1.2.3", "10.1.2.3", 443, true},
        {"10.1.2.3:80", "10.1.2.3", 443, false},
        {"10.1.2.3:443", "10.1.2.3", 443, true},
        {"10.0.0.0/8", "10.1.2.3", 443, true},
        {"10.9.9.9/8", "10.1.2.3", 443, true},
        {"10.1.2.0/25", "10.1.2.128", 443, false},
        {"10.1.2.128/25", "10.1.2.255", 443, true},
        {"10.1.2.3/32", "10.1.2.3", 443, true},
        {"10.1.2.3/32", "10.1.2.2", 443, false},
        {"0.0.0.0/0", "10.1.2.3", 443, true},
        {"0.0.0.0/0", "fd00::1", 443, false},
        {"10.0.0.0/8", "ten.example", 443, false},
        // An address is no name with subdomains.
        {"2.3", "10.1.2.3", 443, false},
        {"10.", "10.1.2.3", 443, false},
        {"fd00::1", "fd00:0::1", 443, true},
        {"[fd00::1]", "fd00::1", 443, true},
        {"[fd00::1]:443", "fd00::1", 443, true},
        {"[fd00::1]:80", "fd00::1", 443, false},
        {"fd00::/8", "fdff::1", 443, true},
        {"fd00::/8", "fe00::1", 443, false},
        {"fd00::/127", "fd00::1", 443, true},
        {"fd00::/127", "fd00::2", 443, false},
        {"::/0", "fd00::1", 443, true},
        {"10.1.2.3", "::ffff:10.1.2.3", 443, true},
    };
    for (const exception_case& one : cases) {
        EXPECT_EQ(is_proxy_exception(one.entry, one.host, one.port), one.matches)
            << one.entry << " and " << one.host << ":" << one.port;
    }
}

TEST(ProxyException, entries_stand_between_commas_and_blanks) {
    EXPECT_THAT(
        split_proxy_exceptions(" Foo,bar\tbaz ,, qux\n"), ElementsAre("foo", "bar", "baz", "qux")
    );
    EXPECT_THAT(split_proxy_exceptions(" , "), IsEmpty());
}

// Where the three engines differ, the one that is followed: whoever wrote an entry down wants it
// to count.
const std::map<std::string, std::string_view> followed{
    {".api.sagemaker.eu-west-1.amazonaws.com", "curl_7_88"},
    {"*.amazonaws.com", "go"},
    {"api.sagemaker.eu-west-1.amazonaws.com:443", "go"},
    {"foo amazonaws.com", "curl_7_88"},
    {"amazonaws.com.", "curl_7_88"},
    {"foo,*", "go"},
    {"*,foo", "go"},
    {"10.0.0.0/8", "go"},
};

// Whether the three engines say would be proxied; nothing where they differ and none is followed.
std::optional<bool> expected(const boost::json::object& one) {
    const std::string host = text_of(one.at("host"));
    // Loopback and metadata: no engine is followed, they are always direct.
    if (host == "localhost" || host.starts_with("127.") || host.starts_with("169.254.") ||
        host.starts_with("fd00:ec2:")) {
        return false;
    }
    const auto& answers = one.at("proxied").as_object();
    const auto at = followed.find(text_of(one.at("no_proxy")));
    if (at != followed.end()) return answers.at(at->second).as_bool();
    const bool first = answers.begin()->value().as_bool();
    for (const auto& answer : answers) {
        if (answer.value().as_bool() != first) return std::nullopt;
    }
    return first;
}

TEST(ProxyException, shared_cases_are_judged_by_the_chosen_engine) {
    const auto cases = read_json(TRAINWATCH_SHARED_DIR "/vectors/proxy/no-proxy-cases.json");
    if (cases.is_null()) GTEST_SKIP() << "the shared cases of NO_PROXY are not here";
    std::size_t judged = 0;
    for (const auto& value : cases.as_array()) {
        const auto& one = value.as_object();
        const auto want = expected(one);
        ASSERT_TRUE(want) << value;
        url target;
        target.tls = text_of(one.at("scheme")) == "https";
        target.host = text_of(one.at("host"));
        target.port = static_cast<std::uint16_t>(one.at("port").as_int64());
        const proxy_rules rules{plain, plain, split_proxy_exceptions(text_of(one.at("no_proxy")))};
        EXPECT_EQ(proxy_for(target, rules).has_value(), *want) << value;
        ++judged;
    }
    EXPECT_EQ(judged, 50U);
}

}  // namespace
}  // namespace trainwatch::wire::proxy_test
