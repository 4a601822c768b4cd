#include "wire/settings_jobs.hpp"

#include <algorithm>
#include <utility>

#include "wire/endpoints.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

// The draft of a configuration with one connection, as far as flags and environment give it.
settings_draft draft_of(const named_jobs& asked, const settings_defaults& defaults) {
    settings_draft draft;
    auto& connection = draft.connections.emplace_back();
    connection.name.text = "default";
    connection.rest.profile = asked.profile;
    // The jobs are named: whoever asks for them may not be allowed to list.
    connection.rest.discovery = domain::discovery_kind::none;
    connection.rest.endpoint_url = asked.endpoint_url;
    if (!asked.region.empty()) {
        connection.regions_given = true;
        connection.regions = {{asked.region, {}}};
    }
    lend_defaults(draft, defaults);
    return draft;
}

class jobs_reader {
public:
    jobs_reader(const named_jobs& asked, const settings_defaults& defaults)
        : asked_(asked), made_(finish(draft_of(asked, defaults), {}, defaults)) {}

    std::variant<job_settings, std::vector<std::string>> read() {
        check_flags();
        for (const auto& text : asked_.jobs)
            add(text);
        if (!mistakes_.empty()) return std::move(mistakes_);
        return arrange();
    }

private:
    domain::connection_settings& connection() { return made_.connections.front(); }

    void check_flags() {
        if (!asked_.region.empty()) {
            if (auto problem = region_problem(asked_.region); !problem.empty()) {
                mistakes_.push_back("--region: " + problem);
            }
        }
        const auto& endpoint = connection().endpoint_url;
        if (endpoint.empty()) return;
        const std::string whose =
            asked_.endpoint_url.empty() ? "endpoint URL from the environment " : "--endpoint-url ";
        const auto parsed = parse_url(endpoint);
        const auto shown =
            may_hold_secret(endpoint) ? std::string("(not shown)") : quoted(endpoint);
        if (!parsed) {
            mistakes_.push_back(whose + shown + ": " + parsed.error().detail);
        } else if (!parsed->query.empty()) {
            mistakes_.push_back(whose + shown + ": an endpoint has no query (\"?…\")");
        }
    }

    void add(const std::string& text) {
        auto read = read_job_reference(text);
        if (!read) {
            mistakes_.push_back(read.error().detail);
            return;
        }
        wanted_job wanted{std::move(read->name), std::move(read->region), read->account_id};
        // Among others, --region is for the names. For an ARN alone it can only be a mistake.
        const bool differs = !wanted.region.empty() && wanted.region != asked_.region;
        if (asked_.jobs.size() == 1 && !asked_.region.empty() && differs) {
            mistakes_.push_back(
                quoted(text) + " is in " + wanted.region + ", and --region says " +
                quoted(asked_.region) + ": leave --region out, the ARN has it"
            );
            return;
        }
        if (wanted.region.empty() && !lend_region(wanted)) return;
        if (!accept_account(wanted)) return;
        const auto same = std::find_if(wanted_.begin(), wanted_.end(), [&](const auto& other) {
            return other.name == wanted.name && other.region == wanted.region;
        });
        if (same == wanted_.end()) {
            wanted_.push_back(std::move(wanted));
        } else if (same->account_id.empty()) {
            same->account_id = wanted.account_id;
        }
    }

    bool lend_region(wanted_job& wanted) {
        const auto& lent = connection().regions;
        if (lent.empty()) {
            say_once(
                "no region: give --region, set AWS_REGION, or name a profile that has one "
                "(--profile)"
            );
            return false;
        }
        wanted.region = lent.front();
        if (!asked_.region.empty()) return true;
        auto problem = region_problem(wanted.region);
        if (problem.empty()) return true;
        say_once("region from the environment: " + problem);
        return false;
    }

    // One connection has the keys of one account.
    bool accept_account(const wanted_job& wanted) {
        if (wanted.account_id.empty()) return true;
        if (account_.empty()) account_ = wanted.account_id;
        if (account_ == wanted.account_id) return true;
        say_once(
            "ARNs of two accounts, " + account_ + " and " + wanted.account_id +
            ": the keys are of one; give a command for each"
        );
        return false;
    }

    void say_once(std::string mistake) {
        if (std::find(mistakes_.begin(), mistakes_.end(), mistake) != mistakes_.end()) return;
        mistakes_.push_back(std::move(mistake));
    }

    // A list for each region; the jobs in the order in which the plan will number them.
    job_settings arrange() {
        job_settings done;
        connection().regions.clear();
        for (const auto& job : wanted_) {
            auto& regions = connection().regions;
            if (std::find(regions.begin(), regions.end(), job.region) == regions.end()) {
                regions.push_back(job.region);
            }
        }
        for (const auto& region : connection().regions) {
            auto& list = made_.watch_lists.emplace_back();
            list.name = region;
            list.regions = {region};
            for (const auto& job : wanted_) {
                if (job.region != region) continue;
                list.jobs.push_back(job.name);
                done.wanted.push_back(job);
            }
        }
        done.settings = std::move(made_);
        return done;
    }

    const named_jobs& asked_;
    domain::settings made_;
    std::vector<wanted_job> wanted_{};
    std::vector<std::string> mistakes_{};
    std::string account_{};
};

}  // namespace

std::variant<job_settings, std::vector<std::string>> settings_for_jobs(
    const named_jobs& asked, const settings_defaults& defaults
) {
    return jobs_reader(asked, defaults).read();
}

}  // namespace trainwatch::wire
