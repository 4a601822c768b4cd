#include "proto/refused_keys.hpp"

#include <gtest/gtest.h>

namespace trainwatch::proto::refused_keys_test {
namespace {

failure refusal(const std::string& code) {
    return {.kind = error_class::denied, .remote_code = code};
}

TEST(RefusedKeys, expired_rotated_and_unknown_keys_may_have_successors) {
    for (const char* code :
         {"ExpiredToken",
          "ExpiredTokenException",
          "RequestExpired",
          "InvalidClientTokenId",
          "UnrecognizedClientException"})
        EXPECT_TRUE(may_be_stale_keys(refusal(code))) << code;
}

TEST(RefusedKeys, missing_permissions_and_wrong_secrets_are_not_cured_by_newer_keys) {
    for (const char* code :
         {"",
          "AccessDenied",
          "AccessDeniedException",
          "SignatureDoesNotMatch",
          "ThrottlingException",
          "expiredtoken"})
        EXPECT_FALSE(may_be_stale_keys(refusal(code))) << code;
}

}  // namespace
}  // namespace trainwatch::proto::refused_keys_test
