// What all that hands out credentials has in common: which values may be keys, and how its
// failures are told. For the decoders of this folder.
//
// Nothing here puts a value that was read into a failure: a "wrong" one may be a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "domain/credentials.hpp"

namespace trainwatch::wire {

// As written: nothing where the document has no such member, or an empty one.
struct credential_values {
    std::optional<std::string> access_key_id{};
    std::optional<std::string> secret_access_key{};
    std::optional<std::string> session_token{};
    std::optional<std::string> expiration{};
    std::optional<std::string> account_id{};
};

enum class temporary { always, perhaps };  // keys without a token or an end: refused, or taken

// `document` is "the container's answer": the subject of what is said when it will not do.
// `malformed` where a value is missing or cannot travel in a header, or a time is none.
result<domain::aws_credentials> to_credentials(
    const credential_values& values, temporary kind, std::string_view document
);

// "2009-02-13T23:31:30Z", with a fraction or an offset too; "2019-11-14T04:05:45UTC" as older
// versions of the AWS command line wrote it.
std::optional<wall_time> read_expiration(std::string_view text);

// Twelve digits, or nothing: an account is never guessed.
std::string account_of_arn(std::string_view arn);
bool is_account_id(std::string_view text);

failure malformed_document(std::string_view document, std::string_view problem);

// An error answer to a request for credentials. What is wrong with the request or missing at the
// other side is as final as a refusal, and no news about a job: `denied`. Words as long as tokens
// are left out.
failure credential_refusal(failure answered, std::string_view who);

}  // namespace trainwatch::wire
