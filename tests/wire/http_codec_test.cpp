#include "wire/http_codec.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace trainwatch::wire::http_codec_test {
namespace {

constexpr std::string_view describe_answer =
    "HTTP/1.1 200 OK\r\n"
    "x-amzn-RequestId: 6a3c\r\n"
    "Content-Type: application/x-amz-json-1.1\r\n"
    "Content-Length: 17\r\n"
    "\r\n"
    "{\"Status\":\"Done\"}";

constexpr std::string_view chunked_answer =
    "HTTP/1.1 200 OK\r\n"
    "Transfer-Encoding: chunked\r\n"
    "\r\n"
    "5;ext=1\r\nhello\r\n"
    "6\r\n world\r\n"
    "0\r\nX-Checksum: 1\r\n\r\n";

constexpr std::string_view describe_request =
    "POST / HTTP/1.1\r\n"
    "Host: api.sagemaker.eu-west-1.amazonaws.com\r\n"
    "X-Amz-Target: SageMaker.DescribeTrainingJob\r\n"
    "Content-Length: 24\r\n"
    "\r\n"
    "{\"TrainingJobName\":\"j1\"}";

response_decoder fed(std::string_view bytes) {
    response_decoder decoder;
    const auto done = decoder.feed(bytes);
    EXPECT_TRUE(done && *done) << (done ? "incomplete" : done.error().detail);
    return decoder;
}

template <class Decoder>
std::string refusal(std::string_view bytes, decode_limits limits = {}) {
    Decoder decoder(limits);
    const auto done = decoder.feed(bytes);
    if (done) return *done ? "accepted" : "incomplete";
    EXPECT_EQ(done.error().kind, error_class::malformed);
    EXPECT_FALSE(decoder.feed("x")) << "a broken message stays broken";
    EXPECT_FALSE(decoder.feed_end());
    return done.error().detail;
}

std::string refused_response(std::string_view bytes, decode_limits limits = {}) {
    return refusal<response_decoder>(bytes, limits);
}

std::string refused_request(std::string_view bytes, decode_limits limits = {}) {
    return refusal<request_decoder>(bytes, limits);
}

TEST(header, is_found_in_any_case_and_the_first_one_wins) {
    const header_list headers{{"X-Amzn-RequestId", "1"}, {"x-amzn-requestid", "2"}, {"Date", "d"}};
    EXPECT_EQ(find_header(headers, "x-amzn-RequestID"), "1");
    EXPECT_EQ(find_header(headers, "date"), "d");
    EXPECT_EQ(find_header(headers, "dat"), "");
}

TEST(response_decoding, reads_status_headers_and_body) {
    auto decoder = fed(describe_answer);
    EXPECT_TRUE(decoder.header_complete());
    EXPECT_TRUE(decoder.keep_alive());
    EXPECT_EQ(decoder.unconsumed(), "");
    const http_response expected{
        .status = 200,
        .headers =
            {{"x-amzn-RequestId", "6a3c"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"Content-Length", "17"}},
        .body = "{\"Status\":\"Done\"}"};
    EXPECT_EQ(decoder.take(), expected);
}

TEST(response_decoding, joins_chunks_and_drops_trailers) {
    const auto message = fed(chunked_answer).take();
    EXPECT_EQ(message.body, "hello world");
    EXPECT_EQ(message.headers.size(), 1U);
}

// A socket may cut anywhere; what Beast asserts on (an empty chunked body in pieces) included.
TEST(response_decoding, does_not_depend_on_how_the_bytes_are_cut) {
    const std::string empty_chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (const std::string_view bytes :
         {describe_answer, chunked_answer, std::string_view(empty_chunked)}) {
        const auto whole = fed(bytes).take();
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            response_decoder decoder;
            const auto first = decoder.feed(bytes.substr(0, cut));
            ASSERT_TRUE(first && !*first) << cut;
            const auto second = decoder.feed(bytes.substr(cut));
            ASSERT_TRUE(second && *second) << cut;
            EXPECT_EQ(decoder.take(), whole) << cut;
        }
        response_decoder slow;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const auto done = slow.feed(bytes.substr(at, 1));
            ASSERT_TRUE(done) << at << ": " << done.error().detail;
            EXPECT_EQ(*done, at + 1 == bytes.size()) << at;
        }
        EXPECT_EQ(slow.take(), whole);
    }
}

