#include "tests/simulator/control.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "tests/simulator/credentials_text.hpp"
#include "tests/simulator/json_text.hpp"
#include "tests/simulator/scenario.hpp"
#include "tests/simulator/truth.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

struct control_call {
    cloud& world;
    service& sagemaker;
    const wire::http_request& request;
    std::vector<std::string> path;  // without empty segments
    wall_time now;
};

using reply = wire::http_response;

reply answer(int status, std::string body) {
    reply response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = std::move(body) + "\n";
    return response;
}

reply done() {
    return answer(200, "{}");
}

reply failed(int status, const std::string& why) {
    return answer(status, json_text(json::object{{"error", why}}));
}

std::vector<std::string> segments(std::string_view target) {
    std::vector<std::string> parts;
    auto path = target.substr(0, target.find('?'));
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) parts.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

reply truth(const control_call& of) {
    return answer(200, truth_text(of.sagemaker.all_jobs(), of.now));
}

reply requests(const control_call& of) {
    return answer(200, of.world.shared().log.text());
}

reply forget_requests(const control_call& of) {
    of.world.shared().log.clear();
    return done();
}

reply show_faults(const control_call& of) {
    return answer(200, faults_text(of.world.shared().faults));
}

reply add_faults(const control_call& of, bool replace) {
    auto rules = read_faults(of.request.body);
    if (!rules) return failed(400, rules.error());
    if (replace) of.world.shared().faults.clear();
    for (auto& rule : *rules)
        of.world.shared().faults.add(std::move(rule));
    return show_faults(of);
}

reply put_faults(const control_call& of) {
    return add_faults(of, true);
}
reply post_faults(const control_call& of) {
    return add_faults(of, false);
}

reply clear_faults(const control_call& of) {
    of.world.shared().faults.clear();
    return done();
}

reply show_clock(const control_call& of) {
    const auto& clock = of.sagemaker.jobs().clock();
    json::object object;
    object["now"] = json_time(of.now);
    object["speed"] = clock.speed();
    object["scenario_seconds"] = static_cast<double>(clock.scenario_at(of.now).count()) / 1000.0;
    return answer(200, json_text(object));
}

// {"speed": 60}, {"advance": "10m"}, {"advance_keys": "1h"}, or several: the jumps come first.
reply put_clock(const control_call& of) {
    boost::system::error_code code;
    const auto value = json::parse(of.request.body, code);
    if (code || !value.is_object()) return failed(400, "a JSON object is wanted");
    std::optional<double> speed;
    std::optional<milliseconds> advance;
    std::optional<milliseconds> advance_keys;
    for (const auto& member : value.get_object()) {
        if (member.key() == "speed" && member.value().is_number()) {
            speed = member.value().to_number<double>();
        } else if (member.key().starts_with("advance") && member.value().is_string()) {
            const auto& text = member.value().get_string();
            const auto length = parse_duration(std::string_view(text.data(), text.size()));
            if (!length) return failed(400, "advance is a duration such as 10m");
            (member.key() == "advance_keys" ? advance_keys : advance) = length;
        } else {
            return failed(400, "speed (a number), advance and advance_keys (durations) are known");
        }
    }
    if (speed && (*speed < 0 || *speed > 1e6)) return failed(400, "speed is from 0 to 1000000");
    if (advance_keys) of.world.shared().keys.advance(*advance_keys);
    for (auto* jobs : of.sagemaker.all_jobs()) {
        if (advance) jobs->clock().advance(of.now, *advance);
        if (speed) jobs->clock().set_speed(of.now, *speed);
    }
    return show_clock(of);
}

reply post_job(const control_call& of) {
    auto& jobs = of.sagemaker.jobs();
    const auto& regions = of.sagemaker.check().regions();
    const auto region = regions.empty() ? std::string() : *regions.begin();
    auto made = read_job(of.request.body, region, jobs.clock().scenario_at(of.now));
    if (!made.errors.empty()) return failed(400, made.errors.front());
    for (const auto& plan : made.plans) {
        if (!regions.contains(plan.region)) return failed(400, "no such region: " + plan.region);
        if (of.sagemaker.jobs_of(plan.account).collides(plan))
            return failed(409, plan.name + " exists, or will");
    }
    json::array names;
    for (auto& plan : made.plans) {
        names.push_back(json::value(plan.name));
        of.sagemaker.jobs_of(plan.account).add(std::move(plan));
    }
    return answer(200, json_text(json::object{{"jobs", std::move(names)}}));
}

