// How the world fails, as a value: a class to branch on, a code, and one short detail for people.
//
// The engine branches on the class only, and the class is also the metric label. Nothing here
// knows AWS: wire/ decides once which class an answer has.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace trainwatch {

enum class error_class {
    transient,  // network trouble, 5xx, a deadline passed: try again later
    throttled,  // the other side asks for fewer calls
    denied,     // credentials or permissions: trying again does not help until somebody acts
    not_found,  // the named thing does not exist (any more)
    rejected,   // the other side says that our request is wrong
    malformed,  // an answer that cannot be understood, or that answers another question
    internal,   // our own limits: a store that cannot write, a queue that is full
};

// "transient", "throttled", …: stable, used as metric label and log field.
std::string_view to_string(error_class value);

struct failure {
    error_class kind = error_class::internal;
    // The operating system's, Asio's or OpenSSL's code, where there is one.
    boost::system::error_code code{};
    // One short line for people: "ThrottlingException: Rate exceeded", "connect: refused".
    std::string detail{};
    // AWS' x-amzn-RequestId, where an answer carried one.
    std::string request_id{};
    // What the other side asked us to wait (Retry-After, x-amz-retry-after), where it did.
    std::optional<std::chrono::milliseconds> retry_after{};
    // The other side's own code for it ("AccessDeniedException"), where it gave one.
    std::string remote_code{};
    // What a person can do about it, as a clause ("check this machine's clock"); empty when there
    // is nothing to say that `detail` does not say.
    std::string cure{};

    bool operator==(const failure&) const = default;
};

template <class T>
using result = boost::system::result<T, failure>;

// Lets `result<T>::value()` throw something printable where a test or `main` wants that.
[[noreturn]] void throw_exception_from_error(const failure& error, const boost::source_location&);

}  // namespace trainwatch
