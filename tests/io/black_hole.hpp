// An address of this machine that answers nobody who wants to connect.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "tests/io/loop.hpp"

namespace trainwatch::io {

// Its queue is full: the kernel drops whoever else wants to connect, as a firewall would.
class black_hole {
public:
    explicit black_hole(loop& on) : acceptor_(on.context()), guest_(on.context()) {
        const boost::asio::ip::tcp::endpoint where(boost::asio::ip::address_v4::loopback(), 0);
        acceptor_.open(where.protocol());
        acceptor_.bind(where);
        acceptor_.listen(0);
        guest_.connect(acceptor_.local_endpoint());
    }
    boost::asio::ip::tcp::endpoint where() const { return acceptor_.local_endpoint(); }

private:
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::socket guest_;
};

}  // namespace trainwatch::io
