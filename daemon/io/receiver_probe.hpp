// Whether a receiver could be told of an alert, found without telling it of one.
//
// An Alertmanager is asked for its status. Of a webhook nothing can be asked: it is connected to,
// with its certificate, and nothing is posted.
#pragma once

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/settings.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "wire/url.hpp"

namespace trainwatch::io {

// `rejected` when what answers is no Alertmanager; `transient` or `denied` when it, or the proxy on
// the way, is in trouble or refuses. `time` outlives the call.
task<result<void>> probe_receiver(
    domain::receiver_kind kind,
    wire::url where,
    http_client_options with,
    const clock& time,
    nanoseconds within
);

}  // namespace trainwatch::io
