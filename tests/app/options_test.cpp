#include "app/options.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/version.hpp"

namespace trainwatch::app::options_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::variant<options, early_exit> parse(std::initializer_list<const char*> arguments) {
    std::vector<const char*> argv{"trainwatchd"};
    argv.insert(argv.end(), arguments);
    return parse_options(static_cast<int>(argv.size()), argv.data());
}

options good(std::initializer_list<const char*> arguments) {
    const auto parsed = parse(arguments);
    if (const auto* const given = std::get_if<options>(&parsed)) return *given;
    ADD_FAILURE() << std::get<early_exit>(parsed).text;
    return {};
}

early_exit leaves(std::initializer_list<const char*> arguments) {
    const auto parsed = parse(arguments);
    if (const auto* const exit = std::get_if<early_exit>(&parsed)) return *exit;
    ADD_FAILURE() << "was accepted";
    return {};
}

// The first line of the refusal.
std::string refusal(std::initializer_list<const char*> arguments) {
    const auto exit = leaves(arguments);
    EXPECT_EQ(exit.code, 1);
    return exit.text.substr(0, exit.text.find('\n'));
}

TEST(CommandLine, without_anything_runs_with_the_documented_defaults) {
    const auto parsed = good({});
    EXPECT_EQ(parsed, options{});
    EXPECT_EQ(parsed.command, command::run);
    EXPECT_EQ(parsed.config_file, "/etc/trainwatchd/trainwatchd.yaml");
    EXPECT_THAT(parsed.listen_addresses, ElementsAre(":9717"));
    EXPECT_EQ(parsed.log_level, io::log_level::info);
    EXPECT_EQ(parsed.log_format, io::log_format::logfmt);
}

TEST(CommandLine, takes_flags_with_and_without_the_word_run) {
    options expected;
    expected.config_file = "a.yaml";
    expected.listen_addresses = {"127.0.0.1:1", "[::1]:2"};
    expected.storage_path = "/tmp/x";
    expected.log_level = io::log_level::warning;
    expected.log_format = io::log_format::json;
    EXPECT_EQ(
        good(
            {"--config.file=a.yaml",
             "--web.listen-address",
             "127.0.0.1:1",
             "--web.listen-address=[::1]:2",
             "--storage.path",
             "/tmp/x",
             "--log.level",
             "warn",
             "--log.format=json"}
        ),
        expected
    );
    EXPECT_EQ(
        good(
            {"run",
             "--config.file",
             "a.yaml",
             "--web.listen-address=127.0.0.1:1",
             "--web.listen-address",
             "[::1]:2",
             "--storage.path=/tmp/x",
             "--log.level=warn",
             "--log.format",
             "json"}
        ),
        expected
    );
}

TEST(CommandLine, of_once_takes_the_configuration_file) {
    const auto parsed = good({"once", "--config.file", "a.yaml"});
    EXPECT_EQ(parsed.command, command::once);
    EXPECT_EQ(parsed.config_file, "a.yaml");
    EXPECT_EQ(good({"--config.file", "a.yaml", "once"}), parsed);
}

TEST(CommandLine, of_check_config_takes_files) {
    const auto parsed = good({"check-config", "a.yaml", "b.yaml"});
    EXPECT_EQ(parsed.command, command::check_config);
    EXPECT_THAT(parsed.files, ElementsAre("a.yaml", "b.yaml"));
    EXPECT_THAT(refusal({"check-config"}), HasSubstr("FILE"));
}

TEST(CommandLine, says_its_version_in_the_layout_of_prometheus) {
    const auto exit = leaves({"--version"});
    EXPECT_EQ(exit.code, 0);
    EXPECT_EQ(exit.text, version_text());
    EXPECT_THAT(exit.text, testing::StartsWith(std::string("trainwatchd, version ") + version));
    EXPECT_THAT(exit.text, HasSubstr("(revision: "));
    EXPECT_THAT(exit.text, HasSubstr("\n  platform:         linux"));
}

