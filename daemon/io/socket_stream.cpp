#include "io/socket_stream.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "base/check.hpp"
#include "io/as_value.hpp"

namespace trainwatch::io {

namespace {

using tcp = boost::asio::ip::tcp;
using progress = attempt::outcome;

// Long writes let others run in between.
constexpr std::size_t write_slice_bytes = 256U << 10U;

}  // namespace

socket_stream::socket_stream(tcp::socket socket, std::unique_ptr<transport> bytes, std::string name)
    : socket_(std::move(socket))
    , bytes_(std::move(bytes))
    , name_(std::move(name))
    , deadline_(socket_.get_executor(), [this] { ran_out(); }) {}

socket_stream::~socket_stream() {
    close();
}

int socket_stream::descriptor() {
    return socket_.native_handle();
}

void socket_stream::continue_as(std::unique_ptr<transport> bytes, std::string name) {
    CHECK(waiting_ == 0);
    bytes_ = std::move(bytes);
    name_ = std::move(name);
    read_ahead_ = false;
}

task<result<void>> socket_stream::handshake() {
    for (;;) {
        if (!socket_.is_open()) co_return interrupted("TLS handshake with ");
        const attempt tried = bytes_->handshake();
        if (tried.what == progress::done) co_return result<void>();
        if (tried.what == progress::failed) co_return broken("TLS handshake with ");
        const bool ready = co_await wait(tried.what);
        if (!ready) co_return interrupted("TLS handshake with ");
    }
}

task<result<std::size_t>> socket_stream::read_some(std::span<char> into) {
    // An answer is hardly ever there before one has waited for it: an attempt now would only
    // cost a system call.
    attempt tried{progress::wait_readable};
    if (read_ahead_ || bytes_->buffered()) {
        if (!socket_.is_open()) co_return interrupted("reading from ");
        tried = bytes_->read(into);
    }
    while (tried.what != progress::done) {
        if (tried.what == progress::failed) co_return broken("reading from ");
        const bool ready = co_await wait(tried.what);
        if (!ready) co_return interrupted("reading from ");
        tried = bytes_->read(into);
    }
    read_ahead_ = tried.size == into.size();
    co_return tried.size;
}

task<result<void>> socket_stream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!socket_.is_open() || deadline_.passed()) co_return interrupted("writing to ");
        const attempt tried = bytes_->write(bytes.substr(0, write_slice_bytes));
        if (tried.what == progress::failed) co_return broken("writing to ");
        if (tried.what == progress::done) {
            bytes.remove_prefix(tried.size);
            if (bytes.empty()) break;
            const auto executor = socket_.get_executor();
            ++waiting_;
            co_await boost::asio::post(executor, as_value);
            --waiting_;
            continue;
        }
        const bool ready = co_await wait(tried.what);
        if (!ready) co_return interrupted("writing to ");
    }
    co_return result<void>();
}

// False when the deadline passed or the stream was closed meanwhile.
task<bool> socket_stream::wait(progress what) {
    if (!socket_.is_open() || deadline_.passed()) co_return false;
    const auto kind =
        what == progress::wait_readable ? tcp::socket::wait_read : tcp::socket::wait_write;
    ++waiting_;
    const auto [code] = co_await socket_.async_wait(kind, as_value);
    --waiting_;
    co_return !code && socket_.is_open();
}

failure socket_stream::interrupted(std::string_view doing) const {
    failure error{.kind = error_class::transient, .detail = std::string(doing) + name_};
    if (deadline_.passed()) {
        error.code = boost::asio::error::timed_out;
        error.detail += " timed out";
    } else {
        error.code = boost::asio::error::operation_aborted;
        error.detail += ": closed on this side";
    }
    return error;
}

failure socket_stream::broken(std::string_view doing) const {
    return bytes_->why(std::string(doing) + name_);
}

void socket_stream::ran_out() {
    // Nothing pending: an idle connection has reached its age and just goes.
    if (waiting_ == 0) {
        close();
        return;
    }
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void socket_stream::expires_after(nanoseconds delay) {
    // A closed stream must not keep the executor busy with a timer.
    if (socket_.is_open()) deadline_.expires_after(delay);
}

void socket_stream::close() {
    if (!socket_.is_open()) return;
    deadline_.stop();
    bytes_->goodbye();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void socket_stream::reset() {
    if (!socket_.is_open()) return;
    deadline_.stop();
    boost::system::error_code ignored;
    const boost::asio::socket_base::linger at_once(true, 0);
    socket_.set_option(at_once, ignored);
    socket_.close(ignored);
}

}  // namespace trainwatch::io
