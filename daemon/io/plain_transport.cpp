#include <cerrno>
#include <string>

#include <sys/socket.h>

#include "io/transport.hpp"

namespace trainwatch::io {

namespace {

class plain_transport final : public transport {
public:
    explicit plain_transport(int descriptor) : descriptor_(descriptor) {}

    attempt handshake() override { return {}; }

    attempt read(std::span<char> into) override {
        return judge(
            ::recv(descriptor_, into.data(), into.size(), 0), attempt::outcome::wait_readable
        );
    }

    attempt write(std::string_view bytes) override {
        // Without the flag a closed peer would end the process by SIGPIPE.
        const auto size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return judge(size, attempt::outcome::wait_writable);
    }

    void goodbye() override {}
    bool buffered() const override { return false; }

    failure why(std::string_view doing) const override {
        return {
            .kind = error_class::transient,
            .code = code_,
            .detail = std::string(doing) + ": " + code_.message(),
        };
    }

private:
    attempt judge(ssize_t size, attempt::outcome when_blocked) {
        if (size >= 0) return {attempt::outcome::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {when_blocked};
        code_.assign(errno, boost::system::system_category());
        return {attempt::outcome::failed};
    }

    int descriptor_;
    boost::system::error_code code_{};
};

}  // namespace

std::unique_ptr<transport> create_plain_transport(int descriptor) {
    return std::make_unique<plain_transport>(descriptor);
}

}  // namespace trainwatch::io