TEST(CommandLine, helps) {
    const auto general = leaves({"--help"});
    EXPECT_EQ(general.code, 0);
    for (const char* const word :
         {"check-config", "once", "--config.file", "--web.listen-address", ":9717", "--version"}) {
        EXPECT_THAT(general.text, HasSubstr(word));
    }
    const auto of_once = leaves({"once", "--help"});
    EXPECT_EQ(of_once.code, 0);
    EXPECT_THAT(of_once.text, HasSubstr("One pass"));
    EXPECT_THAT(of_once.text, testing::Not(HasSubstr("--web.listen-address")));
}

TEST(CommandLine, with_a_mistake_says_what_was_meant) {
    EXPECT_EQ(
        refusal({"--config.fil", "a"}),
        "trainwatchd: unknown flag \"--config.fil\"; did you mean \"--config.file\"?"
    );
    EXPECT_EQ(
        refusal({"-config.file=a"}),
        "trainwatchd: unknown flag \"-config.file\"; did you mean \"--config.file\"?"
    );
    EXPECT_EQ(
        refusal({"chekc-config", "a"}),
        "trainwatchd: unknown command \"chekc-config\"; did you mean \"check-config\"?"
    );
    EXPECT_EQ(refusal({"dance"}), "trainwatchd: unknown command \"dance\"");
    EXPECT_EQ(refusal({"run", "fast"}), "trainwatchd: unexpected argument \"fast\"");
    EXPECT_EQ(
        refusal({"once", "--web.listen-address=:1"}),
        "trainwatchd: the flag \"--web.listen-address\" does not belong here"
    );
    EXPECT_THAT(leaves({"dance"}).text, HasSubstr("Try trainwatchd --help.\n"));
    for (const auto& within :
         {leaves({"describe", "a", "--json"}),
          leaves({"describe", "a", "--output=x"}),
          leaves({"describe"})})
        EXPECT_THAT(within.text, HasSubstr("\nTry trainwatchd describe --help.\n"));
}

TEST(CommandLine, names_what_later_versions_will_have) {
    EXPECT_EQ(
        refusal({"check-web-config"}),
        "trainwatchd: \"check-web-config\" is not supported by this version"
    );
    EXPECT_EQ(
        refusal({"--web.config.file", "x"}),
        "trainwatchd: \"--web.config.file\" is not supported by this version"
    );
    EXPECT_EQ(
        refusal({"--web.config.file=x"}),
        "trainwatchd: \"--web.config.file\" is not supported by this version"
    );
}

TEST(CommandLine, of_check_config_may_ask_for_the_plan) {
    EXPECT_FALSE(good({"check-config", "a"}).plan);
    const auto parsed = good({"check-config", "--plan", "--replicas=2", "--shard", "2/3", "a"});
    EXPECT_TRUE(parsed.plan);
    EXPECT_EQ(parsed.process, (domain::process_settings{2, "", 2, 3}));
    EXPECT_THAT(parsed.files, ElementsAre("a"));
    EXPECT_THAT(refusal({"run", "--plan"}), HasSubstr("does not belong here"));
}

TEST(CommandLine, tells_replicas_and_shards_apart) {
    const domain::process_settings expected{3, "north-1", 2, 4};
    EXPECT_EQ(good({"--replicas=3", "--replica=north-1", "--shard=2/4"}).process, expected);
    EXPECT_EQ(
        good({"run", "--replicas", "3", "--replica", "north-1", "--shard", "2/4"}).process, expected
    );
    EXPECT_EQ(good({"once", "--shard=4/4"}).process.shard, 4U);
    EXPECT_EQ(good({}).process, domain::process_settings{});
    EXPECT_THAT(
        refusal({"once", "--replica=a"}), HasSubstr("the flag \"--replica\" does not belong here")
    );
}

TEST(CommandLine, refuses_shares_that_are_none) {
    for (const char* const shard :
         {"--shard=2",
          "--shard=0/2",
          "--shard=3/2",
          "--shard=a/b",
          "--shard=1/2/3",
          "--shard=-1/2",
          "--shard=1/0",
          "--shard=1/100000"}) {
        EXPECT_THAT(refusal({shard}), HasSubstr("is no share; the second of four is 2/4"));
    }
    for (const char* const replicas : {"--replicas=0", "--replicas=x", "--replicas=101"})
        EXPECT_THAT(refusal({replicas}), HasSubstr("is no number from 1 to 100"));
    for (const char* const name : {"--replica=a\nb", "--replica= a", "--replica=\xff"})
        EXPECT_THAT(refusal({name}), HasSubstr("is no value of a label"));
}

