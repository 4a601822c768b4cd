// Our side of poll.transport_cpu and poll.whole_cpu: N connections' worth of polls against the
// poll server, all on one thread; prints the microseconds of processor time for one poll.
//
//   poll_client transport|whole PORT CA_FILE CONNECTIONS REQUESTS
//
// transport: exchange() of a prepared request, the answer's body untouched. whole: sign, send,
// receive, decode and an engine step, as the daemon does it.
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/engine.hpp"
#include "io/http_client.hpp"
#include "io/sagemaker_client.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/sample.hpp"
#include "wire/sagemaker.hpp"

using namespace trainwatch;
namespace asio = boost::asio;

namespace {

void rethrow(const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
}

[[noreturn]] void give_up(const failure& why) {
    std::fprintf(stderr, "poll_client: %s\n", why.detail.c_str());
    std::exit(1);
}

struct workload {
    wire::url origin{};
    std::shared_ptr<io::tls_client_context> trust{};
    int connections = 1;
    int requests = 1;
};

io::task<void> exchange_many(
    io::http_client& client, const io::clock& time, const wire::http_request& request, int count
) {
    for (int i = 0; i < count; ++i) {
        const mono_time deadline = time.now().mono + seconds(30);
        const auto answer = co_await client.exchange(request, deadline);
        if (answer.has_error()) give_up(answer.error());
        bench::keep(answer);
    }
    // Idle connections would keep the context running until they are too old.
    client.close();
    // An idle connection would keep the context waiting for its end.
    client.close();
}

// One client a connection: the pool of a client is bounded by the daemon's own needs.
double run_transport(const workload& work) {
    asio::io_context context(1);
    const auto time = io::create_system_clock();
    const auto request =
        wire::encode_describe_training_job(work.origin.host_header(), bench::sample_job);
    std::vector<std::unique_ptr<io::http_client>> clients;
    const double start = bench::cpu_now();
    for (int i = 0; i < work.connections; ++i) {
        clients.push_back(io::create_http_client(work.origin, {.tls = work.trust}, *time));
        asio::co_spawn(
            context,
            exchange_many(*clients.back(), *time, request, work.requests / work.connections),
            rethrow
        );
    }
    context.run();
    return bench::cpu_now() - start;
}

domain::watch_plan one_job() {
    domain::watch_plan plan;
    plan.lanes = {{"bench", "eu-west-1", {1e9, 1}}};
    plan.targets = {{lane_id{0}, bench::sample_job, "bench"}};
    return plan;
}

// The engine asks by its own schedule; here each answer is stepped through one of its own, made
// to expect it: woken, then answered.
class stepped_engine {
public:
    explicit stepped_engine(const io::clock& time) : time_(time), engine_(one_job(), 1) {
        now_ = time.now();
        engine_.step(core::restored{}, now_);
    }

    void take(io::describe_answer answer) {
        const auto id = next_poll();
        const core::event described =
            core::described{id, std::move(answer.outcome), answer.took, answer.clock_offset};
        bench::keep(engine_.step(described, now_));
    }

private:
    poll_id next_poll() {
        while (true) {
            now_.mono = std::max(now_.mono, engine_.next_wakeup().value_or(now_.mono));
            for (const auto& action : engine_.step(core::woke{}, now_)) {
                if (const auto* describe = std::get_if<core::describe>(&action))
                    return describe->id;
                if (const auto* commit = std::get_if<core::commit>(&action)) {
                    engine_.step(core::committed{commit->id, {}}, now_);
                }
            }
        }
    }

    const io::clock& time_;
    core::engine engine_;
    instant now_{};
};

io::task<void> describe_many(
    io::sagemaker_client& client, const io::clock& time, stepped_engine& engine, int count
) {
    const std::string name = bench::sample_job;
    for (int i = 0; i < count; ++i) {
        const mono_time deadline = time.now().mono + seconds(30);
        auto answer = co_await client.describe(name, deadline);
        if (answer.outcome.has_error()) give_up(answer.outcome.error());
        engine.take(std::move(answer));
    }
    client.close();
    client.close();
}

double run_whole(const workload& work) {
    asio::io_context context(1);
    const auto time = io::create_system_clock();
    domain::credential_plan fixed;
    fixed.base =
        domain::static_keys{{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}};
    const auto plan = [&]() -> result<domain::credential_plan> { return fixed; };
    const auto keys = io::create_credential_source({.plan = plan}, *time);
    stepped_engine engine(*time);
    std::vector<std::unique_ptr<io::sagemaker_client>> clients;
    const double start = bench::cpu_now();
    for (int i = 0; i < work.connections; ++i) {
        clients.push_back(io::create_sagemaker_client(
            {work.origin, "eu-west-1", "trainwatchd-bench", {.tls = work.trust}}, *keys, *time
        ));
        asio::co_spawn(
            context,
            describe_many(*clients.back(), *time, engine, work.requests / work.connections),
            rethrow
        );
    }
    context.run();
    return bench::cpu_now() - start;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(
            stderr, "usage: poll_client transport|whole PORT CA_FILE CONNECTIONS REQUESTS\n"
        );
        return 2;
    }
    const std::string what = argv[1];
    const auto trust = io::create_tls_client_context(argv[3]);
    if (trust.has_error()) give_up(trust.error());
    const auto origin = wire::parse_url(std::string("https://localhost:") + argv[2]);
    if (origin.has_error()) give_up(origin.error());
    const workload work{origin.value(), trust.value(), std::atoi(argv[4]), std::atoi(argv[5])};
    const double seconds_used = what == "whole" ? run_whole(work) : run_transport(work);
    std::printf("%.3f\n", seconds_used * 1e6 / work.requests);
    return 0;
}
