#include "watching.hpp"

#include <algorithm>

#include "clocks.hpp"

namespace trainwatch::sim {
namespace {

constexpr const char* shared_connection = "connection-2";

std::string secret_proxy() {
    return std::string("http://watcher:") + watching::secret + "@proxy:3128";
}

// The two forms that are drawn: "prefix*" and a whole name.
bool is_like(const std::string& text, const std::string& pattern) {
    if (pattern.ends_with('*')) return text.starts_with(pattern.substr(0, pattern.size() - 1));
    return text == pattern;
}

bool is_like_any(const std::string& text, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
        return is_like(text, pattern);
    });
}

bool fits(const domain::job_filter& filter, const life& job) {
    if (!filter.name.empty() && !is_like_any(job.name, filter.name)) return false;
    if (!filter.tuning_job.empty() && !is_like_any(job.tuning_job, filter.tuning_job)) return false;
    return std::all_of(filter.tags.begin(), filter.tags.end(), [&](const auto& wanted) {
        const auto at = job.tags.find(wanted.first);
        return at != job.tags.end() && is_like(at->second, wanted.second);
    });
}

template <class List>
auto find_named(List& all, const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const auto& each) {
        return each.name == name;
    });
}

}  // namespace

watching::watching(std::uint64_t seed, std::vector<std::string> names, bool discovers)
    : random_(seed), names_(std::move(names)) {
    std::partition(names_.begin(), names_.end(), [](const auto& name) {
        return !name.starts_with("extra-");
    });
    const auto own = std::find_if(names_.begin(), names_.end(), [](const auto& name) {
        return name.starts_with("extra-");
    });
    own_names_.assign(own, names_.end());
    names_.erase(own, names_.end());
    is_shared_ = !own_names_.empty();
    draw_connections();
    receivers_.push_back(
        {"main",
         domain::receiver_kind::alertmanager,
         {"http://am-1:9093", "http://am-2:9093"},
         {},
         {}}
    );
    receivers_.push_back(
        {"pipeline", domain::receiver_kind::webhook, {hook()}, "/etc/hook.url", secret_proxy()}
    );
    receivers_.push_back(
        {"backup", domain::receiver_kind::alertmanager, {"http://am-3:9093"}, {}, {}}
    );
    config_.receivers = receivers_;
    if (random_.below(2) == 0) config_.receivers.pop_back();
    draw_lists(discovers, seed);
}

void watching::draw_connections() {
    constexpr double list_rates[] = {0.05, 0.2, 1};
    const auto add = [&](const char* name, std::vector<std::string> regions) {
        domain::connection_settings made;
        made.name = name;
        made.regions = std::move(regions);
        made.role_arn = "arn:aws:iam::111122223333:role/watcher";
        made.external_id = secret;
        made.proxy_url = secret_proxy();
        made.budget.describe_per_second = 1 + static_cast<double>(random_.below(4));
        made.budget.list_per_second = list_rates[random_.below(3)];
        made.pace = random_.below(2) == 0 ? domain::pace_kind::bound : domain::pace_kind::budget;
        config_.connections.push_back(std::move(made));
    };
    add("connection-0", {"eu-west-1", "us-east-1"});
    add("connection-1", {"eu-west-1"});
    if (is_shared_) {
        add(shared_connection, {"eu-west-1"});
        config_.connections.back().discovery = domain::discovery_kind::none;
    }
    constexpr seconds bounds[] = {seconds(60), seconds(60), seconds(180), seconds(600)};
    config_.global.staleness_bound = bounds[random_.below(4)];
}

const std::string& watching::account_of(const std::string& connection) const {
    static const auto known = accounts();
    return connection == "connection-1" ? known[1] : known[0];
}

void watching::draw_names(domain::watch_list_settings& list) {
    list.jobs.clear();
    for (const auto& name : names_) {
        if (random_.below(4) != 0) list.jobs.push_back(name);
    }
    if (list.jobs.empty()) list.jobs.push_back(names_.front());
}

