#include "io/dial.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "io/as_value.hpp"
#include "io/clock.hpp"
#include "io/interruption.hpp"
#include "proto/address_race.hpp"
#include "wire/proxy_connect.hpp"

namespace trainwatch::io {

namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;
using time_point = std::chrono::steady_clock::time_point;
using addresses = std::vector<tcp::endpoint>;

// The race is timed by the clock that Asio's timers wait by.
mono_time race_time(time_point at) {
    return mono_time(at.time_since_epoch());
}
time_point timer_time(mono_time at) {
    return time_point(at.time_since_epoch());
}

std::string cure_of_lookup(const dialled& to, error_code code) {
    if (code == boost::asio::error::host_not_found_try_again ||
        code == boost::asio::error::timed_out) {
        return "check this machine's name service (/etc/resolv.conf)";
    }
    if (to.proxy) return "check the proxy's name in proxy_url or HTTPS_PROXY";
    return "check the host's name (region, endpoint_url or the receiver's address) and this "
           "machine's name service (DNS); where only a proxy leads outside, set proxy_url or "
           "HTTPS_PROXY";
}

std::string cure_of_connect(const dialled& to, error_code code) {
    if (to.proxy) return "check proxy_url or HTTPS_PROXY, and that the proxy runs";
    if (code == boost::asio::error::connection_refused) {
        return "check host and port: nothing listens there, or a firewall refuses";
    }
    return "check the network and its firewalls; where only a proxy leads outside, set proxy_url "
           "or HTTPS_PROXY";
}

std::string reason_of(error_code code) {
    return code == boost::asio::error::timed_out ? " timed out" : ": " + code.message();
}

failure lookup_failure(const dialled& to, error_code code) {
    return {
        .kind = error_class::transient,
        .code = code,
        .detail = "looking up " + std::string(to.proxy ? "proxy " : "") + to.host + reason_of(code),
        .cure = cure_of_lookup(to, code),
    };
}

failure connect_failure(const dialled& to, error_code code) {
    return {
        .kind = error_class::transient,
        .code = code,
        .detail = "connecting to " + std::string(to.proxy ? "proxy " : "") +
            wire::authority_of(to.host, to.port) + reason_of(code),
        .cure = cure_of_connect(to, code),
    };
}

failure interrupted(const dialled& to) {
    return {
        .kind = error_class::transient,
        .code = boost::asio::error::operation_aborted,
        .detail = "connecting to " + std::string(to.proxy ? "proxy " : "") +
            wire::authority_of(to.host, to.port) + ": given up on this side",
    };
}

// A lookup that its asker may leave behind: getaddrinfo cannot be interrupted.
struct lookup {
    explicit lookup(const boost::asio::any_io_executor& executor)
        : resolver(executor), done(executor) {}

    tcp::resolver resolver;
    boost::asio::steady_timer done;
    bool answered = false;
    error_code code{};
    addresses found{};
};

void begin(const std::shared_ptr<lookup>& self, const dialled& to) {
    self->resolver.async_resolve(
        to.host,
        std::to_string(to.port),
        tcp::resolver::address_configured | tcp::resolver::numeric_service,
        [self](error_code code, const tcp::resolver::results_type& results) {
            self->answered = true;
            self->code = code;
            for (const auto& entry : results)
                self->found.push_back(entry.endpoint());
            self->done.cancel();
        }
    );
}

task<result<addresses>> resolve(const dialled& to, time_point until, interruption* by) {
    if (is_told(by)) co_return interrupted(to);
    error_code not_an_address;
    const auto literal = boost::asio::ip::make_address(to.host, not_an_address);
    if (!not_an_address) co_return addresses{tcp::endpoint(literal, to.port)};

    const auto executor = co_await boost::asio::this_coro::executor;
    const auto asked = std::make_shared<lookup>(executor);
    asked->done.expires_at(until);
    begin(asked, to);
    if (by != nullptr) by->wakes([asked] { asked->done.cancel(); });
    co_await asked->done.async_wait(as_value);
    if (is_told(by)) co_return interrupted(to);
    if (!asked->answered) asked->code = boost::asio::error::timed_out;
    if (asked->code) co_return lookup_failure(to, asked->code);
    co_return std::move(asked->found);
}

// The attempts under way. Shared with their handlers, which may run after the race is over.
struct attempts {
    explicit attempts(const boost::asio::any_io_executor& executor) : news(executor) {}

