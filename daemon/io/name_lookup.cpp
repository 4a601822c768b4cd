#include "io/name_lookup.hpp"

#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace trainwatch::io {

result<std::vector<std::string>> look_up_addresses(const std::string& name) {
    using boost::asio::ip::tcp;
    boost::asio::io_context context(1);
    tcp::resolver resolver(context);
    boost::system::error_code code;
    const auto results = resolver.resolve(name, "", tcp::resolver::address_configured, code);
    std::set<std::string> found;
    for (const auto& entry : results)
        found.insert(entry.endpoint().address().to_string());
    if (!code && !found.empty()) return std::vector<std::string>(found.begin(), found.end());
    return failure{
        .kind = error_class::transient,
        .code = code,
        .detail = "looking up " + name + ": " + (code ? code.message() : "it has no address"),
        .cure = "check the name, and this machine's name service (/etc/resolv.conf)",
    };
}

}  // namespace trainwatch::io
