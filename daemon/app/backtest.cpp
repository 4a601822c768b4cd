#include "app/backtest.hpp"

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>
#include <variant>

#include "app/backtest_report.hpp"
#include "app/backtest_text.hpp"
#include "app/configuration.hpp"
#include "app/environment.hpp"
#include "app/exit_codes.hpp"
#include "app/history_reading.hpp"
#include "app/instance_region.hpp"
#include "app/job_commands.hpp"
#include "app/job_problem.hpp"
#include "app/saved_history.hpp"
#include "app/settings_file.hpp"
#include "app/terminal.hpp"
#include "base/limits.hpp"
#include "domain/watch_plan.hpp"
#include "io/clock.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

constexpr int broken_off = 130;

// One list that has every job of the connection.
void watch_everything(domain::settings& settings) {
    domain::watch_list_settings everything;
    everything.name = everything_list;
    everything.match.emplace();
    everything.match->name = {"*"};
    settings.watch_lists = {std::move(everything)};
    for (auto& connection : settings.connections)
        connection.discovery = domain::discovery_kind::list;
}

// Without a file, or nothing when something is wrong; it has been said then.
std::optional<wiring_inputs> gather_without_file(const options& chosen) {
    auto named = chosen;
    // Where no job is named nobody names a region either: any name will do, and is not asked for.
    named.jobs = {everything_list};
    auto gathered = gather_job_inputs(named);
    if (!gathered) return std::nullopt;
    watch_everything(gathered->wiring.settings);
    return std::move(gathered->wiring);
}

// A team's file that is wrong takes nothing from the others.
void tell_broken(const std::vector<watch_list_file>& files) {
    for (const auto& file : files) {
        if (file.is_ok()) continue;
        for (const auto& mistake : file.mistakes)
            std::fprintf(stderr, "%s\n", mistake.c_str());
        std::fprintf(stderr, "%s\n", what_is_in_force(file).c_str());
    }
}

std::optional<wiring_inputs> gather_with_file(const options& chosen) {
    auto reading = read_configuration({chosen.config_file, {}, process_environment()}, {});
    for (const auto& error : reading.errors)
        std::fprintf(stderr, "%s\n", error.c_str());
    if (reading.inputs) tell_broken(reading.inputs->watch_list_files);
    return std::move(reading.inputs);
}

// Of saved answers: nothing is asked, and no keys are needed.
std::optional<domain::settings> settings_for_folder(const options& chosen) {
    if (!chosen.config_file_given) {
        domain::settings settings;
        watch_everything(settings);
        return settings;
    }
    const auto files = read_aws_files(process_environment(), read_file);
    auto loaded = load_settings_without_aws(chosen.config_file, files, machine_files());
    if (const auto* mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            std::fprintf(stderr, "%s\n", mistake.c_str());
        return std::nullopt;
    }
    auto& [settings, lists, warnings] = std::get<loaded_configuration>(loaded);
    tell_broken(lists);
    return std::move(settings);
}

void add_prices(domain::settings& settings, const options& chosen) {
    for (const auto& [type, price] : chosen.prices)
        settings.prices.insert_or_assign(type, price);
}

bool print(const backtest_report& report, const backtest_source& source, output_format format) {
    const auto style = style_for(look_at_terminal(), read_terminal_wishes(look_up_variable));
    const auto text = format == output_format::json ? render_backtest_json(report, source)
                                                    : render_backtest_text(report, source, style);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return flush_output();
}

// On standard error, for whoever looks on; one line that is written over.
class progress_line {
public:
    progress_line() : is_shown_(has_onlooker() && !read_terminal_wishes(look_up_variable).dumb) {}

    history_listener listener() {
        history_listener heard;
        heard.estimated = [this](const reading_progress& now) {
            clear();
            complain(estimate_text(now.listed, now.total, now.time_left));
        };
        if (is_shown_) {
            heard.going_on = [this](const reading_progress& now) { show(text_of(now)); };
        }
        return heard;
    }
    void clear() {
        if (std::exchange(is_drawn_, false)) std::fputs("\r\x1b[K", stderr);
    }

private:
    static std::string text_of(const reading_progress& now) {
        if (!now.are_pages_read) return std::to_string(now.listed) + " jobs listed so far";
        return std::to_string(now.total - now.left) + " of " + std::to_string(now.total) +
            " jobs described, " + wire::brief_duration(now.time_left) + " left";
    }
    void show(const std::string& text) {
        is_drawn_ = true;
        std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
        std::fflush(stderr);
    }

    const bool is_shown_;
    bool is_drawn_ = false;
};

void add(history_counts& all, const history_counts& more) {
    all.listed += more.listed;
    all.unwatched += more.unwatched;
    all.short_lived += more.short_lived;
    all.undecided += more.undecided;
    all.unknown += more.unknown;
    all.gone += more.gone;
    all.unread += more.unread;
    all.waiting += more.waiting;
}

