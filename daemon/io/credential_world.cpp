#include "io/credential_world.hpp"

#include <cerrno>
#include <list>
#include <map>
#include <tuple>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "io/as_value.hpp"
#include "io/program.hpp"

namespace trainwatch::io {

namespace {

using boost::asio::steady_timer;
using origin_key = std::tuple<bool, std::string, std::uint16_t, route>;

class open_file {
public:
    // Not waiting for whoever writes into a pipe that was given as a file.
    explicit open_file(const std::string& path)
        : value_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~open_file() {
        if (value_ >= 0) ::close(value_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    int get() const { return value_; }

private:
    int value_;
};

bool is_in_a_home(const std::string& path) {
    // A user that exists only while the service runs has / for a home.
    return path.starts_with("/home/") || path.starts_with("/root/") || path.starts_with("/.aws/");
}

failure unreadable(const std::string& path, int number) {
    const boost::system::error_code code(number, boost::system::system_category());
    failure out{
        .kind = error_class::denied,
        .code = code,
        .detail = "cannot read " + path + ": " + code.message()};
    if (is_in_a_home(path) && (number == ENOENT || number == EACCES)) {
        out.cure =
            "if it exists, the service cannot see it: a unit with ProtectHome=yes hides "
            "home directories; hand the file over by LoadCredential=";
    } else if (number == EACCES) {
        out.cure = "let the service's user read it, or hand it over by LoadCredential=";
    }
    return out;
}

class real_world final : public credential_world {
public:
    real_world(
        std::shared_ptr<tls_client_context> tls, wire::proxy_rules proxies, const clock& time
    )
        : tls_(std::move(tls)), proxies_(std::move(proxies)), time_(time) {}

    instant now() const override { return time_.now(); }

    task<result<http_answer>> exchange(
        wire::url to, route how, wire::http_request request, nanoseconds within
    ) override {
        if (closed_) co_return stopped();
        http_client& client = client_of(to, how);
        const mono_time deadline = time_.now().mono + within;
        auto answer = co_await client.exchange(std::move(request), deadline);
        co_return answer;
    }

    task<void> pause(nanoseconds delay) override {
        if (closed_) co_return;
        steady_timer timer(co_await boost::asio::this_coro::executor, delay);
        const auto place = pauses_.insert(pauses_.end(), &timer);
        co_await timer.async_wait(as_value);
        pauses_.erase(place);
    }

    result<std::string> read_file(const std::string& path) override {
        const open_file file(path);
        if (file.get() < 0) return unreadable(path, errno);
        struct stat facts {};
        if (fstat(file.get(), &facts) != 0) return unreadable(path, errno);
        if (S_ISDIR(facts.st_mode)) return unreadable(path, EISDIR);
        std::string text(limits::token_file_bytes_max + 1, '\0');
        std::size_t size = 0;
        while (size < text.size()) {
            const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return unreadable(path, errno);
            if (got == 0) break;
            size += static_cast<std::size_t>(got);
        }
        if (size > limits::token_file_bytes_max) return unreadable(path, EFBIG);
        text.resize(size);
        return text;
    }

    task<result<std::string>> run(std::vector<std::string> arguments, nanoseconds within) override {
        auto output = co_await programs_->run(std::move(arguments), within);
        co_return output;
    }

    void close() override {
        closed_ = true;
        for (const auto& [key, client] : clients_)
            client->close();
        for (steady_timer* const one : pauses_)
            one->cancel();
        programs_->close();
    }

private:
    http_client& client_of(const wire::url& to, route how) {
        auto& client = clients_[{to.tls, to.host, to.port, how}];
        if (!client) {
            http_client_options options{.tls = tls_};
            if (how == route::as_configured) options.proxy = wire::proxy_for(to, proxies_);
            client = create_http_client(to, std::move(options), time_);
        }
        return *client;
    }

    static failure stopped() {
        return {
            .kind = error_class::transient,
            .code = boost::asio::error::operation_aborted,
            .detail = "stopped"};
    }

    const std::shared_ptr<tls_client_context> tls_;
    const wire::proxy_rules proxies_;
    const clock& time_;
    std::map<origin_key, std::unique_ptr<http_client>> clients_{};
    std::list<steady_timer*> pauses_{};
    std::unique_ptr<program_runner> programs_ = create_program_runner();
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<credential_world> create_credential_world(
    std::shared_ptr<tls_client_context> tls, wire::proxy_rules proxies, const clock& time
) {
    return std::make_unique<real_world>(std::move(tls), std::move(proxies), time);
}

}  // namespace trainwatch::io