TEST(CommandLine, of_run_may_allow_reloads_over_http) {
    EXPECT_FALSE(good({}).enable_lifecycle);
    EXPECT_TRUE(good({"--web.enable-lifecycle"}).enable_lifecycle);
    EXPECT_TRUE(good({"run", "--web.enable-lifecycle"}).enable_lifecycle);
}

TEST(CommandLine, of_reload_may_name_the_daemons_socket) {
    EXPECT_EQ(good({"reload"}).command, command::reload);
    EXPECT_EQ(good({"reload"}).control_socket, "");
    EXPECT_EQ(good({"reload", "--control.socket", "/tmp/c"}).control_socket, "/tmp/c");
    EXPECT_EQ(good({"run", "--control.socket=/tmp/c"}).control_socket, "/tmp/c");
    EXPECT_EQ(
        refusal({"reload", "--config.file", "x"}),
        "trainwatchd: the flag \"--config.file\" does not belong here"
    );
}

TEST(CommandLine, of_check_config_may_ask_to_try_it_all) {
    EXPECT_FALSE(good({"check-config", "a"}).online);
    const auto parsed = good({"check-config", "--online", "a", "b"});
    EXPECT_TRUE(parsed.online);
    EXPECT_THAT(parsed.files, ElementsAre("a", "b"));
    EXPECT_THAT(refusal({"run", "--online"}), HasSubstr("does not belong here"));
}

TEST(CommandLine, of_print_iam_policy_takes_a_file_and_a_connection) {
    options expected;
    expected.command = command::print_iam_policy;
    EXPECT_EQ(good({"print-iam-policy"}), expected);
    expected.config_file = "a.yaml";
    expected.connection = "research";
    EXPECT_EQ(
        good({"print-iam-policy", "--config.file=a.yaml", "--connection", "research"}), expected
    );
}

TEST(CommandLine, of_test_alert_takes_receivers_and_a_replica) {
    options expected;
    expected.command = command::test_alert;
    EXPECT_EQ(good({"test-alert"}), expected);
    expected.config_file = "a.yaml";
    expected.receivers = {"main", "hook"};
    expected.process.replica = "a";
    EXPECT_EQ(
        good(
            {"test-alert",
             "--config.file=a.yaml",
             "--receiver",
             "main",
             "--receiver=hook",
             "--replica=a"}
        ),
        expected
    );
    EXPECT_THAT(refusal({"test-alert", "main"}), HasSubstr("unexpected argument \"main\""));
    EXPECT_THAT(refusal({"run", "--receiver=a"}), HasSubstr("does not belong here"));
}

TEST(CommandLine, of_what_is_printed_knows_whether_a_file_is_given) {
    const auto without = good({"print-prometheus-config", "--web.listen-address=10.0.0.7:1"});
    EXPECT_EQ(without.command, command::print_prometheus_config);
    EXPECT_THAT(without.listen_addresses, ElementsAre("10.0.0.7:1"));
    EXPECT_FALSE(without.config_file_given);
    const auto with = good({"print-alertmanager-config", "--config.file", "a.yaml"});
    EXPECT_EQ(with.command, command::print_alertmanager_config);
    EXPECT_EQ(with.config_file, "a.yaml");
    EXPECT_TRUE(with.config_file_given);
    const auto before = good({"--config.file=a.yaml", "print-prometheus-config"});
    EXPECT_EQ(before.config_file, "a.yaml");
    EXPECT_TRUE(before.config_file_given);
    EXPECT_THAT(
        refusal({"print-alertmanager-config", "--web.listen-address=:1"}),
        HasSubstr("does not belong here")
    );
}

