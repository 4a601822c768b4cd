// An error as SageMaker answers it: a status, a type, a message.
#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace trainwatch::simulator {

struct api_error {
    int status = 400;
    std::string type{};
    std::string message{};  // empty: the answer carries none

    bool operator==(const api_error&) const = default;
};

template <class T>
using api_result = boost::system::result<T, api_error>;

}  // namespace trainwatch::simulator
