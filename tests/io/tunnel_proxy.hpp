// A proxy that knows CONNECT: answers as it is told, and carries the bytes on to one server,
// whatever name was asked for.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/loop.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::io {

class tunnel_proxy {
public:
    // `answers`: one a connection; success where there is none left. One that is not 2xx ends the
    // connection, an empty one leaves the question unanswered.
    tunnel_proxy(loop& on, std::uint16_t server_port, std::deque<std::string> answers = {})
        : state_(std::make_shared<state>(on)) {
        state_->answers = std::move(answers);
        state_->server = {"127.0.0.1", server_port, false};
        state_->where = listen(on.executor(), {}).value();
        port_ = state_->where->port();
        on.spawn(accept_all(state_));
    }
    ~tunnel_proxy() {
        state_->where->close();
        close_tunnels();
    }
    tunnel_proxy(const tunnel_proxy&) = delete;
    tunnel_proxy& operator=(const tunnel_proxy&) = delete;

    wire::proxy_server name() const { return {"127.0.0.1", port_, "", ""}; }
    // What came in front of the tunnels.
    const std::vector<std::string>& questions() const { return state_->questions; }
    void close_tunnels() {
        for (const auto& one : std::exchange(state_->tunnels, {}))
            one->close();
    }

private:
    using stream = std::shared_ptr<byte_stream>;  // shared by the two directions

    struct state {
        explicit state(loop& with) : on(with) {}

        loop& on;
        std::deque<std::string> answers{};
        peer server{};
        std::unique_ptr<listener> where{};
        std::vector<std::string> questions{};
        std::vector<stream> tunnels{};
    };
    using shared = std::shared_ptr<state>;

    static task<void> accept_all(shared self) {
        for (;;) {
            auto accepted = co_await self->where->accept();
            if (!accepted) co_return;
            stream client = std::move(*accepted);
            client->expires_after(seconds(30));
            self->tunnels.push_back(client);
            self->on.spawn(serve(self, std::move(client)));
        }
    }

    static task<void> serve(shared self, stream client) {
        std::string question;
        std::array<char, 4096> buffer{};
        while (question.find("\r\n\r\n") == std::string::npos) {
            const auto size = co_await client->read_some(buffer);
            if (!size || *size == 0) co_return;
            question.append(buffer.data(), *size);
        }
        self->questions.push_back(question);
        std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
        if (!self->answers.empty()) {
            answer = self->answers.front();
            self->answers.pop_front();
        }
        const auto written = co_await client->write(answer);
        if (!written || answer.empty()) co_return;
        if (answer.find(" 20") == std::string::npos) {
            client->close();
            co_return;
        }
        const peer where = self->server;
        const std::shared_ptr<tls_client_context> no_tls;
        auto opened = co_await connect(where, no_tls, seconds(30));
        if (!opened) co_return;
        stream server = std::move(*opened);
        self->on.spawn(carry(client, server));
        self->on.spawn(carry(server, client));
    }

    static task<void> carry(stream from, stream to) {
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto size = co_await from->read_some(buffer);
            if (!size || *size == 0) break;
            const std::string_view bytes(buffer.data(), *size);
            const auto written = co_await to->write(bytes);
            if (!written) break;
        }
        from->close();
        to->close();
    }

    std::shared_ptr<state> state_;
    std::uint16_t port_ = 0;
};

}  // namespace trainwatch::io
