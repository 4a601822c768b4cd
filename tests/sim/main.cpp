// trainwatch_sim --seed N --lives M: worlds from seed N on until M job lives have been played.
// Each failing seed is printed with what was drawn for it; the same seed replays it exactly. With
// --stride K every K-th seed only, for several processes beside each other (run.sh).
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "world.hpp"

namespace {

using trainwatch::sim::sabotage;

const std::map<std::string, sabotage> lies{
    {"none", sabotage::none},
    {"lost_alert", sabotage::lost_alert},
    {"forged_alert", sabotage::forged_alert},
    {"early_delivery", sabotage::early_delivery},
    {"stalled_job", sabotage::stalled_job},
    {"extra_polls", sabotage::extra_polls},
};

trainwatch::sim::outcome play(const trainwatch::sim::options& chosen) {
    return trainwatch::sim::world(chosen).run();
}

bool report(std::uint64_t seed, const trainwatch::sim::outcome& played) {
    if (played.violations.empty()) return true;
    std::printf(
        "seed %llu FAILED\n  drawn: %s\n",
        static_cast<unsigned long long>(seed),
        played.drawn.c_str()
    );
    for (const auto& violation : played.violations)
        std::printf("  %s\n", violation.c_str());
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Plays training jobs against the engine on virtual time."};
    trainwatch::sim::options chosen;
    std::uint64_t lives = 1000;
    std::uint64_t repeat = 0;
    app.add_option("--seed", chosen.seed, "the first world")->capture_default_str();
    app.add_option("--lives", lives, "play worlds until there were so many")->capture_default_str();
    app.add_option("--jobs", chosen.jobs, "watched names in a world")->capture_default_str();
    std::uint64_t stride = 1;
    app.add_option("--stride", stride, "from one seed to the next")->capture_default_str();
    app.add_option("--repeat", repeat, "play each of the first N worlds twice, and compare");
    app.add_option("--lie", chosen.lie, "mislead the checkers, which must notice")
        ->transform(CLI::CheckedTransformer(lies));
    bool expects_violation = false;
    app.add_flag(
        "--expect-violation",
        expects_violation,
        "succeed at the first world that fails, and only then"
    );
    app.add_flag("--trace", chosen.trace, "print every action");
    CLI11_PARSE(app, argc, argv);

    std::uint64_t played = 0;
    std::uint64_t worlds = 0;
    std::uint64_t failed = 0;
    trainwatch::sim::outcome total;
    for (; played < lives; chosen.seed += stride) {
        const auto one = play(chosen);
        failed += report(chosen.seed, one) ? 0U : 1U;
        if (expects_violation && failed > 0) {
            std::printf("found in world %llu\n", static_cast<unsigned long long>(worlds + 1));
            return EXIT_SUCCESS;
        }
        if (worlds < repeat && play(chosen).log_digest != one.log_digest) {
            std::printf(
                "seed %llu FAILED\n  the second run differs from the first\n",
                static_cast<unsigned long long>(chosen.seed)
            );
            ++failed;
        }
        ++worlds;
        played += one.lives;
        total.steps += one.steps;
        total.calls += one.calls;
        total.alerts += one.alerts;
        total.hours += one.hours;
    }
    std::printf(
        "worlds=%llu lives=%llu steps=%llu calls=%llu alerts_sent=%llu hours=%.0f failed=%llu\n",
        static_cast<unsigned long long>(worlds),
        static_cast<unsigned long long>(played),
        static_cast<unsigned long long>(total.steps),
        static_cast<unsigned long long>(total.calls),
        static_cast<unsigned long long>(total.alerts),
        total.hours,
        static_cast<unsigned long long>(failed)
    );
    return failed == 0 && !expects_violation ? EXIT_SUCCESS : EXIT_FAILURE;
}