TEST(CommandLine, with_a_bad_value_says_what_a_good_one_is) {
    EXPECT_EQ(
        refusal({"--log.level=loud"}), "trainwatchd: --log.level is debug, info, warn or error"
    );
    EXPECT_EQ(refusal({"--log.format=xml"}), "trainwatchd: --log.format is logfmt or json");
    EXPECT_THAT(refusal({"--web.listen-address=somewhere"}), HasSubstr("write one such as :9717"));
    EXPECT_THAT(
        refusal({"--web.listen-address=:1", "--web.listen-address=:1"}), HasSubstr("given twice")
    );
    EXPECT_THAT(refusal({"--config.file="}), HasSubstr("--config.file"));
    EXPECT_THAT(refusal({"--config.file"}), HasSubstr("--config.file"));
    EXPECT_THAT(refusal({"--config.file=a", "--config.file=b"}), HasSubstr("--config.file"));
}

TEST(CommandLine, of_describe_takes_prices_of_instances) {
    EXPECT_EQ(
        good({"describe", "--price", "ml.g5.xlarge=1.41", "--price=ml.m5.large=0.1", "resnet"})
            .prices,
        (domain::price_map{{"ml.g5.xlarge", 1.41}, {"ml.m5.large", 0.1}})
    );
    EXPECT_THAT(
        refusal({"describe", "resnet", "--price", "g5.xlarge=1"}),
        HasSubstr("--price: \"g5.xlarge\" is a type of EC2; SageMaker's is \"ml.g5.xlarge\"")
    );
}

TEST(CommandLine, of_backtest_takes_how_far_back_and_what_to_replay) {
    options expected;
    expected.command = command::backtest;
    EXPECT_EQ(good({"backtest"}), expected);
    expected.since = std::chrono::hours(24 * 90);
    expected.every_job = true;
    expected.region = "eu-west-1";
    expected.output = output_format::json;
    EXPECT_EQ(
        good({"backtest", "--since=90d", "--every-job", "--region", "eu-west-1", "--output=json"}),
        expected
    );
    EXPECT_EQ(good({"backtest", "--from", "saved"}).from, "saved");
    for (const auto& with_file :
         {good({"backtest", "--config.file=a"}), good({"--config.file=a", "backtest"})}) {
        EXPECT_TRUE(with_file.config_file_given);
        EXPECT_EQ(with_file.config_file, "a");
    }
}

TEST(CommandLine, of_backtest_refuses_what_does_not_go_together) {
    EXPECT_THAT(refusal({"backtest", "--since=soon"}), HasSubstr("\"soon\" is no duration"));
    EXPECT_THAT(refusal({"backtest", "--since=0s"}), HasSubstr("is no time to look back"));
    EXPECT_THAT(refusal({"backtest", "--since=100y"}), HasSubstr("is no time to look back"));
    EXPECT_THAT(refusal({"backtest", "--from="}), HasSubstr("--from"));
    EXPECT_EQ(
        refusal({"backtest", "--from=a", "--profile=b"}),
        "trainwatchd: --profile does not go with --from: nobody is asked"
    );
    EXPECT_EQ(
        refusal({"backtest", "--config.file=a", "--endpoint-url=b"}),
        "trainwatchd: --endpoint-url does not go with --config.file: the file's connections say it"
    );
}

TEST(CommandLine, of_describe_takes_one_job_and_the_way_to_aws) {
    options expected;
    expected.command = command::describe;
    expected.jobs = {"resnet"};
    EXPECT_EQ(good({"describe", "resnet"}), expected);
    expected.region = "eu-west-1";
    expected.profile = "mine";
    expected.endpoint_url = "http://127.0.0.1:1";
    expected.output = output_format::json;
    EXPECT_EQ(
        good(
            {"describe",
             "--region",
             "eu-west-1",
             "--profile=mine",
             "resnet",
             "--endpoint-url",
             "http://127.0.0.1:1",
             "--output=json"}
        ),
        expected
    );
    EXPECT_THAT(refusal({"describe"}), HasSubstr("JOB"));
    EXPECT_THAT(refusal({"describe", "a", "b"}), HasSubstr("unexpected argument \"b\""));
    EXPECT_EQ(refusal({"describe", "a", "--output=yaml"}), "trainwatchd: --output is text or json");
}

