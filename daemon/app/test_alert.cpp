#include "app/test_alert.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "app/connection_access.hpp"
#include "app/environment.hpp"
#include "app/print_error.hpp"
#include "app/receiver_trust.hpp"
#include "app/settings_file.hpp"
#include "domain/watch_plan.hpp"
#include "io/byte_stream.hpp"
#include "io/name_lookup.hpp"
#include "wire/url.hpp"

namespace trainwatch::app {
namespace {

namespace asio = boost::asio;

class alert_tester {
public:
    explicit alert_tester(const alert_test& test)
        : test_(test), clock_(io::create_system_clock()) {}

    alert_test_report run(milliseconds within) {
        for (const auto& receiver : test_.receivers) {
            for (const auto& url : receiver.urls)
                add(receiver, url);
        }
        for (auto& each : places_)
            start(each, within);
        // Each call has its deadline.
        context_.run();
        alert_test_report report;
        for (const auto& each : places_) {
            report.is_well = report.is_well && each.line.is_well;
            report.lines.push_back(
                shown_endpoint(*each.receiver, each.endpoint.url) + ": " + each.line.text
            );
        }
        return report;
    }

private:
    struct place {
        const domain::receiver_settings* receiver = nullptr;
        domain::endpoint endpoint{};
        trial_line line{};
    };

    // A name that leads nowhere has a line of its own.
    void add(const domain::receiver_settings& receiver, const std::string& url) {
        domain::endpoint endpoint{receiver.name, receiver.kind, url};
        const auto named = test_.names.find(url);
        if (named == test_.names.end()) {
            places_.push_back({&receiver, std::move(endpoint)});
            return;
        }
        endpoint.found_by = url;
        if (!named->second.trouble.empty()) {
            places_.push_back(
                {&receiver, endpoint, told_of_no_trial({.detail = named->second.trouble})}
            );
        }
        for (const auto& [address, misses] : named->second.misses) {
            endpoint.url = address;
            places_.push_back({&receiver, endpoint});
        }
    }

    void start(place& at, milliseconds within) {
        if (!at.line.text.empty()) return;
        const auto where = wire::parse_url(at.endpoint.url);
        if (where.has_error()) {
            at.line = told_of_no_trial(where.error());
            return;
        }
        const auto access = access_towards(at.receiver->access, at.endpoint);
        const auto trust = trust_.of(access.tls);
        if (trust.has_error()) {
            at.line = told_of_no_trial(trust.error());
            return;
        }
        const auto proxy =
            wire::proxy_for(named_url(at.endpoint), test_.proxies.at(at.receiver->name));
        asio::co_spawn(
            context_,
            io::try_alert(
                at.receiver->kind,
                *where,
                {*trust, proxy, {}, access.authorization},
                *clock_,
                test_.alert,
                within,
                access.secret
            ),
            [this, &at](const std::exception_ptr& error, const io::alert_trial& trial) {
                if (error) std::rethrow_exception(error);
                at.line = told_of_trial(trial, *at.receiver, at.endpoint.url, test_.alert);
            }
        );
    }

    const alert_test& test_;
    asio::io_context context_{1};
    std::unique_ptr<io::clock> clock_;
    receiver_trust trust_{};
    std::vector<place> places_{};
};

// Of the configured receivers those that are asked for; nothing, and said so, when one is not
// there.
std::optional<std::vector<domain::receiver_settings>> choose(
    const std::vector<domain::receiver_settings>& configured, const std::vector<std::string>& wanted
) {
    if (configured.empty()) {
        print_error("the configuration has no receivers: alerts would go nowhere");
        return std::nullopt;
    }
    if (wanted.empty()) return configured;
    std::vector<domain::receiver_settings> chosen;
    std::string names;
    for (const auto& receiver : configured) {
        names += (names.empty() ? "" : ", ") + receiver.name;
        if (std::find(wanted.begin(), wanted.end(), receiver.name) != wanted.end()) {
            chosen.push_back(receiver);
        }
    }
    for (const auto& name : wanted) {
        const bool is_there = std::any_of(chosen.begin(), chosen.end(), [&](const auto& receiver) {
            return receiver.name == name;
        });
        if (is_there) continue;
        print_error(
            "there is no receiver \"" + name + "\" in the configuration, which has " + names
        );
        return std::nullopt;
    }
    return chosen;
}

}  // namespace

alert_test_report perform_alert_test(const alert_test& test, milliseconds within) {
    return alert_tester(test).run(within);
}

int test_alert(const options& chosen) {
    const auto env = process_environment();
    const auto files = read_aws_files(env, read_file);
    const auto loaded = load_settings_without_aws(chosen.config_file, files, machine_files());
    if (const auto* mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            print_error(mistake);
        return 1;
    }
    const auto& config = std::get<loaded_configuration>(loaded).settings;
    auto receivers = choose(config.receivers, chosen.receivers);
    if (!receivers) return 1;
    alert_test test;
    test.receivers = std::move(*receivers);
    for (const auto& receiver : test.receivers) {
        auto proxies = resolve_receiver_proxies(receiver, files);
        if (proxies.has_error()) {
            print_error(proxies.error().detail);
            return 1;
        }
        test.proxies[receiver.name] = std::move(proxies.value());
    }
    auto asked = config;
    asked.receivers = test.receivers;
    test.names = look_up_names(names_of(asked), {}, io::look_up_addresses);
    const auto replica = chosen.process.replica.empty() ? env.host_name : chosen.process.replica;
    const auto now = io::create_system_clock()->now().wall;
    test.alert = make_test_alert({env.host_name, replica, now}, config.global.labels);
    const auto report = perform_alert_test(test);
    for (const auto& line : report.lines)
        std::printf("%s\n", line.c_str());
    return std::fflush(stdout) == 0 && report.is_well ? 0 : 1;
}

}  // namespace trainwatch::app
