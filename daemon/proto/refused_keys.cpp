#include "proto/refused_keys.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace trainwatch::proto {

bool may_be_stale_keys(const failure& why) {
    constexpr std::array<std::string_view, 5> codes{
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException"};
    return std::find(codes.begin(), codes.end(), why.remote_code) != codes.end();
}

}  // namespace trainwatch::proto
