#include "app/check_config.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.hpp"
#include "app/settings_file.hpp"

namespace trainwatch::app::check_config_test {
namespace {

using text_map = std::map<std::string, std::string>;

constexpr const char* good_file =
    "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x, y]}]\n"
    "receivers: [{name: hook, webhook: {url_file: secrets/hook}}]\n";

file_reader reader_of(text_map files) {
    return [files = std::move(files)](const std::string& path) -> result<std::string> {
        const auto at = files.find(path);
        if (at != files.end()) return at->second;
        failure why;
        why.kind = error_class::not_found;
        why.detail = path + ": No such file or directory";
        return why;
    };
}

// The same, with the folders that the paths are in.
file_access access_to(const text_map& files) {
    const auto list = [files](const std::string& folder) -> result<std::vector<std::string>> {
        std::vector<std::string> names;
        for (const auto& [path, text] : files) {
            const auto slash = path.rfind('/');
            const auto parent = slash == std::string::npos ? "" : path.substr(0, slash);
            if (parent == folder) names.push_back(path.substr(slash + 1));
        }
        if (!names.empty()) return names;
        failure why;
        why.kind = error_class::not_found;
        why.detail = folder + ": No such file or directory";
        return why;
    };
    return {reader_of(files), list};
}

check_report check(std::vector<std::string> paths, const text_map& files) {
    options chosen;
    chosen.files = std::move(paths);
    return check_config(chosen, {}, access_to(files));
}

TEST(CheckConfig, sums_up_what_is_good) {
    const auto report = check(
        {"/etc/t/a.yaml", "b.yaml"},
        {{"/etc/t/a.yaml", good_file},
         {"/etc/t/secrets/hook", "https://example.com/hook?key=1\n"},
         {"b.yaml",
          "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x], match: {name: 'n*'}}]"}}
    );
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(
        report.text,
        "/etc/t/a.yaml: ok (2 jobs in 1 watch list, 1 receiver)\n"
        "b.yaml: ok (1 job in 1 watch list of which 1 discovers, 0 receivers)\n"
    );
}

TEST(CheckConfig, reports_every_mistake_of_every_file) {
    const auto report = check(
        {"a.yaml", "gone.yaml", "b.yaml"},
        {{"a.yaml", "watch_list: 1\nwatch_lists: []\n"},
         {"b.yaml", "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]"}}
    );
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(
        report.text,
        "a.yaml:1:1: watch_list: unknown key; did you mean \"watch_lists\"?\n"
        "a.yaml:2:14: watch_lists: an empty list; expects at least one of the watch lists\n"
        "gone.yaml: No such file or directory\n"
        "b.yaml: ok (1 job in 1 watch list, 0 receivers)\n"
    );
}

TEST(CheckConfig, looks_into_the_files_that_the_configuration_names) {
    const std::string yaml = std::string(good_file) +
        "connections: [{name: c, regions: [eu-west-1], ca_bundle: /ca.pem}]\n";
    const auto without = check({"/etc/t/a.yaml"}, {{"/etc/t/a.yaml", yaml}});
    EXPECT_EQ(without.exit_code, 1);
    EXPECT_EQ(
        without.text,
        "/etc/t/a.yaml:2:46: receivers[0].webhook.url_file: /etc/t/secrets/hook: No such file or "
        "directory\n"
        "/etc/t/a.yaml:3:58: connections[0].ca_bundle: /ca.pem: No such file or directory\n"
    );
    const auto wrong = check(
        {"/etc/t/a.yaml"},
        {{"/etc/t/a.yaml", yaml},
         {"/etc/t/secrets/hook", "ftp://user:secret@host/"},
         {"/ca.pem", "garbage"}}
    );
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(
        wrong.text, testing::HasSubstr("connections[0].ca_bundle: /ca.pem: not a PEM file")
    );
    EXPECT_THAT(wrong.text, testing::HasSubstr("webhook.url_file: /etc/t/secrets/hook: "));
    EXPECT_THAT(wrong.text, testing::Not(testing::HasSubstr("user:secret")));
}

TEST(SettingsFile, holds_the_address_that_was_kept_in_a_file) {
    const auto loaded = load_settings(
        "/etc/t/a.yaml",
        {},
        access_to({{"/etc/t/a.yaml", good_file}, {"/etc/t/secrets/hook", " https://h/?key=1 \n"}})
    );
    const auto& config = std::get<loaded_configuration>(loaded).settings;
    EXPECT_THAT(config.receivers[0].urls, testing::ElementsAre("https://h/?key=1"));
}

TEST(SettingsFile, without_a_region_points_at_a_broken_aws_file) {
    aws_files files;
    files.problems = {"/h/.aws/config:2: no = sign"};
    const auto loaded = load_settings(
        "a.yaml",
        std::as_const(files),
        access_to({{"a.yaml", "watch_lists: [{name: a, jobs: [x]}]"}})
    );
    const auto& mistakes = std::get<settings_mistakes>(loaded);
    ASSERT_EQ(mistakes.size(), 2U);
    EXPECT_THAT(mistakes[0], testing::HasSubstr("or set AWS_REGION"));
    EXPECT_EQ(mistakes[1], "/h/.aws/config:2: no = sign");
}

// ---- what receivers ask for --------------------------------------------------------------------

domain::settings with_receiver(
    const std::string& receiver, std::map<std::string, std::string> files
) {
    files["/etc/a.yaml"] =
        "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]\nreceivers: [" + receiver +
        "]\n";
    aws_files nothing;
    auto loaded = load_settings("/etc/a.yaml", std::as_const(nothing), access_to(std::move(files)));
    const auto* mistakes = std::get_if<settings_mistakes>(&loaded);
    if (mistakes == nullptr) return std::get<loaded_configuration>(std::move(loaded)).settings;
    ADD_FAILURE() << mistakes->front();
    return {};
}

std::vector<std::string> mistakes_with(
    const std::string& receiver, std::map<std::string, std::string> files
) {
    files["/etc/a.yaml"] =
        "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]\nreceivers: [" + receiver +
        "]\n";
    aws_files nothing;
    auto loaded = load_settings("/etc/a.yaml", std::as_const(nothing), access_to(std::move(files)));
    auto* mistakes = std::get_if<settings_mistakes>(&loaded);
    return mistakes == nullptr ? std::vector<std::string>{} : std::move(*mistakes);
}

TEST(ReceiverAccess, is_read_out_of_the_files_that_the_configuration_names) {
    const auto login = with_receiver(
        "{name: am, alertmanager: {urls: ['http://h'], basic_auth: {username: Aladdin, "
        "password_file: secrets/am}}}",
        {{"/etc/secrets/am", "open sesame\n"}}
    );
    // The example of RFC 7617.
    EXPECT_EQ(login.receivers.at(0).access.authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    const auto token = with_receiver(
        "{name: am, alertmanager: {urls: ['http://h'], authorization: {credentials_file: "
        "/run/token}}}",
        {{"/run/token", "abc.def"}}
    );
    EXPECT_EQ(token.receivers.at(0).access.authorization, "Bearer abc.def");
    const auto signs = with_receiver(
        "{name: hook, webhook: {url: 'http://h', secret_file: /run/secret}}",
        {{"/run/secret", "It's a Secret to Everybody\n"}}
    );
    EXPECT_EQ(signs.receivers.at(0).access.secret, "It's a Secret to Everybody");
}

TEST(ReceiverAccess, that_is_wrong_is_told_with_its_place_and_without_the_secret) {
    const auto of = [](const char* receiver, std::map<std::string, std::string> files) {
        const auto mistakes = mistakes_with(receiver, std::move(files));
        EXPECT_EQ(mistakes.size(), 1U) << receiver;
        return mistakes.empty() ? std::string() : mistakes.front();
    };
    EXPECT_THAT(
        of("{name: am, alertmanager: {urls: ['http://h'], basic_auth: {username: a, password: b}}}",
           {}),
        testing::HasSubstr("basic_auth.password: a secret does not belong here")
    );
    EXPECT_THAT(
        of("{name: hook, webhook: {url: 'http://h', secret_file: /run/secret}}",
           {{"/run/secret", "one\ntwo\n"}}),
        testing::AllOf(
            testing::HasSubstr("a.yaml:2:"),
            testing::HasSubstr("secret_file: /run/secret: more than one line"),
            testing::Not(testing::HasSubstr("two"))
        )
    );
    EXPECT_THAT(
        of("{name: hook, webhook: {url: 'http://h', tls_config: {ca_file: ca}}}",
           {{"/etc/ca", "nothing"}}),
        testing::HasSubstr("tls_config.ca_file: /etc/ca: not a PEM file")
    );
    EXPECT_THAT(
        of("{name: am, alertmanager: {urls: ['http://h'], authorization: {credentials_file: "
           "/none}}}",
           {}),
        testing::HasSubstr("authorization.credentials_file: ")
    );
}

TEST(ReceiverAccess, has_a_certificate_to_show_only_if_its_files_are_of_use) {
    const auto of = [](const char* tls, std::map<std::string, std::string> files) {
        const auto mistakes = mistakes_with(
            "{name: am, alertmanager: {urls: ['https://h'], tls_config: " + std::string(tls) + "}}",
            std::move(files)
        );
        EXPECT_EQ(mistakes.size(), 1U) << tls;
        return mistakes.empty() ? std::string() : mistakes.front();
    };
    const std::string pem = "-----BEGIN CERTIFICATE-----\n";
    EXPECT_THAT(
        of("{cert_file: c, key_file: k}", {{"/etc/c", pem}}),
        testing::AllOf(
            testing::HasSubstr("a.yaml:2:"), testing::HasSubstr("tls_config.key_file: /etc/k: ")
        )
    );
    EXPECT_THAT(
        of("{cert_file: c, key_file: k}", {{"/etc/c", pem}, {"/etc/k", pem}}),
        testing::HasSubstr("key_file: /etc/k: holds no \"PRIVATE KEY\" in PEM")
    );
    EXPECT_THAT(
        of("{cert_file: c, key_file: k}",
           {{"/etc/c", pem}, {"/etc/k", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"}}),
        testing::HasSubstr("/etc/k: wants a passphrase")
    );
}

TEST(ReceiverAccess, that_verifies_nobody_is_warned_of_and_accepted) {
    aws_files nothing;
    const auto loaded = load_settings(
        "/etc/a.yaml",
        std::as_const(nothing),
        access_to(
            {{"/etc/a.yaml",
              "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]\n"
              "receivers:\n"
              "  - name: am\n"
              "    alertmanager:\n"
              "      urls: ['https://h']\n"
              "      tls_config: {insecure_skip_verify: true}\n"}}
        )
    );
    const auto& read = std::get<loaded_configuration>(loaded);
    EXPECT_TRUE(read.settings.receivers.at(0).access.tls.insecure_skip_verify);
    EXPECT_THAT(
        read.warnings,
        testing::ElementsAre(testing::StartsWith(
            "/etc/a.yaml:6:42: receivers[0].alertmanager.tls_config.insecure_skip_verify: warning: "
            "anybody on the way can read and change the alerts"
        ))
    );
}

std::vector<std::string> warnings_of(std::string yaml) {
    aws_files nothing;
    const auto loaded = load_settings(
        "/etc/a.yaml", std::as_const(nothing), access_to({{"/etc/a.yaml", std::move(yaml)}})
    );
    return std::get<loaded_configuration>(loaded).warnings;
}

TEST(CheckConfig, warns_of_a_connection_that_no_list_uses) {
    EXPECT_THAT(
        warnings_of(
            "connections: [{name: a, regions: [eu-west-1]}, {name: b, regions: [eu-west-1]}]\n"
            "watch_lists: [{name: l, connections: [a], jobs: [x]}]\n"
        ),
        testing::ElementsAre(testing::AllOf(
            testing::StartsWith("/etc/a.yaml:1:"),
            testing::EndsWith("connections[1].name: warning: no watch list uses this connection")
        ))
    );
}

TEST(CheckConfig, warns_of_a_list_that_finds_nothing_because_of_an_earlier_one) {
    const std::string all =
        "watch_lists:\n  - {name: all, regions: [eu-west-1], match: {name: '*'}}\n";
    const std::string next = "  - {name: b, regions: [eu-west-1], match: {name: 'b*'}}\n";
    EXPECT_THAT(
        warnings_of(all + next),
        testing::ElementsAre(testing::HasSubstr("\"b\" finds no job: \"all\", which comes before it"
        ))
    );
    EXPECT_THAT(
        warnings_of(
            "watch_lists:\n" + next + "  - {name: all, regions: [eu-west-1], match: {name: '*'}}\n"
        ),
        testing::IsEmpty()
    );
    EXPECT_THAT(
        warnings_of(all + "  - {name: c, regions: [us-east-1], match: {name: 'c*'}}\n"),
        testing::IsEmpty()
    ) << "it looks elsewhere";
}

TEST(CheckConfig, warns_of_a_list_that_excludes_what_it_finds) {
    EXPECT_THAT(
        warnings_of("watch_lists: [{name: c, regions: [eu-west-1], match: {name: 'c*'}, "
                    "exclude: {name: '*'}}]\n"),
        testing::ElementsAre(testing::HasSubstr("\"c\" finds no job: its `exclude`"))
    );
}

// What is shipped is what the documentation says, and right.
TEST(ShippedConfig, is_good) {
    const std::filesystem::path folder =
        std::filesystem::path(TRAINWATCH_TESTS_DIR).parent_path() / "config";
    const auto minimal = (folder / "minimal.yaml").string();
    const auto example = (folder / "trainwatchd.example.yaml").string();
    const auto read = [](const std::string& path) -> result<std::string> {
        auto text = read_file(path);
        // The example names files that exist on its reader's machine only.
        if (text.has_error() && path.ends_with("hook.url")) return std::string("https://h/\n");
        if (text.has_error() && path.ends_with(".secret")) return std::string("s3cret\n");
        if (text.has_error() && path.ends_with(".password")) return std::string("pass\n");
        const std::string begin = "-----BEGIN ";
        if (text.has_error() && path.ends_with(".pem")) return begin + "CERTIFICATE-----";
        if (text.has_error() && path.ends_with(".key")) return begin + "PRIVATE KEY-----";
        return text;
    };
    options chosen;
    chosen.files = {minimal, example};
    const auto report = check_config(chosen, {}, {read, list_folder});
    EXPECT_EQ(report.exit_code, 0) << report.text;
}

TEST(CheckConfig, asks_for_the_region_of_the_machine_only_where_nothing_names_one) {
    const std::string bare = "watch_lists: [{name: a, jobs: [x]}]";
    int asked = 0;
    const region_source ask = [&](const aws_files&) -> result<std::string> {
        ++asked;
        return std::string("eu-west-3");
    };
    aws_files nothing;
    const auto told = load_settings("c.yaml", nothing, access_to({{"c.yaml", bare}}), ask);
    ASSERT_TRUE(std::holds_alternative<loaded_configuration>(told));
    EXPECT_THAT(
        std::get<loaded_configuration>(told).settings.connections.front().regions,
        testing::ElementsAre("eu-west-3")
    );
    EXPECT_EQ(nothing.instance_region, "eu-west-3");
    EXPECT_EQ(asked, 1);

    aws_files variable;
    variable.variables["AWS_REGION"] = "eu-west-1";
    const auto known = load_settings("c.yaml", variable, access_to({{"c.yaml", bare}}), ask);
    EXPECT_TRUE(std::holds_alternative<loaded_configuration>(known));
    aws_files own;
    own.profiles["default"]["region"] = "eu-west-1";
    const auto of_profile = load_settings("c.yaml", own, access_to({{"c.yaml", bare}}), ask);
    EXPECT_TRUE(std::holds_alternative<loaded_configuration>(of_profile));
    EXPECT_EQ(asked, 1);

    // One that is silent is named beside the mistake.
    const region_source silent = [](const aws_files&) -> result<std::string> {
        return failure{.kind = error_class::transient, .detail = "http://md: timed out"};
    };
    aws_files none;
    const auto failed = load_settings("c.yaml", none, access_to({{"c.yaml", bare}}), silent);
    ASSERT_TRUE(std::holds_alternative<settings_mistakes>(failed));
    EXPECT_EQ(std::get<settings_mistakes>(failed).back(), "http://md: timed out");
}

TEST(CheckConfig, asks_no_machine_because_of_another_mistake) {
    int asked = 0;
    const region_source ask = [&](const aws_files&) -> result<std::string> {
        ++asked;
        return failure{.kind = error_class::transient, .detail = "http://md: timed out"};
    };
    aws_files nothing;
    const std::string wrong =
        "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]\nprizes: {}\n";
    const auto told = load_settings("c.yaml", nothing, access_to({{"c.yaml", wrong}}), ask);
    EXPECT_EQ(std::get<settings_mistakes>(told).size(), 1U);
    EXPECT_EQ(asked, 0);
    EXPECT_FALSE(lacks_only_a_region("c.yaml", nothing, access_to({{"c.yaml", wrong}})));

    const text_map team{
        {"c.yaml", "connections: [{name: c, regions: [eu-west-1]}]\nwatch_list_files: [d/*]\n"},
        {"d/a", "jobz: [x]\n"}};
    EXPECT_TRUE(std::holds_alternative<loaded_configuration>(
        load_settings("c.yaml", nothing, access_to(team), ask)
    ));
    const auto no_file = load_settings("d.yaml", nothing, access_to({}), ask);
    EXPECT_TRUE(std::holds_alternative<settings_mistakes>(no_file));
    EXPECT_EQ(asked, 0);
}

// Who starts the daemon again may find the service awake; a wrong file is as wrong then.
TEST(CheckConfig, with_a_silent_machine_may_pass_only_when_nothing_else_is_wrong) {
    const region_source silent = [](const aws_files&) -> result<std::string> {
        return failure{.kind = error_class::transient, .detail = "http://md: timed out"};
    };
    const auto may_pass = [&](const std::string& yaml) {
        return read_configuration({"c.yaml", {}, {}, access_to({{"c.yaml", yaml}}), silent}, {})
            .may_pass;
    };
    EXPECT_TRUE(may_pass("watch_lists: [{name: a, jobs: [x]}]"));
    EXPECT_FALSE(may_pass("watch_lists: [{name: a, jobs: [x]}]\nprizes: {}\n"));
    EXPECT_FALSE(may_pass("watch_lists: [{name: a, regions: [eu-west-1], jobs: [x y]}]"));
}

}  // namespace
}  // namespace trainwatch::app::check_config_test
