#include "app/aws_connection.hpp"

#include <algorithm>
#include <utility>

namespace trainwatch::app {

result<aws_connection> open_connection(
    const connection_access& access, io::credential_listener told, const io::clock& time
) {
    auto context = io::create_tls_client_context(access.ca_bundle);
    if (context.has_error()) return context.error();
    const bool speaks_tls =
        std::any_of(access.sagemaker.begin(), access.sagemaker.end(), [](const auto& endpoint) {
            return endpoint.second.tls;
        });
    if (speaks_tls) {
        if (auto trust = io::check_trust(**context); trust.has_error()) return trust.error();
    }
    aws_connection made;
    made.tls = std::move(context.value());
    made.credentials = io::create_credential_source(
        {access.plan_again,
         made.tls,
         access.proxies,
         access.user_agent,
         std::move(told),
         access.retries.attempts_max},
        time
    );
    return made;
}

std::unique_ptr<io::sagemaker_client> open_client(
    const connection_access& access,
    const std::string& region,
    const aws_connection& with,
    const io::clock& time
) {
    const auto& endpoint = access.sagemaker.at(region);
    return io::create_sagemaker_client(
        {endpoint,
         region,
         access.user_agent,
         {with.tls, wire::proxy_for(endpoint, access.proxies)}},
        *with.credentials,
        time
    );
}

}  // namespace trainwatch::app
