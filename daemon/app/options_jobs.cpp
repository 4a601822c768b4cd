#include "app/options_jobs.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "app/options_words.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/instance_price.hpp"

namespace trainwatch::app {
namespace {

constexpr const char* lent_by_environment =
    "What is not given comes from the environment, as for `run`: AWS_REGION, AWS_PROFILE,\n"
    "AWS_ENDPOINT_URL_SAGEMAKER, AWS_CA_BUNDLE, keys and profiles. No configuration file is read.";

constexpr const char* a_job = "The name or the ARN of a training job";

void add_way_to_aws(CLI::App& app, options& into) {
    app.add_option("--region", into.region, "The region of jobs given by name; an ARN has its own")
        ->type_name("REGION");
    app.add_option("--profile", into.profile, "The profile of AWS' files that has the keys")
        ->type_name("PROFILE");
    app.add_option("--endpoint-url", into.endpoint_url, "Ask there instead of AWS' own address")
        ->type_name("URL");
}

// Empty when nothing is wrong.
std::string check_backtest_flags(options& parsed, const job_flags& flags) {
    if (!flags.since.empty()) {
        parsed.since = parse_duration(flags.since);
        if (!parsed.since || *parsed.since <= milliseconds(0) ||
            *parsed.since > limits::backtest_since_most) {
            return "--since " + quoted_value(flags.since) +
                (parsed.since ? " is no time to look back" : " is no duration") +
                "; write one such as 28d, 12h or 1y";
        }
    }
    if (parsed.command != command::backtest) return {};
    const auto other = !parsed.from.empty() ? "--from" : "--config.file";
    if (parsed.from.empty() && !parsed.config_file_given) return {};
    for (const auto& [flag, value] :
         {std::pair("--region", &parsed.region),
          std::pair("--profile", &parsed.profile),
          std::pair("--endpoint-url", &parsed.endpoint_url)}) {
        if (value->empty()) continue;
        return std::string(flag) + " does not go with " + other +
            (parsed.from.empty() ? ": the file's connections say it" : ": nobody is asked");
    }
    return {};
}

void add_price(CLI::App& app, job_flags& flags, const std::string& what_for) {
    app.add_option(
           "--price",
           flags.prices,
           "What an hour of an instance costs, as ml.g5.xlarge=1.41: " + what_for +
               "; may be given several times"
    )
        ->allow_extra_args(false)
        ->type_name("TYPE=PRICE");
}

}  // namespace

CLI::App* add_describe(CLI::App& app, options& into, job_flags& flags) {
    auto* const describe = app.add_subcommand(
        "describe", "Show one training job: phases, deadline, reason, all of it"
    );
    describe->add_option("JOB", flags.job, a_job)->required()->type_name("");
    add_way_to_aws(*describe, into);
    describe
        ->add_option(
            "--output",
            flags.output,
            "text, or json: the members that AWS sent, values of HyperParameters and Environment "
            "included"
        )
        ->capture_default_str()
        ->type_name("FORMAT");
    add_price(*describe, flags, "turns AWS' billable time into a cost");
    describe->footer(
        std::string(lent_by_environment) +
        "\n\nColours on a terminal only; NO_COLOR=1 turns them off, CLICOLOR_FORCE=1 on.\n"
        "Exit code: 0 when the job was shown, else 1."
    );
    return describe;
}

CLI::App* add_wait(CLI::App& app, options& into, job_flags& flags) {
    auto* const wait =
        app.add_subcommand("wait", "Wait until training jobs have ended, and exit by how they did");
    wait->add_option("JOB", into.jobs, "Names or ARNs of training jobs")->required()->type_name("");
    add_way_to_aws(*wait, into);
    wait->add_option("--timeout", flags.timeout, "Give up after this long, as 90s, 2h30m or 1d")
        ->type_name("DURATION");
    wait->add_option("--interval", flags.interval, "How often to look at each job")
        ->capture_default_str()
        ->type_name("DURATION");
    wait->footer(
        "Exit code, of several jobs the first that applies:\n"
        "  1  an error: a job that AWS does not know, no permission, no answer, wrong usage; ends\n"
        "     the wait at once\n"
        "  2  a job failed\n"
        "  4  a job was ended by its MaxRuntimeInSeconds or MaxWaitTimeInSeconds\n"
        "  3  a job was stopped\n"
        "  5  --timeout passed while a job was still going on\n"
        "  0  all completed\n"
        "Ctrl-C leaves at once, with 130; the jobs go on. A job that is deleted and created again\n"
        "under the same name is followed as the new one, and a line says so.\n\n" +
        std::string(lent_by_environment)
    );
    return wait;
}

CLI::App* add_explain(CLI::App& app, options& into, job_flags& flags) {
    auto* const explain = app.add_subcommand(
        "explain", "Tell from the ledger what was seen of a job, and what followed"
    );
    explain->add_option("JOB", flags.job, a_job)->required()->type_name("");
    explain
        ->add_option(
            "--storage.path",
            into.storage_path,
            "Read the ledger in this directory, and ask no daemon"
        )
        ->capture_default_str()
        ->type_name("DIRECTORY");
    explain->footer(
        "Asks the running daemon, and reads the ledger's file when none runs. A name stands for\n"
        "all jobs that had it, newest last; an ARN for those of one account and region.\n"
        "Exit code: 0 when something is known of the job, else 1."
    );
    return explain;
}

CLI::App* add_ack(CLI::App& app, job_flags& flags) {
    auto* const ack = app.add_subcommand("ack", "End the alerts about how a job ended");
    ack->add_option("JOB", flags.job, a_job)->required()->type_name("");
    ack->footer(
        "The running daemon ends them for good and tells every receiver, with the annotation\n"
        "resolved_because: acknowledged. Alerts about a job that still runs end by themselves.\n"
        "Of a pair (--replicas 2) each daemon has a ledger of its own: acknowledge at both, "
        "within\n"
        "the same minute, or the other goes on telling it.\n"
        "Exit code: 0 when the daemon knows the job, else 1."
    );
    return ack;
}

CLI::App* add_backtest(CLI::App& app, options& into, job_flags& flags) {
    auto* const backtest = app.add_subcommand(
        "backtest", "Tell what would have fired over the last weeks, from AWS' own history"
    );
    backtest
        ->add_option(
            "--since", flags.since, "How far back: jobs created since, as 90d or 12h (default: 28d)"
        )
        ->type_name("DURATION");
    backtest
        ->add_option(
            "--config.file",
            into.config_file,
            "With the watch lists, connections and budgets of this file; without it every job of "
            "one region, by the default rules"
        )
        ->type_name("FILE");
    backtest->add_option("--region", into.region, "The region of the jobs")->type_name("REGION");
    backtest->add_option("--profile", into.profile, "The profile of AWS' files that has the keys")
        ->type_name("PROFILE");
    backtest
        ->add_option("--endpoint-url", into.endpoint_url, "Ask there instead of AWS' own address")
        ->type_name("URL");
    backtest
        ->add_option(
            "--from",
            into.from,
            "Replay the answers saved in this folder instead, and ask nobody: a file each for what "
            "`describe --output json` prints, or for a page of ListTrainingJobs"
        )
        ->type_name("DIRECTORY");
    backtest->add_flag(
        "--every-job",
        into.every_job,
        "Describe jobs that completed within 15 minutes, too: they may have been near a limit of "
        "minutes, or a rule may have found something"
    );
    add_price(*backtest, flags, "turns the time of lost jobs into money");
    backtest->add_option("--output", flags.output, "text or json")
        ->capture_default_str()
        ->type_name("FORMAT");
    backtest->footer(
        "It costs one ListTrainingJobs call for 100 jobs, at most one a second, and one\n"
        "DescribeTrainingJob call for each job that may have alerted, at most two a second (or "
        "what\n"
        "the file's budget says), tags only where a watch list needs them. How many and how long "
        "is\n"
        "told before the first description. Nothing is sent and nothing is kept. Saved answers "
        "are\n"
        "all replayed unless --since is given.\n\n" +
        std::string(
            "What is not given comes from the environment, as for `run`: AWS_REGION, AWS_PROFILE,\n"
            "AWS_ENDPOINT_URL_SAGEMAKER, AWS_CA_BUNDLE, keys and profiles.\n\n"
            "Exit code: 0; 1 when something could not be read; 130 after Ctrl-C. What was read "
            "until\n"
            "then is printed all the same."
        )
    );
    return backtest;
}

std::string check_job_flags(options& parsed, const job_flags& flags) {
    if (flags.output != "text" && flags.output != "json") return "--output is text or json";
    parsed.output = flags.output == "json" ? output_format::json : output_format::text;
    if (!flags.timeout.empty()) {
        parsed.timeout = parse_duration(flags.timeout);
        if (!parsed.timeout || parsed.timeout->count() <= 0) {
            return "--timeout " + quoted_value(flags.timeout) +
                (parsed.timeout ? " is no time to wait" : " is no duration") +
                "; write one such as 90s, 5m or 1h30m";
        }
    }
    if (auto wrong = check_backtest_flags(parsed, flags); !wrong.empty()) return wrong;
    for (const auto& text : flags.prices) {
        auto price = wire::parse_instance_price(text);
        if (const auto* const problem = std::get_if<std::string>(&price)) {
            return "--price: " + *problem;
        }
        parsed.prices.insert(std::get<0>(std::move(price)));
    }
    const auto interval = parse_duration(flags.interval);
    if (!interval || *interval < limits::wait_interval_least ||
        *interval > limits::wait_interval_most) {
        return "--interval " + quoted_value(flags.interval) + " is no duration from " +
            format_duration(limits::wait_interval_least) + " to " +
            format_duration(limits::wait_interval_most) + "; write one such as 10s or 5m";
    }
    parsed.interval = *interval;
    return {};
}

}  // namespace trainwatch::app
