#include "tests/simulator/simulation.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
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
#include "tests/simulator/cloud.hpp"
#include "tests/simulator/control.hpp"
#include "tests/simulator/json_text.hpp"
#include "tests/simulator/proxy_desk.hpp"
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

cloud_options cloud_options_of(const options& wanted, const scenario& played) {
    return {
        .account = wanted.account,
        .regions = regions_of(wanted, played),
        .keys =
            {.access_key_id = wanted.access_key_id,
             .secret_access_key = wanted.secret_access_key,
             .session_token = wanted.session_token},
        .sagemaker =
            {.api =
                 {.creation_time_filters_after_paging = wanted.creation_time_filters_after_paging},
             .describe_rate = wanted.describe_rate,
             .list_rate = wanted.list_rate,
             .burst = wanted.burst},
        .speed = wanted.speed,
        .seed = wanted.seed};
}

void print_request(const request_record& record) {
    std::fprintf(
        stderr,
        "%s %s%s%s %s %s %s\n",
        iso8601(record.at).c_str(),
        record.service == "sagemaker" ? "" : record.service.c_str(),
        record.service == "sagemaker" ? "" : ".",
        record.operation.empty() ? "-" : record.operation.c_str(),
        record.region.empty() ? "-" : record.region.c_str(),
        record.job.empty() ? "-" : record.job.c_str(),
        record.code.c_str()
    );
}

class simulation {
public:
    simulation(const options& wanted, scenario played, milliseconds skew)
        : wanted_(wanted)
        , directory_(wanted.tls_directory)
        , clock_(io::create_system_clock())
        , skew_(skew)
        , world_{cloud_options_of(wanted, played), std::move(played), now()}
        , proxy_desk_(world_)
        , signals_(context_, SIGTERM, SIGINT) {}

    result<void> start() {
        const auto files = make_certificates(directory_.path(), world_.host_names());
        if (!files) return files.error();
        authority_ = std::filesystem::absolute(files->authority).string();
        const exchange_handler handle_control = [this](const wire::http_request& request) {
            auto reply = control(world_, request, now());
            if (reply.shut_down) stop_soon();
            return exchange{.response = std::move(reply.response)};
        };
        const auto handle_api =
            logged([this](const auto& request) { return world_.answer(request, now()); });
        const auto handle_metadata = logged([this](const auto& request) {
            return world_.metadata().answer(request, now());
        });
        const auto handle_container = logged([this](const auto& request) {
            return world_.container().answer(request, now());
        });
        const auto handle_proxy =
            logged([this](const auto& request) { return proxy_desk_.answer(request, now()); });
        const certificate_files plain;
        const std::array<port_order, 6> orders{{
            {http_, wanted_.listen, plain, handle_api},
            {https_, wanted_.tls_listen, *files, handle_api},
            {control_, wanted_.control_listen, plain, handle_control},
            {metadata_, wanted_.metadata_listen, plain, handle_metadata},
            {container_, wanted_.container_listen, plain, handle_container},
            {proxy_, wanted_.proxy_listen, plain, handle_proxy},
        }};
        for (const auto& order : orders) {
            if (auto done = open(order); !done) return done;
        }
        proxy_desk_.set_upstream(
            {.tls_address = parse_address(wanted_.tls_listen)->address,
             .tls_port = https_->port(),
             .address = parse_address(wanted_.listen)->address,
             .port = http_->port()}
        );
        return result<void>();
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

    struct port_order {
        std::unique_ptr<io::listener>& into;
        const std::string& address;
        const certificate_files& files;
        const exchange_handler& handler;
    };

    exchange_handler logged(exchange_handler handler) const {
        if (!wanted_.log_requests) return handler;
        return [handler = std::move(handler)](const wire::http_request& request) {
            auto reply = handler(request);
            print_request(reply.record);
            return reply;
        };
    }

    result<void> open(const port_order& order) {
        const auto where = parse_address(order.address);
        if (!where)
            return cannot("\"" + order.address + "\" is not an address such as 127.0.0.1:0");
        auto options = *where;
        options.certificate_file = order.files.certificate;
        options.private_key_file = order.files.private_key;
        auto opened = io::listen(context_.get_executor(), options);
        if (!opened) return opened.error();
        order.into = std::move(*opened);
        const auto& handler = handlers_.emplace_back(order.handler);
        boost::asio::co_spawn(context_, serve(*order.into, handler), boost::asio::detached);
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
            {"metadata_url", url("http", wanted_.metadata_listen, metadata_->port())},
            {"container_url", url("http", wanted_.container_listen, container_->port())},
            {"proxy_url", url("http", wanted_.proxy_listen, proxy_->port())},
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
    cloud world_;
    proxy_desk proxy_desk_;
    std::string authority_{};
    std::deque<exchange_handler> handlers_{};  // addresses stay valid: the servers have them
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer goodbye_{context_};
    std::unique_ptr<io::listener> http_{};
    std::unique_ptr<io::listener> https_{};
    std::unique_ptr<io::listener> control_{};
    std::unique_ptr<io::listener> metadata_{};
    std::unique_ptr<io::listener> container_{};
    std::unique_ptr<io::listener> proxy_{};
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
