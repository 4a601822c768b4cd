// Keys of a role, taken on with the keys of the link before.
#pragma once

#include <memory>

#include "io/credential_fetch.hpp"
#include "io/credential_keeper.hpp"

namespace trainwatch::io {

// `world` outlives it.
std::unique_ptr<key_fetcher> create_role_fetcher(
    domain::assumed_role role,
    std::shared_ptr<key_keeper> source,
    std::shared_ptr<sts_caller> sts,
    const credential_world& world
);

}  // namespace trainwatch::io