TEST(response_decoding, fails_on_every_truncation) {
    for (const std::string_view bytes : {describe_answer, chunked_answer}) {
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            response_decoder decoder;
            const auto fed = decoder.feed(bytes.substr(0, size));
            ASSERT_TRUE(fed && !*fed) << size;
            EXPECT_EQ(decoder.started(), size > 0);
            const auto end = decoder.feed_end();
            ASSERT_FALSE(end) << size;
            EXPECT_EQ(end.error().kind, size == 0 ? error_class::transient : error_class::malformed)
                << size;
        }
    }
}

TEST(response_decoding, keeps_what_follows_the_message) {
    std::string bytes(describe_answer);
    bytes += "HTTP/1.1 4";
    auto decoder = fed(bytes);
    EXPECT_EQ(decoder.unconsumed(), "HTTP/1.1 4");
    EXPECT_TRUE(*decoder.feed("04"));
    EXPECT_EQ(decoder.unconsumed(), "HTTP/1.1 404");
    EXPECT_EQ(decoder.take().status, 200);
}

TEST(response_decoding, skips_interim_answers) {
    const std::string interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    auto decoder = fed(interim + std::string(describe_answer));
    const auto message = decoder.take();
    EXPECT_EQ(message.status, 200);
    EXPECT_EQ(message.headers.size(), 3U);

    response_decoder cut;
    EXPECT_FALSE(*cut.feed(interim));
    EXPECT_TRUE(cut.started());
    EXPECT_FALSE(cut.header_complete());
    EXPECT_EQ(cut.feed_end().error().kind, error_class::malformed);
}

TEST(response_decoding, gives_up_on_endless_interim_answers) {
    std::string flood;
    for (int i = 0; i < 20; ++i)
        flood += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_NE(refused_response(flood), "incomplete");
}

TEST(response_decoding, switching_protocols_is_final) {
    auto decoder = fed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes");
    EXPECT_EQ(decoder.take().status, 101);
    EXPECT_EQ(decoder.unconsumed(), "bytes");
}

TEST(response_decoding, a_body_without_framing_ends_with_the_connection) {
    response_decoder decoder;
    EXPECT_FALSE(*decoder.feed("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"));
    EXPECT_FALSE(*decoder.feed("</html>"));
    EXPECT_TRUE(*decoder.feed_end());
    EXPECT_FALSE(decoder.keep_alive());
    EXPECT_EQ(decoder.take().body, "<html></html>");
}

TEST(response_decoding, no_body_follows_an_answer_to_head_or_connect) {
    response_decoder head;
    head.skip_body();
    EXPECT_TRUE(*head.feed("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nHTTP/1.1 200"));
    EXPECT_EQ(head.take().body, "");
    EXPECT_EQ(head.unconsumed(), "HTTP/1.1 200");

    response_decoder connect;
    connect.skip_body();
    EXPECT_TRUE(*connect.feed("HTTP/1.1 200 Connection established\r\n\r\n\x16\x03"));
    EXPECT_EQ(connect.unconsumed(), "\x16\x03");
}

TEST(response_decoding, no_body_follows_204_and_304) {
    EXPECT_EQ(fed("HTTP/1.1 204 No Content\r\n\r\nrest").unconsumed(), "rest");
    EXPECT_EQ(
        fed("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nrest").unconsumed(), "rest"
    );
}

TEST(response_decoding, knows_whether_the_connection_may_be_used_again) {
    EXPECT_FALSE(
        fed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").keep_alive()
    );
    EXPECT_FALSE(fed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive());
    EXPECT_TRUE(
        fed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n").keep_alive()
    );
}