reply delete_job(const control_call& of) {
    auto& jobs = of.sagemaker.jobs();
    auto* job = jobs.find(of.path[1], of.path[2], of.now);
    if (job == nullptr) return failed(404, "no such job");
    job->plan.gone_at = jobs.clock().scenario_at(of.now);
    job->intervention = "delete";
    return done();
}

reply stop_job(const control_call& of) {
    auto& jobs = of.sagemaker.jobs();
    auto* job = jobs.find(of.path[1], of.path[2], of.now);
    if (job == nullptr) return failed(404, "no such job");
    if (!stop(job->plan, jobs.clock().scenario_at(of.now))) {
        return failed(409, "the job is over");
    }
    job->intervention = "stop";
    return done();
}

reply show_credentials(const control_call& of) {
    return answer(200, credentials_text(of.world.shared(), of.now));
}

reply expire_key(const control_call& of) {
    return of.world.shared().keys.expire(of.path[1], of.now) ? done() : failed(404, "no such key");
}

reply revoke_key(const control_call& of) {
    return of.world.shared().keys.revoke(of.path[1]) ? done() : failed(404, "no such key");
}

reply rotate_imds(const control_call& of) {
    of.world.metadata().rotate();
    return done();
}

reply forget_imds_tokens(const control_call& of) {
    of.world.metadata().forget_tokens();
    return done();
}

reply rotate_container(const control_call& of) {
    of.world.container().rotate();
    return done();
}

// {"authorization": "another token"}
reply put_container(const control_call& of) {
    boost::system::error_code code;
    const auto value = json::parse(of.request.body, code);
    const auto* object = value.if_object();
    const auto* token = object == nullptr ? nullptr : object->if_contains("authorization");
    if (code || token == nullptr || !token->is_string()) {
        return failed(400, "authorization, a text, is wanted");
    }
    of.world.container().want(json::value_to<std::string>(*token));
    return done();
}

// {"expired": true}
reply put_portal(const control_call& of) {
    boost::system::error_code code;
    const auto value = json::parse(of.request.body, code);
    const auto* object = value.if_object();
    const auto* expired = object == nullptr ? nullptr : object->if_contains("expired");
    if (code || expired == nullptr || !expired->is_bool()) {
        return failed(400, "expired, true or false, is wanted");
    }
    of.world.portal().set_expired(expired->get_bool());
    return done();
}

struct route {
    std::string_view method;
    std::vector<std::string_view> path;  // "*" stands for any segment
    reply (*handle)(const control_call&);
};

const std::vector<route>& routes() {
    static const std::vector<route> table{
        {"GET", {"truth"}, truth},
        {"GET", {"requests"}, requests},
        {"DELETE", {"requests"}, forget_requests},
        {"GET", {"faults"}, show_faults},
        {"PUT", {"faults"}, put_faults},
        {"POST", {"faults"}, post_faults},
        {"DELETE", {"faults"}, clear_faults},
        {"GET", {"clock"}, show_clock},
        {"PUT", {"clock"}, put_clock},
        {"POST", {"jobs"}, post_job},
        {"GET", {"credentials"}, show_credentials},
        {"POST", {"credentials", "*", "expire"}, expire_key},
        {"DELETE", {"credentials", "*"}, revoke_key},
        {"POST", {"imds", "rotate"}, rotate_imds},
        {"DELETE", {"imds", "tokens"}, forget_imds_tokens},
        {"POST", {"container", "rotate"}, rotate_container},
        {"PUT", {"container"}, put_container},
        {"PUT", {"portal"}, put_portal},
        {"DELETE", {"jobs", "*", "*"}, delete_job},
        {"POST", {"jobs", "*", "*", "stop"}, stop_job},
    };
    return table;
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string>& path) {
    return std::equal(
        pattern.begin(),
        pattern.end(),
        path.begin(),
        path.end(),
        [](auto wanted, const auto& is) { return wanted == "*" || wanted == is; }
    );
}

}  // namespace

control_reply control(cloud& world, const wire::http_request& request, wall_time now) {
    const control_call call{world, world.sagemaker(), request, segments(request.target), now};
    if (request.method == "POST" && request.target == "/shutdown") {
        return {.response = done(), .shut_down = true};
    }
    bool path_known = false;
    for (const auto& route : routes()) {
        if (!fits(route.path, call.path)) continue;
        path_known = true;
        if (route.method == request.method) return {.response = route.handle(call)};
    }
    return {.response = path_known ? failed(405, "not with this method") : failed(404, "not here")};
}

}  // namespace trainwatch::simulator
