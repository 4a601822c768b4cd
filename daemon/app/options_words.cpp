#include "app/options_words.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace trainwatch::app {
namespace {

constexpr std::array<std::string_view, 13> commands_now{
    "run",
    "check-config",
    "once",
    "describe",
    "wait",
    "print-iam-policy",
    "test-alert",
    "print-prometheus-config",
    "print-alertmanager-config",
    "reload",
    "explain",
    "ack",
    "backtest"};
constexpr std::array<std::string_view, 1> commands_later{"check-web-config"};
constexpr std::array<std::string_view, 26> flags_now{
    "--config.file",
    "--web.listen-address",
    "--storage.path",
    "--control.socket",
    "--web.enable-lifecycle",
    "--log.level",
    "--log.format",
    "--region",
    "--profile",
    "--endpoint-url",
    "--output",
    "--timeout",
    "--interval",
    "--online",
    "--connection",
    "--receiver",
    "--plan",
    "--replicas",
    "--replica",
    "--shard",
    "--since",
    "--from",
    "--every-job",
    "--price",
    "--help",
    "--version"};
constexpr std::array<std::string_view, 1> flags_later{"--web.config.file"};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string explain_leftover(std::string_view word, bool wants_command) {
    const bool is_flag = word.starts_with('-');
    const auto name = is_flag ? word.substr(0, word.find('=')) : word;
    const std::string shown = "\"" + valid_utf8(name, 80) + "\"";
    if (is_flag ? contains(flags_later, name) : contains(commands_later, name)) {
        return shown + " is not supported by this version";
    }
    if (is_flag && contains(flags_now, name)) return "the flag " + shown + " does not belong here";
    if (!is_flag && !wants_command) return "unexpected argument " + shown;
    std::string_view near;
    if (name.size() <= 64) {
        near = is_flag ? nearest(name, flags_now) : nearest(name, commands_now);
    }
    return std::string(is_flag ? "unknown flag " : "unknown command ") + shown +
        (near.empty() ? std::string() : "; did you mean \"" + std::string(near) + "\"?");
}

std::string quoted_value(std::string_view value) {
    return "\"" + valid_utf8(value, 80) + "\"";
}

}  // namespace trainwatch::app