    struct ended {
        std::shared_ptr<tcp::socket> socket;
        error_code code{};
    };

    boost::asio::steady_timer news;  // cancelled when an attempt ends
    std::vector<std::shared_ptr<tcp::socket>> open{};
    std::vector<ended> over{};
};

void end(const std::shared_ptr<attempts>& self, const attempts::ended& how) {
    self->over.push_back(how);
    self->news.cancel();
}

void begin(const std::shared_ptr<attempts>& self, const tcp::endpoint& address) {
    const auto socket = std::make_shared<tcp::socket>(self->news.get_executor());
    error_code code;
    socket->open(address.protocol(), code);
    if (code) {
        end(self, {socket, code});
        return;
    }
    self->open.push_back(socket);
    socket->async_connect(address, [self, socket](error_code connected) {
        end(self, {socket, connected});
    });
}

// Of several reasons the most telling one: a machine without IPv6 fails there in any case.
void remember(std::optional<error_code>& reason, error_code latest) {
    const auto says_little = [](error_code code) {
        return code == boost::asio::error::network_unreachable ||
            code == boost::asio::error::host_unreachable ||
            code == boost::asio::error::address_family_not_supported;
    };
    if (!reason || says_little(*reason) || !says_little(latest)) reason = latest;
}

// The first that is connected; null while there is none.
std::shared_ptr<tcp::socket> take_connected(
    attempts& under_way, proto::address_race& race, std::optional<error_code>& reason
) {
    std::shared_ptr<tcp::socket> winner;
    for (const attempts::ended& one : std::exchange(under_way.over, {})) {
        if (!one.code && winner == nullptr) winner = one.socket;
        if (!one.code) continue;
        race.failed();
        remember(reason, one.code);
    }
    return winner;
}

void close_others(attempts& under_way, const tcp::socket* winner) {
    for (const auto& socket : std::exchange(under_way.open, {})) {
        error_code ignored;
        if (socket.get() != winner) socket->close(ignored);
    }
}

proto::address_race race_between(const addresses& all, time_point until) {
    std::vector<proto::address_family> families;
    for (const tcp::endpoint& one : all) {
        families.push_back(
            one.address().is_v6() ? proto::address_family::v6 : proto::address_family::v4
        );
    }
    return {families, race_time(until)};
}

}  // namespace

task<result<tcp::socket>> dial(const dialled& to, time_point until, interruption* by) {
    const auto found = co_await resolve(to, until, by);
    if (!found) co_return found.error();
    auto socket = co_await dial_any(*found, to, until, by);
    co_return socket;
}

task<result<tcp::socket>> dial_any(
    const addresses& all, const dialled& to, time_point until, interruption* by
) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto under_way = std::make_shared<attempts>(executor);
    proto::address_race race = race_between(all, until);
    std::optional<error_code> reason;
    using action = proto::address_race::action;
    if (by != nullptr) by->wakes([under_way] { under_way->news.cancel(); });
    while (!is_told(by)) {
        const action next = race.next(race_time(timer_now()));
        if (next.what == action::kind::lost) break;
        if (next.what == action::kind::begin) {
            begin(under_way, all.at(next.address));
        } else {
            under_way->news.expires_at(timer_time(next.until));
            co_await under_way->news.async_wait(as_value);
        }
        if (const auto winner = take_connected(*under_way, race, reason)) {
            close_others(*under_way, winner.get());
            co_return std::move(*winner);
        }
    }
    // Some may still be silent: then the time was up.
    const bool silent = timer_now() >= until;
    close_others(*under_way, nullptr);
    if (is_told(by)) co_return interrupted(to);
    if (silent || !reason) reason = boost::asio::error::timed_out;
    co_return connect_failure(to, *reason);
}

}  // namespace trainwatch::io
