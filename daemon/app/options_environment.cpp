// The one caller of getenv: argv and environment are both read under app/options, once.
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

#include "app/environment.hpp"

namespace trainwatch::app {

environment process_environment() {
    return read_environment([](const char* name) -> std::optional<std::string> {
        if (const char* const value = std::getenv(name)) return value;
        if (std::string_view(name) != "HOME") return std::nullopt;
        // A service has no HOME; its user may still have a directory.
        const passwd* const user = getpwuid(geteuid());
        if (user == nullptr || user->pw_dir == nullptr) return std::nullopt;
        return user->pw_dir;
    });
}

}  // namespace trainwatch::app