TEST(CommandLine, of_explain_and_ack_takes_one_job_and_the_way_to_the_daemon) {
    options expected;
    expected.command = command::explain;
    expected.jobs = {"resnet"};
    EXPECT_EQ(good({"explain", "resnet"}), expected);
    expected.control_socket = "/run/a";
    EXPECT_EQ(good({"explain", "resnet", "--control.socket=/run/a"}), expected);
    expected.command = command::ack;
    EXPECT_EQ(good({"ack", "--control.socket", "/run/a", "resnet"}), expected);
    for (const char* const each : {"explain", "ack"}) {
        EXPECT_THAT(refusal({each}), HasSubstr("JOB"));
        EXPECT_THAT(refusal({each, "a", "b"}), HasSubstr("unexpected argument \"b\""));
    }
    EXPECT_THAT(refusal({"ack", "a", "--storage.path=b"}), HasSubstr("does not belong here"));
}

TEST(CommandLine, of_explain_with_a_directory_asks_no_daemon) {
    EXPECT_FALSE(good({"explain", "resnet"}).from_file);
    const auto chosen = good({"explain", "resnet", "--storage.path", "/var/lib/trainwatchd"});
    EXPECT_TRUE(chosen.from_file);
    EXPECT_EQ(chosen.storage_path, "/var/lib/trainwatchd");
    EXPECT_FALSE(good({"--storage.path", "/srv"}).from_file);
}

TEST(CommandLine, of_wait_takes_jobs_and_a_timeout) {
    const auto parsed = good({"wait", "a", "--timeout", "2h30m", "b", "--interval=1s"});
    EXPECT_EQ(parsed.command, command::wait);
    EXPECT_THAT(parsed.jobs, ElementsAre("a", "b"));
    EXPECT_EQ(parsed.timeout, std::chrono::minutes(150));
    EXPECT_EQ(parsed.interval, seconds(1));
    EXPECT_EQ(good({"wait", "a"}).timeout, std::nullopt);
    EXPECT_THAT(refusal({"wait"}), HasSubstr("JOB"));
    for (const char* const wrong : {"soon", "0s", "5", "-1s"}) {
        const auto text = refusal({"wait", "a", "--timeout", wrong});
        EXPECT_THAT(text, HasSubstr("--timeout \"" + std::string(wrong) + "\" is no "));
        EXPECT_THAT(text, HasSubstr("; write one such as 90s, 5m or 1h30m"));
    }
    EXPECT_EQ(
        refusal({"wait", "a", "--interval=10ms"}),
        "trainwatchd: --interval \"10ms\" is no duration from 1s to 1h; write one such as 10s or 5m"
    );
}

TEST(CommandLine, of_one_command_refuses_flags_of_another) {
    EXPECT_EQ(
        refusal({"describe", "a", "--timeout=1s"}),
        "trainwatchd: the flag \"--timeout\" does not belong here"
    );
    EXPECT_EQ(
        refusal({"run", "--region=eu-west-1"}),
        "trainwatchd: the flag \"--region\" does not belong here"
    );
    EXPECT_EQ(
        refusal({"wait", "a", "--timeuot=1s"}),
        "trainwatchd: unknown flag \"--timeuot\"; did you mean \"--timeout\"?"
    );
    EXPECT_EQ(
        refusal({"descrbe", "a"}),
        "trainwatchd: unknown command \"descrbe\"; did you mean \"describe\"?"
    );
}

TEST(CommandLine, documents_the_exit_codes_of_wait) {
    const auto help = leaves({"wait", "--help"});
    EXPECT_EQ(help.code, 0);
    for (const char* const word :
         {"trainwatchd wait",
          "  1  an error",
          "  2  a job failed",
          "  3  ",
          "  4  ",
          "  5  ",
          "130"}) {
        EXPECT_THAT(help.text, HasSubstr(word));
    }
    EXPECT_THAT(help.text, testing::EndsWith("\n"));
    EXPECT_THAT(leaves({"describe", "--help"}).text, HasSubstr("trainwatchd describe"));
}

}  // namespace
}  // namespace trainwatch::app::options_test
