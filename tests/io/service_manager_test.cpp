#include "io/service_manager.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/io/certificates.hpp"

namespace trainwatch::io::service_manager_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// systemd's end: a datagram socket that NOTIFY_SOCKET names.
class ServiceManager : public testing::Test {
protected:
    void SetUp() override {
        const std::string path = folder_.file("notify");
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        ASSERT_LT(path.size(), sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const auto* const as = reinterpret_cast<const sockaddr*>(&address);
        ASSERT_EQ(::bind(socket_, as, sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
        ::unsetenv("WATCHDOG_USEC");
        ::unsetenv("WATCHDOG_PID");
    }

    void TearDown() override {
        ::close(socket_);
        for (const char* const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC"})
            ::unsetenv(name);
    }

    // A datagram has arrived when its sender returns.
    std::vector<std::string> heard() {
        std::vector<std::string> out;
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (size < 0) return out;
            out.emplace_back(buffer.data(), static_cast<std::size_t>(size));
        }
    }

private:
    temporary_folder folder_{};
    int socket_ = -1;
};

TEST_F(ServiceManager, hears_each_state) {
    const auto manager = create_service_manager();
    manager->ready();
    manager->status("watching 3 jobs, 1 live");
    manager->stopping();
    EXPECT_THAT(heard(), ElementsAre("READY=1", "STATUS=watching 3 jobs, 1 live", "STOPPING=1"));
}

TEST_F(ServiceManager, hears_of_a_reload_with_the_time_of_its_clock) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<long long>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000;
    };
    const auto before = now();
    create_service_manager()->reloading();
    const auto after = now();
    const auto told = heard().at(0);
    const std::string begins = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_EQ(told.substr(0, begins.size()), begins);
    const auto at = std::stoll(told.substr(begins.size()));
    EXPECT_GE(at, before);
    EXPECT_LE(at, after);
}

TEST_F(ServiceManager, status_stays_one_assignment) {
    create_service_manager()->status("x\nWATCHDOG=trigger");
    EXPECT_THAT(heard(), ElementsAre("STATUS=x WATCHDOG=trigger"));
}

TEST_F(ServiceManager, watchdog_that_is_off_hears_nothing) {
    const auto manager = create_service_manager();
    EXPECT_EQ(manager->watchdog_interval(), std::nullopt);
    manager->watchdog();
    EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ServiceManager, watchdog_is_petted_twice_in_its_time) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    EXPECT_EQ(create_service_manager()->watchdog_interval(), seconds(15));
}

TEST_F(ServiceManager, watchdog_is_not_flooded) {
    ::setenv("WATCHDOG_USEC", "3600000000", 1);
    const auto manager = create_service_manager();
    for (int i = 0; i < 100; ++i)
        manager->watchdog();
    EXPECT_THAT(heard(), ElementsAre("WATCHDOG=1"));
}

TEST_F(ServiceManager, watchdog_of_another_process_is_not_ours) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(create_service_manager()->watchdog_interval(), std::nullopt);
    ::unsetenv("WATCHDOG_PID");
}

TEST_F(ServiceManager, without_a_socket_all_is_silent) {
    ::unsetenv("NOTIFY_SOCKET");
    const auto manager = create_service_manager();
    manager->ready();
    manager->status("nobody listens");
    manager->stopping();
    EXPECT_THAT(heard(), IsEmpty());
}

}  // namespace
}  // namespace trainwatch::io::service_manager_test
