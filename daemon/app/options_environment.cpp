// The one caller of getenv: argv and environment are both read under app/options, once.
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/environment.hpp"

namespace trainwatch::app {

std::optional<std::string> look_up_variable(const char* name) {
    if (const char* const value = std::getenv(name)) return value;
    if (std::string_view(name) != "HOME") return std::nullopt;
    // A service has no HOME; its user may still have a directory.
    const passwd* const user = getpwuid(geteuid());
    if (user == nullptr || user->pw_dir == nullptr) return std::nullopt;
    return user->pw_dir;
}

environment process_environment() {
    auto env = read_environment(look_up_variable);
    utsname machine{};
    if (uname(&machine) == 0) {
        env.os_release = machine.release;
        env.machine = machine.machine;
        env.host_name = machine.nodename;
    }
    return env;
}

}  // namespace trainwatch::app
