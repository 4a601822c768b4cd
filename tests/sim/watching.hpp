// The configurations of one world: lists that name jobs and lists that discover them, receivers,
// and what a reload makes of them. Says whose a job is by a few rules of its own, so that the
// engine's claims are compared with something else than themselves.
//
// A connection has an account. Two may share one: then the second names jobs only, and the first
// discovers none of those, since a job that two lanes watch is two to whoever counts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "aws.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/settings.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::sim {

// limits.Starting of every list: the lives of some jobs are longer there.
inline constexpr milliseconds starting_limit = std::chrono::minutes(4);
// limits.billable, where there is one: likewise.
inline constexpr milliseconds billable_limit = std::chrono::minutes(30);

// The settings that were in force from then on.
struct watch_period {
    mono_time since{};
    domain::settings config{};
};

class watching {
public:
    // Draws connections, receivers and lists; `names`: what explicit lists may name.
    watching(std::uint64_t seed, std::vector<std::string> names, bool discovers);

    // Accounts by connection, in the order of the configuration.
    static std::vector<std::string> accounts() { return {"111122223333", "444455556666"}; }
    // Stands in every value of the configuration that is a secret: an external id, the password of
    // a proxy, the address of a webhook.
    static constexpr const char* secret = "T0P5ECRET";
    static std::string hook() { return std::string("http://hook/") + secret; }
    const std::string& account_of(const std::string& connection) const;

    const domain::settings& config() const { return config_; }
    // Gives every list a limit of billable time.
    void limit_billable_time();
    bool is_budgeted() const { return config_.watch_lists.front().limits.billable.has_value(); }
    // Has every list expect that some job of it completes within that time, time and again.
    void expect_completions(milliseconds within);
    std::optional<milliseconds> completed_within() const {
        return config_.watch_lists.front().completed_within;
    }
    // Changes the configuration a little, as a person would.
    void change();
    // What it comes to in the end: every receiver is there.
    void settle();
    void in_force(mono_time since) { history_.push_back({since, config_}); }
    const std::vector<watch_period>& history() const { return history_; }

    // The list that has the job; of AWS' tags nothing is unknown here. A filter of status is asked
    // once, when the job is taken up, and nobody knows here when that was: it fits, or it does not.
    enum class status_filter { fits, fits_not };
    std::optional<std::string> owner(
        const domain::settings& config,
        const true_job& job,
        status_filter seen = status_filter::fits
    ) const;
    std::optional<std::string> owner(const true_job& job) const { return owner(config_, job); }
    // The one that has had it under every configuration, however filters of status are read.
    std::optional<std::string> only_owner(const true_job& job) const;
    // An earlier list may name all that this one does.
    bool has_jobs_of_its_own(const domain::watch_list_settings& list) const;
    // When the list came that is there, or came back.
    std::optional<mono_time> in_force_since(const std::string& list) const;
    // Whether it had one for sure all the time since it was created.
    bool was_always_owned(const true_job& job) const;
    // How often it came to one that it had not, at most.
    std::size_t times_owned(const true_job& job) const;
    // Whether some list ever had it.
    bool was_ever_owned(const true_job& job) const { return times_owned(job) > 0; }

private:
    void draw_connections();
    void draw_lists(bool discovers, std::uint64_t seed);
    void draw_names(domain::watch_list_settings& list);
    void drop_or_add_list();
    void drop_or_add_receiver();
    bool reaches(
        const domain::settings& config,
        const domain::watch_list_settings& list,
        const true_job& job,
        bool by_discovery
    ) const;

    random_source random_;
    std::vector<std::string> names_;
    std::vector<std::string> own_names_{};  // of the connection that shares an account
    bool is_shared_ = false;
    domain::settings config_{};
    std::vector<domain::watch_list_settings> lists_{};    // that there may be
    std::vector<domain::receiver_settings> receivers_{};  // likewise
    std::vector<watch_period> history_{};
};

}  // namespace trainwatch::sim