TEST(response_decoding, takes_the_same_length_twice_but_not_two_lengths) {
    const std::string start = "HTTP/1.1 200 OK\r\n";
    EXPECT_EQ(fed(start + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok").take().body, "ok");
    EXPECT_EQ(fed(start + "Content-Length: 2, 2\r\n\r\nok").take().body, "ok");
    for (const char* headers :
         {"Content-Length: 2\r\nContent-Length: 3\r\n",
          "Content-Length: 2, 3\r\n",
          "Content-Length: -1\r\n",
          "Content-Length: 2x\r\n",
          "Content-Length:\r\n",
          "Content-Length: 99999999999999999999999\r\n",
          "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n"}) {
        const auto refusal = refused_response(start + headers + "\r\n");
        EXPECT_TRUE(refusal.starts_with("HTTP: ")) << headers << refusal;
    }
    EXPECT_NE(
        refused_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "accepted"
    );
}

TEST(response_decoding, refuses_broken_chunks) {
    const std::string start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char* body :
         {"x\r\nabcde\r\n",
          "-5\r\nabcde\r\n",
          "5\r\nabcdeXX0\r\n\r\n",
          "\r\n\r\n\r\n",
          "fffffffffffffffff\r\nabc\r\n"}) {
        EXPECT_TRUE(refused_response(start + body).starts_with("HTTP: ")) << body;
    }
}

TEST(response_decoding, bounds_header_and_body) {
    const decode_limits limits{.header_bytes = 256, .body_bytes = 10};
    const std::string start = "HTTP/1.1 200 OK\r\n";
    const std::string limit_hit = "HTTP: header limit exceeded";
    const std::string body_hit = "HTTP: body limit exceeded";
    EXPECT_EQ(refused_response(start + "Content-Length: 10\r\n\r\n0123456789", limits), "accepted");
    EXPECT_EQ(refused_response(start + "Content-Length: 11\r\n\r\n", limits), body_hit);
    EXPECT_EQ(refused_response(start + "\r\n01234567890", limits), body_hit);
    const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(refused_response(chunked + "6\r\n012345\r\n5\r\n01234\r\n", limits), body_hit);
    EXPECT_EQ(refused_response(start + "A: " + std::string(300, 'a'), limits), limit_hit);
    EXPECT_EQ(refused_response("HTTP/1.1 200 " + std::string(300, 'a'), limits), limit_hit);
    EXPECT_EQ(refused_response(chunked + "1;" + std::string(300, 'a'), limits), limit_hit);
    EXPECT_EQ(refused_response(chunked + "0\r\nA: " + std::string(300, 'a'), limits), limit_hit);
}

// Beast's own limit is for what it holds unparsed: whole lines, one a read, would get past it.
TEST(response_decoding, bounds_the_header_that_comes_line_by_line) {
    response_decoder decoder({.header_bytes = 256, .body_bytes = 10});
    ASSERT_TRUE(decoder.feed("HTTP/1.1 200 OK\r\n"));
    int lines = 0;
    while (lines < 100 && decoder.feed("A: 0123456789\r\n"))
        ++lines;
    EXPECT_GE(lines, 15);
    EXPECT_LE(lines, 20);
}

TEST(response_decoding, refuses_what_is_not_http) {
    for (const char* bytes :
         {"SSH-2.0-OpenSSH_9.2\r\n",
          "HTTP/2 200\r\n\r\n",
          "HTTP/1.1 2x0 OK\r\n\r\n",
          "\x15\x03\x03\x01\x02\x02\x16 TLS alert",
          "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nBad name: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n"}) {
        EXPECT_TRUE(refused_response(bytes).starts_with("HTTP: ")) << bytes;
    }
}

// No seed may abort or overrun: bytes changed at random, fed in random pieces.
TEST(response_decoding, survives_noise) {
    random_source random(20261124);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(round % 2 == 0 ? describe_answer : chunked_answer);
        for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits) {
            const std::string_view alphabet = "\r\n :;0159afx,\t\0\x80";
            const auto at = random.below(bytes.size());
            const char c = alphabet[random.below(alphabet.size())];
            switch (random.below(3)) {
                case 0:
                    bytes[at] = c;
                    break;
                case 1:
                    bytes.insert(at, 1, c);
                    break;
                default:
                    bytes.erase(at, 1);
            }
        }
        response_decoder decoder({.header_bytes = 512, .body_bytes = 64});
        std::string_view rest = bytes;
        bool going = true;
        while (going && !rest.empty()) {
            const auto size = std::min<std::size_t>(rest.size(), 1 + random.below(24));
            const auto done = decoder.feed(rest.substr(0, size));
            rest.remove_prefix(size);
            going = done && !*done;
        }
        const auto end = decoder.feed_end();
        if (end) {
            EXPECT_LE(decoder.take().body.size(), 64U);
        }
    }
}

TEST(request_decoding, reads_method_target_headers_and_body) {
    request_decoder decoder;
    EXPECT_TRUE(*decoder.feed(describe_request));
    EXPECT_TRUE(decoder.keep_alive());
    const auto message = decoder.take();
    EXPECT_EQ(message.method, "POST");
    EXPECT_EQ(message.target, "/");
    EXPECT_EQ(find_header(message.headers, "x-amz-target"), "SageMaker.DescribeTrainingJob");
    EXPECT_EQ(message.body, "{\"TrainingJobName\":\"j1\"}");
}

TEST(request_decoding, ends_with_the_header_when_no_length_is_given) {
    request_decoder decoder;
    EXPECT_TRUE(*decoder.feed("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\nGET /"));
    EXPECT_EQ(decoder.take().target, "/metrics?x=1");
    EXPECT_EQ(decoder.unconsumed(), "GET /");
}