// "eu-west-1", or with several connections "research in eu-west-1".
std::string name_of(const domain::watch_plan& plan, const domain::lane& lane) {
    const bool is_one = std::all_of(plan.lanes.begin(), plan.lanes.end(), [&](const auto& each) {
        return each.connection == lane.connection;
    });
    return is_one ? lane.region : lane.connection + " in " + lane.region;
}

struct account_history {
    std::vector<past_job> jobs{};
    std::vector<past_completion> completions{};
    backtest_source source{};
    bool is_well = true;       // everything could be read
    bool has_answers = false;  // something was
};

account_history collect(const history_reading& reading, const domain::watch_plan& plan) {
    account_history all;
    for (const auto& lane : reading.lanes) {
        const auto name = name_of(plan, plan.lanes[lane->lane().value]);
        all.source.where += (all.source.where.empty() ? "" : ", ") + name;
        add(all.source.counts, lane->counts());
        const auto& completions = lane->completions();
        all.completions.insert(all.completions.end(), completions.begin(), completions.end());
        all.jobs.insert(all.jobs.end(), lane->jobs().begin(), lane->jobs().end());
        for (const auto* const trouble : {&lane->trouble(), &lane->tags_trouble()}) {
            if (!*trouble) continue;
            const auto& why = **trouble;
            complain(name + ": " + explain_trouble(why.kind, why.detail, why.cure));
            all.is_well = false;
        }
        all.has_answers = all.has_answers || !lane->trouble() || lane->counts().listed > 0;
        all.is_well = all.is_well && lane->counts().unread == 0;
    }
    const bool is_whole =
        std::none_of(reading.lanes.begin(), reading.lanes.end(), [](const auto& lane) {
            return lane->trouble().has_value();
        });
    all.source.interrupted = reading.interrupted || !is_whole;
    return all;
}

int backtest_account(const options& chosen) {
    auto inputs = chosen.config_file_given ? gather_with_file(chosen) : gather_without_file(chosen);
    if (!inputs) return could_not;
    add_prices(inputs->settings, chosen);
    const auto plan = domain::make_watch_plan(inputs->settings);
    const core::claims claims(plan);
    const auto now = io::create_system_clock()->now().wall;
    const auto since = now - chosen.since.value_or(limits::backtest_since);
    progress_line progress;
    const auto reading =
        read_history(*inputs, plan, claims, {since, chosen.every_job}, progress.listener());
    progress.clear();
    auto history = collect(reading, plan);
    if (!history.has_answers && !reading.interrupted) return could_not;
    history.source.has_lists = chosen.config_file_given;
    auto until = now;
    for (const auto& job : history.jobs)
        until = std::max(until, job.until);
    const bool is_whole = !history.source.interrupted;
    const auto report = make_backtest_report(
        history.jobs, plan, since, until, is_whole ? &history.completions : nullptr
    );
    if (!print(report, history.source, chosen.output)) return could_not;
    if (reading.interrupted) return broken_off;
    return history.is_well ? success : could_not;
}

std::string no_job_saved(const std::string& folder) {
    return "no job could be read in " + folder +
        ": save one answer of DescribeTrainingJob a file, as trainwatchd describe JOB --output "
        "json "
        "prints it";
}

int backtest_folder(const options& chosen) {
    auto settings = settings_for_folder(chosen);
    if (!settings) return could_not;
    add_prices(*settings, chosen);
    auto plan = domain::make_watch_plan(*settings);
    const core::claims claims(plan);
    const saved_lists lists{plan, claims};
    std::optional<wall_time> since;
    if (chosen.since) since = io::create_system_clock()->now().wall - *chosen.since;
    const auto saved = read_saved_history(
        chosen.from, machine_files(), chosen.config_file_given ? &lists : nullptr, since
    );
    if (saved.has_error()) {
        complain(saved.error().detail);
        return could_not;
    }
    for (const auto& note : saved->notes)
        complain(note);
    // That nothing would have fired is good news of jobs only.
    if (saved->documents == 0) {
        complain(no_job_saved(chosen.from));
        return could_not;
    }
    if (saved->jobs.empty() && since) {
        complain("no job saved in " + chosen.from + " was created since " + iso8601(*since));
        return could_not;
    }
    backtest_source source;
    source.where = "the saved answers in " + chosen.from;
    source.is_folder = true;
    source.has_lists = chosen.config_file_given;
    source.expects = std::any_of(plan.lists.begin(), plan.lists.end(), [](const auto& list) {
        return list.second.completed_within.has_value();
    });
    source.counts = saved->counts;
    const auto from = since.value_or(saved->first);
    const auto report = make_backtest_report(saved->jobs, plan, from, std::max(from, saved->last));
    return print(report, source, chosen.output) ? success : could_not;
}

}  // namespace

int backtest(const options& chosen) {
    return chosen.from.empty() ? backtest_account(chosen) : backtest_folder(chosen);
}

}  // namespace trainwatch::app
