// Where keys come from: a snapshot whenever one is needed. Today static keys (environment or
// profile); the chain with refresh stands behind the same interface.
#pragma once

#include <memory>

#include "base/failure.hpp"
#include "io/byte_stream.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::io {

class credential_source {
public:
    virtual ~credential_source() = default;
    // An immutable set; `denied` with what to do when there is none.
    virtual task<result<wire::aws_credentials>> current() = 0;
};

std::unique_ptr<credential_source> create_static_credentials(wire::aws_credentials keys);

}  // namespace trainwatch::io