TEST(request_decoding, pipelined_requests_come_one_by_one) {
    std::string bytes;
    for (int i = 0; i < 3; ++i)
        bytes += describe_request;
    int seen = 0;
    while (!bytes.empty()) {
        request_decoder decoder;
        ASSERT_TRUE(*decoder.feed(bytes));
        EXPECT_EQ(decoder.take().body, "{\"TrainingJobName\":\"j1\"}");
        bytes = decoder.unconsumed();
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(request_decoding, ignores_empty_lines_before_the_request) {
    request_decoder decoder;
    EXPECT_FALSE(*decoder.feed("\r\n"));
    EXPECT_FALSE(decoder.started());
    EXPECT_TRUE(*decoder.feed("\r\nGET / HTTP/1.1\r\n\r\n"));
}

TEST(request_decoding, a_connection_closed_before_a_request_is_not_malformed) {
    request_decoder decoder;
    EXPECT_EQ(decoder.feed_end().error().kind, error_class::transient);
}

TEST(request_decoding, refuses_smuggling_and_garbage) {
    for (const char* bytes :
         {"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "GET / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
          "GET /a b HTTP/1.1\r\n\r\n",
          "GET  / HTTP/1.1\r\n\r\n",
          "G(T / HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\nHost: a\n\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"}) {
        EXPECT_TRUE(refused_request(bytes).starts_with("HTTP: ")) << bytes;
    }
}

TEST(serialization, writes_headers_as_given_and_adds_the_length) {
    const http_request request{
        .method = "POST",
        .target = "/",
        .headers = {{"host", "h"}, {"X-Amz-Target", "SageMaker.ListTags"}},
        .body = "{}"};
    EXPECT_EQ(
        serialize(request),
        "POST / HTTP/1.1\r\nhost: h\r\nX-Amz-Target: SageMaker.ListTags\r\n"
        "Content-Length: 2\r\n\r\n{}"
    );
}

TEST(serialization, a_length_is_added_only_where_it_means_something) {
    EXPECT_EQ(serialize(http_request{}), "GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(
        serialize(http_request{.method = "POST"}), "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
    );
    EXPECT_EQ(
        serialize(http_response{.status = 200}), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    );
    EXPECT_EQ(serialize(http_response{.status = 204}), "HTTP/1.1 204 No Content\r\n\r\n");
    // The caller may lie about the length, to test what a truncated answer does.
    EXPECT_EQ(
        serialize(http_response{.status = 200, .headers = {{"content-length", "9"}}, .body = "x"}),
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"
    );
    EXPECT_EQ(
        serialize(http_response{.status = 299}), "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"
    );
}

TEST(serialization, an_answer_to_head_names_the_length_and_has_no_body) {
    EXPECT_EQ(
        serialize(http_response{.status = 200, .body = "0123"}, true),
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    );
}

TEST(serialization, a_line_end_in_a_value_cannot_make_a_header) {
    const http_request request{
        .target = "/a b\r\nX: 1", .headers = {{"X-Token", "a\r\nEvil: 1"}, {"B\n", "c"}}};
    EXPECT_EQ(
        serialize(request),
        "GET /a%20b%0D%0AX:%201 HTTP/1.1\r\nX-Token: a  Evil: 1\r\nB : c\r\n\r\n"
    );
}

TEST(serialization, what_is_written_is_read_back) {
    http_request request{
        .method = "PUT",
        .target = "/latest/api/token?a=%20",
        .headers = {{"Host", "[fd00:ec2::254]"}, {"X-Empty", ""}},
        .body = std::string("\0\r\n\xff", 4)};
    request_decoder requests;
    ASSERT_TRUE(*requests.feed(serialize(request)));
    request.headers.emplace_back("Content-Length", "4");
    EXPECT_EQ(requests.take(), request);

    http_response response{.status = 503, .headers = {{"Retry-After", "3"}}, .body = "busy"};
    response_decoder responses;
    ASSERT_TRUE(*responses.feed(serialize(response)));
    response.headers.emplace_back("Content-Length", "4");
    EXPECT_EQ(responses.take(), response);
}

TEST(refusal, a_server_says_what_was_too_much) {
    const auto refused = [](std::string_view bytes) {
        request_decoder decoder({.header_bytes = 100, .body_bytes = 10});
        const auto done = decoder.feed(bytes);
        EXPECT_FALSE(done);
        return done ? 0 : refusal_status(done.error());
    };
    EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n"), 413);
    EXPECT_EQ(
        refused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901"), 413
    );
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(100, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
}

}  // namespace
}  // namespace trainwatch::wire::http_codec_test
