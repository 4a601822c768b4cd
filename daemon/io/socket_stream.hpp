// The byte_stream of a connected socket: waits for readiness, within a deadline, around a
// transport's attempts. For connect.cpp and listen.cpp only; everybody else sees byte_stream.
//
// Waiting for readiness instead of handing buffers to the kernel means that a wait may be cut
// short at any moment without losing bytes or TLS state.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "io/byte_stream.hpp"
#include "io/deadline.hpp"
#include "io/transport.hpp"

namespace trainwatch::io {

class socket_stream final : public byte_stream {
public:
    // `name` is how failures call the other side: "host:port".
    socket_stream(
        boost::asio::ip::tcp::socket socket, std::unique_ptr<transport> bytes, std::string name
    );
    ~socket_stream() override;

    int descriptor();
    // Another transport over the same socket: TLS on top of what has been plain so far. Nothing
    // is pending, and nothing that was read is left over.
    void continue_as(std::unique_ptr<transport> bytes, std::string name);
    task<result<void>> handshake();

    void expires_after(nanoseconds delay) override;
    task<result<std::size_t>> read_some(std::span<char> into) override;
    task<result<void>> write(std::string_view bytes) override;
    void close() override;
    void reset() override;

private:
    task<bool> wait(attempt::outcome what);
    failure interrupted(std::string_view doing) const;
    failure broken(std::string_view doing) const;
    void ran_out();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<transport> bytes_;
    std::string name_;
    deadline deadline_;
    int waiting_ = 0;          // operations that wait right now
    bool read_ahead_ = false;  // the last read filled its buffer: more is likely there already
};

}  // namespace trainwatch::io
