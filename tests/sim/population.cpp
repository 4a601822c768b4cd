#include "population.hpp"

#include <array>

#include "watching.hpp"

namespace trainwatch::sim {
namespace {

// An index shows a job a few seconds after AWS has created it.
constexpr std::uint64_t index_lag_most_ms = 4'000;
constexpr milliseconds long_ago = std::chrono::hours(240);
constexpr milliseconds before_we_came = std::chrono::minutes(50);

milliseconds upto(random_source& random, milliseconds most) {
    return milliseconds(random.below(static_cast<std::uint64_t>(most.count()) + 1));
}

std::string draw_name(
    std::size_t number, const population_settings& wanted, random_source& random
) {
    static constexpr std::array prefixes{
        "job-", "nightly-", "nightly-scratch-", "scratch-", "research-", "hpo-42-00"};
    const auto tail = std::to_string(number);
    if (wanted.shares_an_account && random.below(5) == 0) return "extra-" + tail;
    if (!wanted.discovers || random.below(3) == 0) return "job-" + tail;
    return prefixes[random.below(prefixes.size())] + tail;
}

}  // namespace

std::vector<std::string> populate(
    aws& account, const population_settings& wanted, const faults& drawn, random_source& random
) {
    const auto accounts = watching::accounts();
    account.add_place({accounts[0], "eu-west-1"});
    account.add_place({accounts[0], "us-east-1"});
    account.add_place({accounts[1], "eu-west-1"});
    std::vector<std::string> names;
    for (std::size_t i = 0; i < wanted.jobs; ++i) {
        const auto name = i == 0 ? std::string("job-0") : draw_name(i, wanted, random);
        const bool is_extra = name.starts_with("extra-");
        true_job job;
        job.place = is_extra ? 0 : random.below(3);
        birth from;
        from.name = name;
        from.account_id = account.places()[job.place].account_id;
        from.region = account.places()[job.place].region;
        if (name.starts_with("hpo-")) from.tuning_job = "hpo-42";
        switch (random.below(8)) {
            case 0:
                from.created = wanted.began - long_ago;
                break;
            case 1:
            case 2:
                from.created = wanted.began - upto(random, before_we_came);
                break;
            default:
                from.created = wanted.began + seconds(1) + upto(random, wanted.arrivals);
                break;
        }
        job.truth = draw_life(random, from);
        job.index_lag = milliseconds(random.below(index_lag_most_ms + 1));
        job.will_go = drawn.reuse_names && random.below(2) == 0;
        const auto untold = drawn.aws.untold_tags;
        job.tags_refused = untold > 0 && random.unit() < untold;
        if (name.starts_with("job-") || is_extra) names.push_back(name);
        account.add(std::move(job));
    }
    return names;
}

true_job successor_of(const true_job& before, wall_time created, random_source& random) {
    true_job next;
    next.place = before.place;
    birth from;
    from.name = before.truth.name;
    from.account_id = before.truth.account_id;
    from.region = before.truth.region;
    from.tuning_job = before.truth.tuning_job;
    from.created = created;
    next.truth = draw_life(random, from);
    next.index_lag = milliseconds(random.below(index_lag_most_ms + 1));
    return next;
}

}  // namespace trainwatch::sim
