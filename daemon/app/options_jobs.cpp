#include "app/options_jobs.hpp"

#include <CLI/CLI.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/instance_price.hpp"

namespace trainwatch::app {
namespace {

constexpr const char* lent =
    "What is not given comes from the environment, as for `run`: AWS_REGION, AWS_PROFILE,\n"
    "AWS_ENDPOINT_URL_SAGEMAKER, AWS_CA_BUNDLE, keys and profiles. No configuration file is read.";

constexpr const char* a_job = "The name or the ARN of a training job";

std::string shown(const std::string& value) {
    return "\"" + valid_utf8(value, 80) + "\"";
}

void add_way_to_aws(CLI::App& app, options& into) {
    app.add_option("--region", into.region, "The region of jobs given by name; an ARN has its own")
        ->type_name("REGION");
    app.add_option("--profile", into.profile, "The profile of AWS' files that has the keys")
        ->type_name("PROFILE");
    app.add_option("--endpoint-url", into.endpoint_url, "Ask there instead of AWS' own address")
        ->type_name("URL");
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
    describe
        ->add_option(
            "--price",
            flags.prices,
            "What an hour of an instance costs, as ml.g5.xlarge=1.41: turns AWS' billable time "
            "into "
            "a cost; may be given several times"
        )
        ->allow_extra_args(false)
        ->type_name("TYPE=PRICE");
    describe->footer(
        std::string(lent) +
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
        std::string(lent)
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
        "Exit code: 0 when the daemon knows the job, else 1."
    );
    return ack;
}

std::string check_job_flags(options& parsed, const job_flags& flags) {
    if (flags.output != "text" && flags.output != "json") return "--output is text or json";
    parsed.output = flags.output == "json" ? output_format::json : output_format::text;
    if (!flags.timeout.empty()) {
        parsed.timeout = parse_duration(flags.timeout);
        if (!parsed.timeout || parsed.timeout->count() <= 0) {
            return "--timeout " + shown(flags.timeout) +
                (parsed.timeout ? " is no time to wait" : " is no duration") +
                "; write one such as 90s, 5m or 1h30m";
        }
    }
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
        return "--interval " + shown(flags.interval) + " is no duration from " +
            format_duration(limits::wait_interval_least) + " to " +
            format_duration(limits::wait_interval_most) + "; write one such as 10s or 5m";
    }
    parsed.interval = *interval;
    return {};
}

}  // namespace trainwatch::app
