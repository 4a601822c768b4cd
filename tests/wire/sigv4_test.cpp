#include "wire/sigv4.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::sigv4_test {
namespace {

namespace fs = std::filesystem;

struct signing_case {
    std::string name{};
    http_request request{};
    aws_credentials keys{};
    signing_scope scope{};
    signing_options options{};
    wall_time now{};
    // What each stage must give.
    std::string canonical{};
    std::string to_sign{};
    std::string signature{};
};

bool is_signers_own(std::string_view header) {
    return equal_ignoring_case(header, "authorization") ||
        equal_ignoring_case(header, "x-amz-security-token");
}

// Signs, then takes the three stages again from the request that would be sent.
void expect_every_stage(const signing_case& given) {
    SCOPED_TRACE(given.name);
    signing_key_cache cache;
    auto request = given.request;
    sign(request, given.now, given.keys, given.scope, cache, given.options);

    auto sent = request;
    std::erase_if(sent.headers, [&](const auto& header) {
        return given.options.omit_session_token && is_signers_own(header.first);
    });
    const auto canonical = canonical_request(sent, given.options);
    EXPECT_EQ(canonical, given.canonical);
    const auto to_sign = string_to_sign(canonical, given.now, given.scope);
    EXPECT_EQ(to_sign, given.to_sign);
    EXPECT_EQ(cache.signature(to_sign, given.now, given.keys, given.scope), given.signature);

    const auto authorization = find_header(request.headers, "Authorization");
    EXPECT_TRUE(authorization.ends_with(", Signature=" + given.signature)) << authorization;
    const auto names = "SignedHeaders=" + signed_header_names(sent) + ",";
    EXPECT_NE(authorization.find(names), std::string_view::npos) << authorization;
    EXPECT_EQ(find_header(request.headers, "X-Amz-Security-Token"), given.keys.session_token);
}

signing_case own_case(const fs::path& folder) {
    const auto input = read_json(folder / "request.json");
    signing_case read;
    read.name = folder.filename();
    read.request.method = text_of(input, "method");
    read.request.target = text_of(input, "target");
    read.request.body = text_of(input, "body");
    for (const auto& header : input.at("headers").as_array()) {
        read.request.headers.emplace_back(text_of(header.at(0)), text_of(header.at(1)));
    }
    read.keys = {
        text_of(input, "access_key_id"),
        text_of(input, "secret_access_key"),
        text_of(input, "session_token")};
    read.scope = {text_of(input, "region"), text_of(input, "service")};
    read.now = parse_iso8601(text_of(input, "timestamp")).value();
    read.canonical = read_file(folder / "canonical-request.txt");
    read.to_sign = read_file(folder / "string-to-sign.txt");
    read.signature = read_file(folder / "signature.txt");
    return read;
}

TEST(signature_version_4, every_stage_of_our_vectors) {
    int seen = 0;
    for (const auto& entry : fs::directory_iterator(TRAINWATCH_TESTS_DIR "/vectors/sigv4")) {
        if (!entry.is_directory()) continue;
        expect_every_stage(own_case(entry.path()));
        ++seen;
    }
    EXPECT_EQ(seen, 4);
}

// "GET /a b HTTP/1.1", headers with continuation lines, an empty line, the body.
http_request parse_request_file(std::string_view text) {
    http_request request;
    const auto take_line = [&text] {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        return line;
    };
    const auto first = take_line();
    const auto method_end = first.find(' ');
    const auto target_end = first.rfind(' ');
    request.method = std::string(first.substr(0, method_end));
    request.target = std::string(first.substr(method_end + 1, target_end - method_end - 1));
    while (!text.empty()) {
        const auto line = take_line();
        if (line.empty()) break;
        if (line.front() == ' ') {
            request.headers.back().second += line;
            continue;
        }
        const auto colon = line.find(':');
        request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    request.body = std::string(text);
    return request;
}

bool flag(const boost::json::value& context, std::string_view name, bool otherwise) {
    const auto* found = context.as_object().if_contains(name);
    return found != nullptr ? found->as_bool() : otherwise;
}

signing_case shared_case(const fs::path& folder) {
    const auto context = read_json(folder / "context.json");
    const auto& keys = context.at("credentials");
    signing_case read;
    read.name = folder.filename();
    read.request = parse_request_file(read_file(folder / "request.txt"));
    read.keys = {
        text_of(keys, "access_key_id"), text_of(keys, "secret_access_key"), text_of(keys, "token")};
    read.scope = {text_of(context, "region"), text_of(context, "service")};
    read.options.normalize_path = flag(context, "normalize", true);
    read.options.sign_body = flag(context, "sign_body", false);
    read.options.omit_session_token = flag(context, "omit_session_token", false);
    read.now = parse_iso8601(text_of(context, "timestamp")).value();
    read.canonical = read_file(folder / "header-canonical-request.txt");
    read.to_sign = read_file(folder / "header-string-to-sign.txt");
    read.signature = read_file(folder / "header-signature.txt");
    return read;
}

TEST(signature_version_4, every_stage_of_the_published_suite) {
    const std::string root = TRAINWATCH_SHARED_DIR "/vectors/sigv4";
    if (!fs::exists(root)) GTEST_SKIP() << "no shared vectors beside the sources";
    int seen = 0;
    for (const char* set : {"/suite", "/own"}) {
        for (const auto& entry : fs::directory_iterator(root + set)) {
            expect_every_stage(shared_case(entry.path()));
            ++seen;
        }
    }
    EXPECT_EQ(seen, 45);
}

const aws_credentials keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", "", {}};
const signing_scope scope{"eu-west-1", "sagemaker"};

wall_time at(std::string_view text) {
    return parse_iso8601(text).value();
}

http_request describe() {
    return {
        .method = "POST",
        .target = "/",
        .headers = {{"Host", "h"}, {"X-Amz-Target", "SageMaker.DescribeTrainingJob"}},
        .body = "{}"};
}

std::string authorization_of(
    signing_key_cache& cache, wall_time now, const aws_credentials& with, const signing_scope& in
) {
    auto request = describe();
    sign(request, now, with, in, cache);
    return std::string(find_header(request.headers, "authorization"));
}

// A stale key would be refused by AWS only, and only after midnight or a rotation.
TEST(signing_key, is_made_again_for_another_day_secret_region_or_service) {
    signing_key_cache shared;
    const auto evening = at("2026-11-24T23:59:59Z");
    const auto midnight = at("2026-11-25T00:00:00Z");
    auto rotated = keys;
    rotated.secret_access_key = "another";
    const signing_scope elsewhere{"us-east-1", "sagemaker"};
    const signing_scope sts{"eu-west-1", "sts"};
    const auto expect_as_fresh = [&shared](auto... arguments) {
        signing_key_cache fresh;
        EXPECT_EQ(authorization_of(shared, arguments...), authorization_of(fresh, arguments...));
    };
    expect_as_fresh(evening, keys, scope);
    expect_as_fresh(evening, keys, scope);
    expect_as_fresh(midnight, keys, scope);
    expect_as_fresh(midnight, rotated, scope);
    expect_as_fresh(midnight, rotated, elsewhere);
    expect_as_fresh(midnight, rotated, sts);
    expect_as_fresh(evening, keys, scope);
}

TEST(signing, a_second_attempt_replaces_the_first_signature) {
    signing_key_cache cache;
    auto temporary = keys;
    temporary.session_token = "token";
    auto twice = describe();
    sign(twice, at("2026-11-24T09:12:00Z"), temporary, scope, cache);
    sign(twice, at("2026-11-24T09:13:00Z"), keys, scope, cache);
    auto once = describe();
    sign(once, at("2026-11-24T09:13:00Z"), keys, scope, cache);
    EXPECT_EQ(twice, once);
}

TEST(signing, what_a_proxy_may_change_is_not_signed) {
    auto request = describe();
    for (const char* name :
         {"Connection",
          "Expect",
          "Keep-Alive",
          "Proxy-Authenticate",
          "Proxy-Authorization",
          "TE",
          "Trailer",
          "Transfer-Encoding",
          "Upgrade",
          "User-Agent",
          "X-Amzn-Trace-Id"}) {
        request.headers.emplace_back(name, "x");
    }
    signing_key_cache cache;
    sign(request, at("2026-11-24T09:12:00Z"), keys, scope, cache);
    EXPECT_EQ(signed_header_names(request), "host;x-amz-date;x-amz-target");
}

}  // namespace
}  // namespace trainwatch::wire::sigv4_test
