// How our coroutines call Asio: `const auto [code, …] = co_await socket.async_x(…, as_value);`
// What the network does is a value, never an exception.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace trainwatch::io {

inline constexpr auto as_value = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace trainwatch::io
