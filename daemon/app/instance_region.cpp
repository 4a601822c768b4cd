#include "app/instance_region.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "app/version.hpp"
#include "io/clock.hpp"
#include "io/credential_world.hpp"
#include "io/instance_metadata.hpp"
#include "wire/local_credentials.hpp"

namespace trainwatch::app {

result<std::string> ask_instance_region(const aws_files& files) {
    if (wire::is_instance_metadata_off(files)) return std::string();
    auto service = wire::instance_metadata_of(files, wire::profile_in_force(files, {}));
    if (service.has_error()) return service.error();
    boost::asio::io_context context(1);
    const auto clock = io::create_system_clock();
    const auto world = io::create_credential_world(nullptr, {}, *clock);
    result<std::string> region = std::string();
    boost::asio::co_spawn(
        context,
        io::instance_region(
            std::move(service.value()), std::string("trainwatchd/") + version, *world
        ),
        [&](const std::exception_ptr& error, const result<std::string>& told) {
            if (error) std::rethrow_exception(error);
            region = told;
            world->close();
        }
    );
    context.run();
    return region;
}

}  // namespace trainwatch::app
