#include <cerrno>
#include <cstddef>

#include <openssl/bio.h>
#include <sys/socket.h>

#include "base/check.hpp"
#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

tls_socket& socket_of(BIO* bio) {
    return *static_cast<tls_socket*>(BIO_get_data(bio));
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int read_socket(BIO* bio, char* into, int size) {
    tls_socket& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(socket.descriptor, into, static_cast<std::size_t>(size), 0);
    if (got >= 0) {
        socket.ended = got == 0;
        return static_cast<int>(got);
    }
    if (would_block()) {
        BIO_set_retry_read(bio);
    } else {
        socket.error = errno;
    }
    return -1;
}

int write_socket(BIO* bio, const char* from, int size) {
    tls_socket& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(socket.descriptor, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    if (would_block()) {
        BIO_set_retry_write(bio);
    } else {
        socket.error = errno;
    }
    return -1;
}

long control_socket(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return socket_of(bio).ended ? 1 : 0;
    return 0;
}

BIO_METHOD* create_method() {
    BIO_METHOD* const method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "trainwatch socket");
    CHECK(method != nullptr);
    BIO_meth_set_read(method, read_socket);
    BIO_meth_set_write(method, write_socket);
    BIO_meth_set_ctrl(method, control_socket);
    return method;
}

}  // namespace

bio_st* create_tls_bio(tls_socket& socket) {
    static const BIO_METHOD* const method = create_method();
    BIO* const bio = BIO_new(method);
    CHECK(bio != nullptr);
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace trainwatch::io