void watching::draw_lists(bool discovers, std::uint64_t seed) {
    const auto add_quietly = [&](const char* name) -> domain::watch_list_settings& {
        auto& made = lists_.emplace_back();
        made.name = name;
        made.connections = {"connection-0", "connection-1"};
        made.limits.phases["Starting"] = starting_limit;
        return made;
    };
    const auto add = [&](const char* name) -> domain::watch_list_settings& {
        auto& made = add_quietly(name);
        if (random_.below(3) == 0) made.labels["purpose"] = name;
        return made;
    };
    add("named").jobs = names_;
    draw_names(add("second"));
    if (is_shared_) {
        auto& extra = add("extra");
        extra.connections = {shared_connection};
        extra.jobs = own_names_;
    }
    if (discovers) {
        auto& nightly = add("nightly");
        nightly.match.emplace().name = {"nightly-*"};
        nightly.exclude.name = {"nightly-scratch-*"};
        auto& vision = add("vision");
        vision.match.emplace().tags = {{"team", "vision"}};
        vision.connections = {"connection-0"};
        if (is_shared_) vision.match->name = {"nightly-*", "scratch-*", "job-*"};
        add("tuning").match.emplace().tuning_job = {"hpo-42"};
        if (!is_shared_) {
            auto& everything = add("everything");
            everything.match.emplace().name = {"*"};
            everything.exclude.name = {"scratch-*"};
        }
        // From a sequence of its own: the worlds without it stay the same.
        random_source apart(~seed);
        if (apart.below(5) == 0) {
            auto& active = add_quietly("active");
            active.match.emplace().status = {"InProgress"};
            active.match->name = {"scratch-*", "research-*", "nightly-*"};
            if (is_shared_) active.connections = {"connection-1"};
        }
        for (auto& list : lists_) {
            if (random_.below(4) == 0) list.labels_from_tags["owner"] = "Owner";
        }
    }
    for (const auto& list : lists_) {
        if (random_.below(3) != 0) config_.watch_lists.push_back(list);
    }
    if (config_.watch_lists.empty()) config_.watch_lists.push_back(lists_.back());
}

void watching::limit_billable_time() {
    for (auto* lists : {&lists_, &config_.watch_lists}) {
        for (auto& list : *lists)
            list.limits.billable = billable_limit;
    }
}

void watching::expect_completions(milliseconds within) {
    for (auto* lists : {&lists_, &config_.watch_lists}) {
        for (auto& list : *lists)
            list.completed_within = within;
    }
}

void watching::drop_or_add_list() {
    const auto& picked = lists_[random_.below(lists_.size())];
    const auto at = find_named(config_.watch_lists, picked.name);
    if (at == config_.watch_lists.end()) {
        const auto where =
            static_cast<std::ptrdiff_t>(random_.below(config_.watch_lists.size() + 1));
        config_.watch_lists.insert(config_.watch_lists.begin() + where, picked);
    } else if (config_.watch_lists.size() > 1) {
        config_.watch_lists.erase(at);
    }
}

void watching::drop_or_add_receiver() {
    const auto& picked = receivers_[random_.below(receivers_.size())];
    const auto at = find_named(config_.receivers, picked.name);
    if (at == config_.receivers.end()) {
        config_.receivers.push_back(picked);
    } else if (picked.urls.size() > 1 && random_.below(2) == 0) {
        at->urls =
            at->urls.size() > 1 ? std::vector<std::string>{picked.urls.front()} : picked.urls;
    } else if (config_.receivers.size() > 1) {
        config_.receivers.erase(at);
    }
}

void watching::change() {
    switch (random_.below(6)) {
        case 0:
        case 1:
            drop_or_add_list();
            break;
        case 2:
            drop_or_add_receiver();
            break;
        case 3:
            for (auto& list : config_.watch_lists) {
                if (list.name == "second") draw_names(list);
            }
            break;
        case 4:
            config_.global.labels["site"] = random_.below(2) == 0 ? "north" : "south";
            break;
        default:
            for (auto& connection : config_.connections) {
                connection.budget.describe_per_second = 1 + static_cast<double>(random_.below(4));
            }
            std::reverse(config_.watch_lists.begin(), config_.watch_lists.end());
            break;
    }
}

