// Which refusals mean that there may be newer keys than those that were refused.
//
// Source: the error codes of the AWS services for expired, rotated and unknown keys.
#pragma once

#include "base/failure.hpp"

namespace trainwatch::proto {

bool may_be_stale_keys(const failure& why);

}  // namespace trainwatch::proto
