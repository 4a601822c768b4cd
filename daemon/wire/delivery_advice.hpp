// What a person can do about an alert that did not arrive: one clause, from the failure and from
// the kind of receiver.
//
// Pure. Names no address: that of a webhook may hold a secret, and a server may repeat it.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "domain/settings.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// What the failure itself says comes first; empty when nothing is known.
std::string advise_on_delivery(const failure& why, domain::receiver_kind kind);

// The text with "/…" for each path and query of the address.
std::string without_address(std::string text, const url& where);

}  // namespace trainwatch::wire
