#include "tests/simulator/simulation.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include "io/clock.hpp"
#include "tests/simulator/certificates.hpp"
#include "tests/simulator/control.hpp"
#include "tests/simulator/json_text.hpp"
#include "tests/simulator/scenario.hpp"
#include "tests/simulator/server.hpp"

namespace trainwatch::simulator {
namespace {

failure cannot(std::string why) {
    return {.kind = error_class::internal, .detail = std::move(why)};
}

// The directory of --tls-directory, or one that goes away with the run.
class tls_directory {
public:
    explicit tls_directory(const std::string& wanted) : path_(wanted) {
        if (!wanted.empty()) return;
        std::error_code ignored;
        auto pattern =
            (std::filesystem::temp_directory_path(ignored) / "sagemaker-sim.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) return;
        path_ = pattern;
        temporary_ = true;
    }
    ~tls_directory() {
        std::error_code ignored;
        if (temporary_) std::filesystem::remove_all(path_, ignored);
    }
    tls_directory(const tls_directory&) = delete;
    tls_directory& operator=(const tls_directory&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
    bool temporary_ = false;
};

result<scenario> load_scenario(const options& wanted) {
    std::ifstream file(wanted.scenario_file);
    if (!file) return cannot("cannot read " + wanted.scenario_file);
    std::ostringstream text;
    text << file.rdbuf();
    auto read = read_scenario(text.str(), wanted.scenario_file, wanted.regions.front());
    if (read.errors.empty()) return read;
    std::string all;
    for (const auto& error : read.errors)
        all += (all.empty() ? "" : "\n") + error;
    return cannot(std::move(all));
}

std::set<std::string> regions_of(const options& wanted, const scenario& jobs) {
    std::set<std::string> regions(wanted.regions.begin(), wanted.regions.end());
    for (const auto& plan : jobs.plans)
        regions.insert(plan.region);
    return regions;
}

service make_service(const options& wanted, scenario jobs, wall_time start) {
    const auto regions = regions_of(wanted, jobs);
    fleet all(timeline(start, wanted.speed), wanted.account);
    for (auto& plan : jobs.plans)
        all.add(std::move(plan));
    sigv4_check check(
        {.access_key_id = wanted.access_key_id,
         .secret_access_key = wanted.secret_access_key,
         .session_token = wanted.session_token},
        regions
    );
    const service_options how{
        .api = {.creation_time_filters_after_paging = wanted.creation_time_filters_after_paging},
        .describe_rate = wanted.describe_rate,
        .list_rate = wanted.list_rate,
        .burst = wanted.burst};
    return {std::move(all), std::move(check), how, wanted.seed};
}

std::vector<std::string> host_names(const std::set<std::string>& regions) {
    std::vector<std::string> names;
    for (const auto& region : regions) {
        names.push_back("api.sagemaker." + region + ".amazonaws.com");
        names.push_back("api-fips.sagemaker." + region + ".amazonaws.com");
        names.push_back("api.sagemaker." + region + ".api.aws");
    }
    return names;
}

void print_request(const request_record& record) {
    std::fprintf(
        stderr,
        "%s %s %s %s %s\n",
        iso8601(record.at).c_str(),
        record.operation.empty() ? "-" : record.operation.c_str(),
        record.region.empty() ? "-" : record.region.c_str(),
        record.job.empty() ? "-" : record.job.c_str(),
        record.code.c_str()
    );
}

class simulation {
public:
    simulation(const options& wanted, scenario jobs, milliseconds skew)
        : wanted_(wanted)
        , directory_(wanted.tls_directory)
        , clock_(io::create_system_clock())
        , skew_(skew)
        , service_(make_service(wanted, std::move(jobs), now()))
        , signals_(context_, SIGTERM, SIGINT) {}

    result<void> start() {
        const auto names = host_names(service_.check().regions());
        const auto files = make_certificates(directory_.path(), names);
        if (!files) return files.error();
        authority_ = std::filesystem::absolute(files->authority).string();
        handle_api_ = [this](const wire::http_request& request) {
            auto reply = service_.answer(request, now());
            if (wanted_.log_requests) print_request(reply.record);
            return reply;
        };
        handle_control_ = [this](const wire::http_request& request) {
            auto reply = control(service_, request, now());
            if (reply.shut_down) stop_soon();
            return exchange{.response = std::move(reply.response)};
        };
        if (auto done = open(http_, wanted_.listen, {}, handle_api_); !done) return done;
        if (auto done = open(https_, wanted_.tls_listen, *files, handle_api_); !done) return done;
        return open(control_, wanted_.control_listen, {}, handle_control_);
    }

    result<void> announce() const {
        const auto text = ready_text();
        if (!wanted_.ready_file.empty()) {
            const auto draft = wanted_.ready_file + ".new";
            std::error_code code;
            if (!(std::ofstream(draft) << text << "\n").flush())
                return cannot("cannot write " + draft);
            std::filesystem::rename(draft, wanted_.ready_file, code);
            if (code) return cannot("cannot write " + wanted_.ready_file + ": " + code.message());
        }
        std::printf("ready %s\n", text.c_str());
        std::fflush(stdout);
        return result<void>();
    }

    void play() {
        signals_.async_wait([this](boost::system::error_code code, int) {
            if (!code) context_.stop();
        });
        context_.run();
    }

private:
    wall_time now() const { return clock_->now().wall + skew_; }

    result<void> open(
        std::unique_ptr<io::listener>& into,
        const std::string& address,
        const certificate_files& files,
        const exchange_handler& handler
    ) {
        auto where = parse_address(address);
        if (!where) return cannot("\"" + address + "\" is not an address such as 127.0.0.1:0");
        where->certificate_file = files.certificate;
        where->private_key_file = files.private_key;
        auto opened = io::listen(context_.get_executor(), *where);
        if (!opened) return opened.error();
        into = std::move(*opened);
        boost::asio::co_spawn(context_, serve(*into, handler), boost::asio::detached);
        return result<void>();
    }

    static std::string url(const char* scheme, const std::string& address, std::uint16_t port) {
        const auto where = parse_address(address);
        const bool is_v6 = where->address.find(':') != std::string::npos;
        const auto host = is_v6 ? "[" + where->address + "]" : where->address;
        return std::string(scheme) + "://" + host + ":" + std::to_string(port);
    }

    std::string ready_text() const {
        boost::json::object object{
            {"http_url", url("http", wanted_.listen, http_->port())},
            {"https_url", url("https", wanted_.tls_listen, https_->port())},
            {"control_url", url("http", wanted_.control_listen, control_->port())},
            {"ca_file", authority_},
            {"pid", static_cast<std::int64_t>(::getpid())}};
        return json_text(object);
    }

    // The answer that announces it leaves first.
    void stop_soon() {
        goodbye_.expires_after(milliseconds(50));
        goodbye_.async_wait([this](boost::system::error_code) { context_.stop(); });
    }

    const options& wanted_;
    tls_directory directory_;
    std::unique_ptr<io::clock> clock_;
    milliseconds skew_;
    service service_;
    std::string authority_{};
    exchange_handler handle_api_{};
    exchange_handler handle_control_{};
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer goodbye_{context_};
    std::unique_ptr<io::listener> http_{};
    std::unique_ptr<io::listener> https_{};
    std::unique_ptr<io::listener> control_{};
};

}  // namespace

result<void> run(const options& wanted) {
    auto jobs = load_scenario(wanted);
    if (!jobs) return jobs.error();
    const auto skew = parse_offset(wanted.clock_skew);
    if (!skew) return cannot("--clock-skew is a duration such as 10m or -10m");
    simulation it(wanted, std::move(*jobs), *skew);
    if (auto started = it.start(); !started) return started;
    if (auto announced = it.announce(); !announced) return announced;
    it.play();
    return result<void>();
}

}  // namespace trainwatch::simulator