void watching::settle() {
    for (const auto& receiver : receivers_) {
        const auto at = find_named(config_.receivers, receiver.name);
        if (at != config_.receivers.end()) at->urls = receiver.urls;
    }
}

bool watching::reaches(
    const domain::settings& config,
    const domain::watch_list_settings& list,
    const true_job& job,
    bool by_discovery
) const {
    return std::any_of(
        config.connections.begin(),
        config.connections.end(),
        [&](const auto& connection) {
            if (by_discovery && connection.discovery == domain::discovery_kind::none) return false;
            const auto& named = list.connections;
            if (std::find(named.begin(), named.end(), connection.name) == named.end()) return false;
            const auto& regions = connection.regions;
            if (std::find(regions.begin(), regions.end(), job.truth.region) == regions.end()) {
                return false;
            }
            return account_of(connection.name) == job.truth.account_id;
        }
    );
}

std::optional<std::string> watching::owner(
    const domain::settings& config, const true_job& job, status_filter seen
) const {
    const auto& truth = job.truth;
    for (const auto& list : config.watch_lists) {
        const auto& jobs = list.jobs;
        const bool names = std::find(jobs.begin(), jobs.end(), truth.name) != jobs.end();
        if (names && reaches(config, list, job, false)) return list.name;
    }
    for (const auto& list : config.watch_lists) {
        if (!list.match || !fits(*list.match, truth)) continue;
        if (seen == status_filter::fits_not && !list.match->status.empty()) continue;
        if (!list.exclude.empty() && fits(list.exclude, truth)) continue;
        if (reaches(config, list, job, true)) return list.name;
    }
    return std::nullopt;
}

std::optional<std::string> watching::only_owner(const true_job& job) const {
    const auto present = owner(job);
    const bool is_only = std::all_of(history_.begin(), history_.end(), [&](const auto& period) {
        return owner(period.config, job) == present &&
            owner(period.config, job, status_filter::fits_not) == present;
    });
    return is_only ? present : std::nullopt;
}

bool watching::has_jobs_of_its_own(const domain::watch_list_settings& list) const {
    if (list.match) return true;
    return std::any_of(list.jobs.begin(), list.jobs.end(), [&](const auto& name) {
        const auto first = std::find_if(
            config_.watch_lists.begin(),
            config_.watch_lists.end(),
            [&](const auto& each) {
                return std::find(each.jobs.begin(), each.jobs.end(), name) != each.jobs.end();
            }
        );
        return first->name == list.name;
    });
}

std::optional<mono_time> watching::in_force_since(const std::string& list) const {
    std::optional<mono_time> since;
    for (auto period = history_.rbegin(); period != history_.rend(); ++period) {
        const auto& lists = period->config.watch_lists;
        if (find_named(lists, list) == lists.end()) break;
        since = period->since;
    }
    return since;
}

bool watching::was_always_owned(const true_job& job) const {
    const auto born = clocks::mono_of(job.truth.created);
    for (std::size_t i = 0; i < history_.size(); ++i) {
        const bool was_over = i + 1 < history_.size() && history_[i + 1].since < born;
        const auto& config = history_[i].config;
        if (!was_over && !owner(config, job, status_filter::fits_not)) return false;
    }
    return !history_.empty();
}

std::size_t watching::times_owned(const true_job& job) const {
    const auto count = [&](status_filter seen) {
        std::size_t times = 0;
        bool before = false;
        for (const auto& period : history_) {
            const bool is_owned = owner(period.config, job, seen).has_value();
            if (is_owned && !before) ++times;
            before = is_owned;
        }
        return times;
    };
    return std::max(count(status_filter::fits), count(status_filter::fits_not));
}

}  // namespace trainwatch::sim
