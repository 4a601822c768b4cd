#include "app/wait_verdict.hpp"

#include <algorithm>
#include <array>

namespace trainwatch::app {

verdict verdict_of(const domain::ending& ending) {
    switch (ending.outcome) {
        case domain::outcome::completed:
            return verdict::completed;
        case domain::outcome::failed:
            return verdict::failed;
        case domain::outcome::max_runtime_exceeded:
        case domain::outcome::max_wait_exceeded:
            return verdict::timed_out_at_aws;
        case domain::outcome::stopped:
            return verdict::stopped;
    }
    return verdict::error;
}

verdict worse(verdict a, verdict b) {
    static constexpr std::array worst_first{
        verdict::error,
        verdict::failed,
        verdict::timed_out_at_aws,
        verdict::stopped,
        verdict::gave_up,
        verdict::completed};
    return *std::find_if(worst_first.begin(), worst_first.end(), [&](verdict each) {
        return each == a || each == b;
    });
}

int exit_code(verdict value) {
    return static_cast<int>(value);
}

}  // namespace trainwatch::app
