#include "base/failure.hpp"

#include <stdexcept>

namespace trainwatch {

std::string_view to_string(error_class value) {
    switch (value) {
        case error_class::transient:
            return "transient";
        case error_class::throttled:
            return "throttled";
        case error_class::denied:
            return "denied";
        case error_class::not_found:
            return "not_found";
        case error_class::rejected:
            return "rejected";
        case error_class::malformed:
            return "malformed";
        case error_class::internal:
            return "internal";
    }
    return "internal";
}

void throw_exception_from_error(const failure& error, const boost::source_location&) {
    throw std::runtime_error(std::string(to_string(error.kind)) + ": " + error.detail);
}

}  // namespace trainwatch
