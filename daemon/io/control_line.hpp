// A line over a Unix socket, one way: what both ends of the control socket need.
#pragma once

#include <string>

#include <boost/asio/local/stream_protocol.hpp>

#include "io/byte_stream.hpp"
#include "io/deadline.hpp"

namespace trainwatch::io {

using local = boost::asio::local::stream_protocol;

// A path with its end has to fit into the address.
extern const std::size_t control_path_bytes_max;

boost::system::error_code system_code(int number);

// Until a line end, which is left out, or the end of what is sent. `limit` cancels what waits on
// the socket. Failures: `rejected` for a longer line, else `transient`. References outlive the
// calls.
task<result<std::string>> read_line(local::socket& from, deadline& limit, std::size_t bytes_max);
task<result<void>> write_text(local::socket& to, deadline& limit, const std::string& text);

}  // namespace trainwatch::io
