// A certificate authority of our own and a server certificate for the names that clients use.
//
// Written as PEM files into a directory: ca.pem to trust, server.pem and server.key to serve. An
// authority that is already there is kept, so that a restart needs no new trust.
#pragma once

#include <string>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::simulator {

struct certificate_files {
    std::string authority{};
    std::string certificate{};
    std::string private_key{};
};

// `names`: DNS names; localhost and the loopback addresses are always in.
result<certificate_files> make_certificates(
    const std::string& directory, const std::vector<std::string>& names
);

}  // namespace trainwatch::simulator
