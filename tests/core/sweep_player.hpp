// A sweep that plays against a list of jobs: what its pages show is watched while it is alive.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/sweep.hpp"
#include "tests/core/builders.hpp"
#include "tests/core/fake_list.hpp"

namespace trainwatch::core {

using reason = sweep_request::reason;

// Both clocks, so long after the test began: AWS' time is a day after the first creation.
inline instant clock_at(nanoseconds since_begin) {
    return {
        mono(hours(1) + since_begin),
        created + hours(24) + std::chrono::duration_cast<milliseconds>(since_begin)};
}

struct sweep_player {
    explicit sweep_player(sweep_settings settings = {}) : lists(settings) {}

    // So long after the test began.
    instant now() const { return clock_at(time); }
    wall_time ago(nanoseconds age) const {
        return now().wall - std::chrono::duration_cast<milliseconds>(age);
    }

    void create(wall_time when, const std::string& name, bool is_live) {
        aws.create(when, name);
        if (is_live) live.insert({.created = when, .name = name});
    }

    // What the next page is asked with, if any.
    std::optional<sweep_request> ask() { return lists.next(now(), rate); }

    sweep_news answer(const sweep_request& asked) {
        return hand_over(asked, aws.answer(asked.query));
    }

    sweep_news hand_over(const sweep_request& asked, const domain::job_page& page) {
        pages.push_back(asked);
        const auto news = lists.answered(asked, page, now());
        for (const auto& job : page.jobs) {
            const job_key key{.created = job.created, .name = job.name};
            seen[key] = asked.sent;
            if (live.contains(key))
                lists.watch(key, facts, asked.sent, bound_of(key));
            else
                lists.release(key);
        }
        return news;
    }

    // A page each 1/rate seconds, answered at once, until `end`; and what is left to describes.
    void play(nanoseconds end) {
        for (; time < end; time += seconds(1) / rate) {
            if (const auto asked = ask()) answer(*asked);
            describe_some();
        }
    }
    void describe_some() {
        for (const auto& [key, bound] : bounds) {
            const auto each = lists.described_each(key);
            if (!each || !seen.contains(key) || now().mono - seen[key] < *each) continue;
            ++described;
            seen[key] = now().mono;
            lists.watch(key, facts, now().mono, bound);
        }
    }
    std::optional<milliseconds> bound_of(const job_key& key) const {
        const auto found = bounds.find(key);
        return found == bounds.end() ? std::nullopt : std::optional(found->second);
    }
    // Until the horizon is reached.
    void settle() {
        for (int i = 0; i < 10'000 && !lists.reached_horizon(); ++i)
            play(time + seconds(1) / rate);
    }

    std::size_t count(reason why) const {
        std::size_t n = 0;
        for (const auto& page : pages)
            n += page.why == why ? 1 : 0;
        return n;
    }
    // The longest time that a live job has not been on a page, of those with this bound.
    nanoseconds oldest(std::optional<milliseconds> bound = {}) const {
        nanoseconds most{};
        for (const auto& key : live) {
            if (bound_of(key) != bound) continue;
            const auto found = seen.find(key);
            most = std::max(most, found == seen.end() ? hours(24) : now().mono - found->second);
        }
        return most;
    }
    std::size_t unseen() const {
        std::size_t n = 0;
        for (const auto& key : aws.jobs)
            n += seen.contains(key) ? 0 : 1;
        return n;
    }

    fake_list aws{};
    sweep lists;
    std::set<job_key> live{};
    std::map<job_key, mono_time> seen{};
    std::map<job_key, milliseconds> bounds{};  // of live jobs, where a promise is made
    std::size_t described = 0;
    std::vector<sweep_request> pages{};
    hazard_facts facts{
        .phase = domain::secondary_status::training, .phase_since = {}, .limit_at = {}};
    nanoseconds time{};
    int rate = 1;
};

}  // namespace trainwatch::core
