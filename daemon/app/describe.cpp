// `trainwatchd describe JOB`: one look at one job, for a person or as AWS' own document.
#include <cstdio>
#include <string>

#include "app/exit_codes.hpp"
#include "app/job_commands.hpp"
#include "app/job_problem.hpp"
#include "app/terminal.hpp"
#include "base/limits.hpp"
#include "core/console_links.hpp"
#include "wire/job_text.hpp"
#include "wire/json_tree.hpp"
#include "wire/live_line.hpp"

namespace trainwatch::app {
namespace {

std::string page_of(
    const wiring& daemon, const domain::job_view& job, const std::string& document
) {
    const auto links = core::links_of(*job.last);
    const auto style = style_for(look_at_terminal(), read_terminal_wishes(look_up_variable));
    return wire::render_job_text({job, links, document, aws_time(daemon), style});
}

}  // namespace

int describe(const options& chosen) {
    auto inputs = gather_job_inputs(chosen);
    if (!inputs) return could_not;
    inputs->wiring.settings.connections.front().budget.describe_per_second = limits::describe_rate;
    const auto daemon = build_or_complain(inputs->wiring, *inputs->log);
    if (!daemon) return could_not;

    const auto begun = daemon->now().mono;
    const auto& wanted = inputs->wanted.front();
    std::string problem;
    bool may_tell = has_onlooker();
    const bool drained = daemon->run_until(
        [&](const domain::view& view) {
            const auto& job = view.jobs.front();
            search tried;
            tried.first_pass_complete = view.first_pass_complete;
            tried.since_start =
                std::chrono::duration_cast<milliseconds>(daemon->now().mono - begun);
            problem = problem_of(wanted, job, tried);
            if (may_tell && problem.empty() && !job.last &&
                tried.since_start >= limits::silence_patience) {
                may_tell = false;
                complain(wire::unanswered(job));
            }
            return !problem.empty() || job.last.has_value();
        },
        limits::wait_tick
    );
    const auto& job = daemon->engine().view().jobs.front();
    if (!problem.empty() || !job.last) {
        complain(problem.empty() ? "no answer" : problem);
        return leave(could_not, drained);
    }
    const auto document = daemon->documents().get(0);
    const std::string sent = document ? document->text : std::string();
    const auto text = chosen.output == output_format::json ? wire::indented_json(sent) + "\n"
                                                           : page_of(*daemon, job, sent);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return leave(flush_output() ? success : could_not, drained);
}

}  // namespace trainwatch::app
