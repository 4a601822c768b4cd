#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "io/as_value.hpp"
#include "io/byte_stream.hpp"
#include "io/socket_stream.hpp"
#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

using tcp = boost::asio::ip::tcp;

// Until its owner says otherwise: a peer that never starts its handshake is not kept.
constexpr seconds first_deadline{10};

std::string name_of(const tcp::endpoint& where) {
    const std::string address = where.address().to_string();
    return (where.address().is_v6() ? '[' + address + ']' : address) + ':' +
        std::to_string(where.port());
}

class socket_listener final : public listener {
public:
    socket_listener(tcp::acceptor acceptor, std::shared_ptr<tls_server_context> tls)
        : acceptor_(std::move(acceptor)), tls_(std::move(tls)) {}

    std::uint16_t port() const override {
        boost::system::error_code ignored;
        return acceptor_.local_endpoint(ignored).port();
    }

    task<result<std::unique_ptr<byte_stream>>> accept() override {
        for (;;) {
            tcp::socket socket(acceptor_.get_executor());
            const auto [code] = co_await acceptor_.async_accept(socket, as_value);
            // The peer has gone again while it stood in the queue.
            if (code == boost::asio::error::connection_aborted) continue;
            if (code) co_return failed(code);
            co_return wrap(std::move(socket));
        }
    }

    void close() override {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

private:
    static failure failed(boost::system::error_code code) {
        return {error_class::internal, code, "accepting a connection: " + code.message()};
    }

    result<std::unique_ptr<byte_stream>> wrap(tcp::socket socket) {
        boost::system::error_code code;
        const tcp::endpoint peer = socket.remote_endpoint(code);
        const std::string name = code ? std::string("a peer") : name_of(peer);
        socket.native_non_blocking(true, code);
        socket.set_option(tcp::no_delay(true), code);
        std::unique_ptr<transport> bytes;
        if (tls_ == nullptr) {
            bytes = create_plain_transport(socket.native_handle());
        } else {
            auto made = create_tls_server_transport(socket.native_handle(), tls_);
            if (!made) return made.error();
            bytes = std::move(*made);
        }
        auto stream = std::make_unique<socket_stream>(std::move(socket), std::move(bytes), name);
        stream->expires_after(first_deadline);
        return stream;
    }

    tcp::acceptor acceptor_;
    std::shared_ptr<tls_server_context> tls_;
};

failure cannot_listen(const listen_options& options, boost::system::error_code code) {
    return {
        .kind = error_class::internal,
        .code = code,
        .detail = "listening on " + options.address + ':' + std::to_string(options.port) + ": " +
            code.message(),
    };
}

// Without an address: every one of both families, or of the one that this machine has.
result<tcp::acceptor> open_acceptor(
    const boost::asio::any_io_executor& executor, const tcp::endpoint& where
) {
    tcp::acceptor acceptor(executor);
    boost::system::error_code code;
    acceptor.open(where.protocol(), code);
    if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code && where.protocol() == tcp::v6()) {
        const bool only = !where.address().is_unspecified();
        acceptor.set_option(boost::asio::ip::v6_only(only), code);
    }
    if (!code) acceptor.bind(where, code);
    if (!code) acceptor.listen(tcp::acceptor::max_listen_connections, code);
    if (code) return failure{.kind = error_class::internal, .code = code};
    return acceptor;
}

}  // namespace

result<std::unique_ptr<listener>> listen(
    const boost::asio::any_io_executor& executor, const listen_options& options
) {
    std::shared_ptr<tls_server_context> tls;
    if (!options.certificate_file.empty()) {
        auto made = create_tls_server_context(options.certificate_file, options.private_key_file);
        if (!made) return made.error();
        tls = std::move(*made);
    }
    boost::system::error_code code;
    const bool everywhere = options.address.empty();
    auto address = everywhere ? boost::asio::ip::address_v6::any()
                              : boost::asio::ip::make_address(options.address, code);
    if (code) return cannot_listen(options, code);
    auto acceptor = open_acceptor(executor, {address, options.port});
    if (!acceptor && everywhere &&
        acceptor.error().code == boost::asio::error::address_family_not_supported) {
        acceptor = open_acceptor(executor, {tcp::v4(), options.port});
    }
    if (!acceptor) return cannot_listen(options, acceptor.error().code);
    return std::make_unique<socket_listener>(std::move(*acceptor), std::move(tls));
}

}  // namespace trainwatch::io
