#include "wire/http_codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include "base/check.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

// A server that sends nothing but "103 Early Hints" is broken or hostile.
constexpr int informational_max = 16;
// What AWS answers with, and room for a proxy's own.
constexpr std::size_t usual_headers = 12;
// The shortest chunked body is "0\r\n\r\n".
constexpr std::size_t chunked_body_min = 5;

// Beast finds the parts and checks the framing; they go straight into our message, without a
// detour through Beast's own header container.
template <class Message>
class message_parser final : public http::basic_parser<std::is_same_v<Message, http_request>> {
public:
    message_parser(const decode_limits& limits, bool skip) : limits_(limits) {
        // Whatever arrives in one read is parsed in one call.
        this->eager(true);
        this->header_limit(
            static_cast<std::uint32_t>(std::min<std::size_t>(limits.header_bytes, UINT32_MAX))
        );
        this->body_limit(limits.body_bytes);
        this->skip(skip);
        message_.headers.reserve(usual_headers);
    }

    Message& message() { return message_; }

private:
    void
    on_request_impl(http::verb, string_view method, string_view target, int version, error_code&)
        override {
        if constexpr (std::is_same_v<Message, http_request>) {
            message_.method = std::string(method);
            message_.target = std::string(target);
        }
        version_ = version;
    }

    void on_response_impl(int status, string_view, int version, error_code&) override {
        if constexpr (std::is_same_v<Message, http_response>) message_.status = status;
        version_ = version;
    }

    void on_field_impl(
        http::field name, string_view name_text, string_view value, error_code& error
    ) override {
        // Beast bounds what it has not parsed yet; the sum of all fields is bounded here.
        header_bytes_ += name_text.size() + value.size() + 4;
        if (header_bytes_ > limits_.header_bytes) {
            error = http::error::header_limit;
            return;
        }
        // Trailer fields come after what they could have changed was decided: dropped.
        if (in_body_) return;
        if (name == http::field::transfer_encoding) {
            // Beast would read "gzip" as a body without framing. We never ask for it, and a
            // proxy in between may read it otherwise: refused, like HTTP/1.0 with any encoding.
            if (version_ < 11 || !equal_ignoring_case(value, "chunked")) {
                error = http::error::bad_transfer_encoding;
                return;
            }
        }
        message_.headers.emplace_back(name_text, value);
    }

    void on_header_impl(error_code&) override { in_body_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        // Within the limit: Beast has refused longer ones by now.
        if (length) message_.body.reserve(static_cast<std::size_t>(*length));
    }

    std::size_t on_body_impl(string_view part, error_code&) override {
        message_.body.append(part.data(), part.size());
        return part.size();
    }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override {
        message_.body.append(part.data(), part.size());
        return part.size();
    }

    void on_finish_impl(error_code&) override {}

    decode_limits limits_;
    Message message_{};
    int version_ = 11;
    bool in_body_ = false;
    std::size_t header_bytes_ = 0;
};

failure broken(error_code code) {
    failure error;
    error.kind = error_class::malformed;
    error.code = code;
    error.detail = "HTTP: " + code.message();
    return error;
}

// Interim answers announce the real one. 101 is the exception: it ends HTTP on the connection.
bool is_informational(const http_response& response) {
    return response.status / 100 == 1 && response.status != 101;
}
bool is_informational(const http_request&) {
    return false;
}

// A name or value with a line end in it would become two headers: it never leaves like that.
void append_field_text(std::string& out, std::string_view text) {
    const std::size_t begin = out.size();
    out += text;
    // Hardly ever anything to replace.
    for (const char splits : {'\r', '\n', '\0'}) {
        for (auto at = out.find(splits, begin); at != std::string::npos; at = out.find(splits, at))
            out[at] = ' ';
    }
}

void append_target(std::string& out, std::string_view target) {
    for (const char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f) {
            out += percent_encode({&c, 1});
        } else {
            out += c;
        }
    }
}

void append_headers(
    std::string& out, const header_list& headers, std::size_t body_size, bool wants_length
) {
    bool framed = false;
    for (const auto& [name, value] : headers) {
        framed = framed || equal_ignoring_case(name, "content-length") ||
            equal_ignoring_case(name, "transfer-encoding");
        append_field_text(out, name);
        out += ": ";
        append_field_text(out, value);
        out += "\r\n";
    }
    if (wants_length && !framed) {
        out += "Content-Length: ";
        out += std::to_string(body_size);
        out += "\r\n";
    }
    out += "\r\n";
}

std::size_t estimated_size(const header_list& headers, std::size_t body_size) {
    std::size_t size = 128 + body_size;
    for (const auto& [name, value] : headers)
        size += name.size() + value.size() + 4;
    return size;
}

}  // namespace

std::string serialize(const http_request& request) {
    constexpr std::array<std::string_view, 3> with_body{"POST", "PUT", "PATCH"};
    const bool wants_length = !request.body.empty() ||
        std::find(with_body.begin(), with_body.end(), request.method) != with_body.end();
    std::string out;
    out.reserve(estimated_size(request.headers, request.body.size()));
    append_field_text(out, request.method);
    out += ' ';
    append_target(out, request.target);
    out += " HTTP/1.1\r\n";
    append_headers(out, request.headers, request.body.size(), wants_length);
    out += request.body;
    return out;
}

