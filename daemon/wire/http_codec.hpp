// HTTP/1.1 bytes <-> messages, both directions, both roles. The only file that includes Beast.
//
// Sans-I/O: the caller feeds what a socket gave and writes what serialize() returns. A decoder is
// for one message; whatever follows it on the connection stays with the caller (unconsumed()).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// Adds Content-Length where a body or the method wants one. Nothing else is added: the caller
// gives Host, Connection and the rest, so that what was signed is what is sent.
std::string serialize(const http_request& request);
std::string serialize(const http_response& response, bool head_only = false);

struct decode_limits {
    std::size_t header_bytes = 16U << 10U;
    std::size_t body_bytes = 1U << 20U;
};

template <class Message>
class http_decoder {
public:
    explicit http_decoder(decode_limits limits = {});
    ~http_decoder();
    http_decoder(http_decoder&&) noexcept;
    http_decoder& operator=(http_decoder&&) noexcept;

    // Takes the next bytes. True once the message is complete; bytes beyond it are kept for
    // unconsumed(). Informational 1xx responses are skipped. Failure: malformed.
    result<bool> feed(std::string_view bytes);
    // The peer closed: completes a message that ends with the connection, else is malformed
    // (transient when nothing at all had arrived).
    result<bool> feed_end();

    bool started() const;  // any byte of the message has arrived
    bool header_complete() const;
    // After completion only.
    Message take();
    bool keep_alive() const;
    std::string unconsumed() const;

    // For responses to HEAD and CONNECT: no body follows whatever the header says.
    void skip_body();

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

using request_decoder = http_decoder<http_request>;
using response_decoder = http_decoder<http_response>;

// What a server answers to a request whose decoding failed so: 400, 413 (body) or 431 (header).
int refusal_status(const failure& undecoded);

extern template class http_decoder<http_request>;
extern template class http_decoder<http_response>;

}  // namespace trainwatch::wire
