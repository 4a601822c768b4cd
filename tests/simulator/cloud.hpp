// All of the simulated AWS without a socket: SageMaker, STS, the sign-on portal, instance metadata
// and container credentials, over one ring of keys.
//
// Owns its parts, which refer to one another: neither copied nor moved.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/backstage.hpp"
#include "tests/simulator/container_credentials.hpp"
#include "tests/simulator/instance_metadata.hpp"
#include "tests/simulator/scenario.hpp"
#include "tests/simulator/service.hpp"
#include "tests/simulator/sign_on_portal.hpp"
#include "tests/simulator/sigv4_check.hpp"
#include "tests/simulator/token_service.hpp"

namespace trainwatch::simulator {

struct cloud_options {
    std::string account = "111122223333";
    std::set<std::string> regions{};
    domain::aws_credentials keys{};  // of the user sagemaker-sim
    service_options sagemaker{};
    double speed = 1;
    std::uint64_t seed = 1;
};

class cloud {
public:
    cloud(const cloud_options& options, scenario played, wall_time start);
    cloud(const cloud&) = delete;
    cloud& operator=(const cloud&) = delete;

    // What the API's ports are asked; the form of a request says which service it is for.
    exchange answer(const wire::http_request& request, wall_time now);

    // The DNS names that the services have.
    std::vector<std::string> host_names() const;

    const access_plan& plan() const { return plan_; }
    backstage& shared() { return shared_; }
    service& sagemaker() { return sagemaker_; }
    sign_on_portal& portal() { return portal_; }
    instance_metadata& metadata() { return metadata_; }
    container_credentials& container() { return container_; }

private:
    const access_plan plan_;
    backstage shared_;
    sigv4_check check_;
    service sagemaker_;
    token_service tokens_;
    sign_on_portal portal_;
    instance_metadata metadata_;
    container_credentials container_;
};

}  // namespace trainwatch::simulator