std::string serialize(const http_response& response, bool head_only) {
    CHECK(response.status >= 100 && response.status <= 999);
    const bool bodyless =
        response.status / 100 == 1 || response.status == 204 || response.status == 304;
    std::string out;
    out.reserve(estimated_size(response.headers, response.body.size()));
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    const auto known = http::int_to_status(static_cast<unsigned>(response.status));
    if (known != http::status::unknown) out += std::string_view(http::obsolete_reason(known));
    out += "\r\n";
    append_headers(out, response.headers, response.body.size(), !bodyless);
    if (!bodyless && !head_only) out += response.body;
    return out;
}

int refusal_status(const failure& undecoded) {
    if (undecoded.code == error_code(http::error::body_limit)) return 413;
    if (undecoded.code == error_code(http::error::header_limit)) return 431;
    return 400;
}

template <class Message>
class http_decoder<Message>::implementation {
public:
    explicit implementation(decode_limits limits) : limits_(limits) { next_parser(); }

    result<bool> feed(std::string_view bytes) {
        if (failed_) return *failed_;
        if constexpr (std::is_same_v<Message, http_request>) {
            // Some clients end a POST with an extra CRLF (RFC 9112, section 2.2).
            while (!started_ && !bytes.empty() && (bytes[0] == '\r' || bytes[0] == '\n')) {
                bytes.remove_prefix(1);
            }
        }
        started_ = started_ || !bytes.empty();
        // Usually a message is one read: parse in place, copy only what is left over.
        const bool in_place = rest_.empty();
        if (!in_place) rest_.append(bytes);
        const std::string_view all = in_place ? bytes : std::string_view(rest_);
        const auto used = parse(all);
        if (!used) {
            failed_ = used.error();
            return *failed_;
        }
        if (in_place) {
            rest_.assign(bytes.substr(*used));
        } else {
            rest_.erase(0, *used);
        }
        return parser_->is_done();
    }

    result<bool> feed_end() {
        if (failed_) return *failed_;
        if (parser_->is_done()) return true;
        error_code code;
        if (!started_) {
            failed_ = broken(http::error::end_of_stream);
            failed_->kind = error_class::transient;
            return *failed_;
        }
        if (parser_->got_some()) {
            parser_->put_eof(code);
        } else {
            // Only an interim answer came, or less than the parser would look at.
            code = http::error::partial_message;
        }
        if (!code) return true;
        failed_ = broken(code);
        return *failed_;
    }

    void skip_body() {
        CHECK(!started_);
        skip_ = true;
        next_parser();
    }

    const message_parser<Message>& parser() const { return *parser_; }
    Message take() {
        CHECK(parser_->is_done());
        return std::move(parser_->message());
    }
    bool started() const { return started_; }
    const std::string& rest() const { return rest_; }

private:
    void next_parser() { parser_.emplace(limits_, skip_); }

    // How many of the bytes were used.
    result<std::size_t> parse(std::string_view all) {
        std::size_t used = 0;
        while (!parser_->is_done() && used < all.size()) {
            const std::string_view next = all.substr(used);
            // Beast 1.81 asserts when an empty chunked body comes in pieces of less.
            if (parser_->is_header_done() && parser_->chunked() && next.size() < chunked_body_min) {
                break;
            }
            error_code code;
            used += parser_->put(boost::asio::const_buffer(next.data(), next.size()), code);
            if (code && code != http::error::need_more) return broken(code);
            if (parser_->is_done() && is_informational(parser_->message())) {
                if (++informational_ > informational_max) return broken(http::error::bad_status);
                next_parser();
                continue;
            }
            if (code) break;
        }
        // Beast has no bound for a chunk's extension or for trailers.
        if (!parser_->is_done() && all.size() - used > limits_.header_bytes) {
            return broken(http::error::header_limit);
        }
        return used;
    }

    decode_limits limits_;
    // Optional, because Beast's parser cannot be used twice and does not assign.
    std::optional<message_parser<Message>> parser_;
    std::string rest_;
    std::optional<failure> failed_;
    int informational_ = 0;
    bool skip_ = false;
    bool started_ = false;
};

template <class Message>
http_decoder<Message>::http_decoder(decode_limits limits)
    : self_(std::make_unique<implementation>(limits)) {}
template <class Message>
http_decoder<Message>::~http_decoder() = default;
template <class Message>
http_decoder<Message>::http_decoder(http_decoder&&) noexcept = default;
template <class Message>
http_decoder<Message>& http_decoder<Message>::operator=(http_decoder&&) noexcept = default;

template <class Message>
result<bool> http_decoder<Message>::feed(std::string_view bytes) {
    return self_->feed(bytes);
}

template <class Message>
result<bool> http_decoder<Message>::feed_end() {
    return self_->feed_end();
}

template <class Message>
bool http_decoder<Message>::started() const {
    return self_->started();
}

template <class Message>
bool http_decoder<Message>::header_complete() const {
    return self_->parser().is_header_done();
}

template <class Message>
Message http_decoder<Message>::take() {
    return self_->take();
}

template <class Message>
bool http_decoder<Message>::keep_alive() const {
    return self_->parser().is_header_done() && self_->parser().keep_alive();
}

template <class Message>
std::string http_decoder<Message>::unconsumed() const {
    return self_->rest();
}

template <class Message>
void http_decoder<Message>::skip_body() {
    self_->skip_body();
}

template class http_decoder<http_request>;
template class http_decoder<http_response>;

}  // namespace trainwatch::wire
