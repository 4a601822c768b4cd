// Stands where a lane or an endpoint was that the configuration no longer has: its number stays,
// and whoever still asks for it hears so at once.
#pragma once

#include <memory>

#include "io/notifier.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::io {

std::unique_ptr<sagemaker_client> create_vacant_client();
std::unique_ptr<notifier> create_vacant_notifier();

}  // namespace trainwatch::io
