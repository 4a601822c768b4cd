#include "app/options_process.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

#include "app/options_words.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::app {
namespace {

// A whole number from 1 to `most`.
std::optional<unsigned> number_in(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && stop == text.data() + text.size();
    if (!is_number || value < 1 || value > most) return std::nullopt;
    return value;
}

bool is_label_value(std::string_view text) {
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    return text.size() <= limits::label_bytes_max && valid_utf8(text) == text &&
        trim(text) == text && std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace

void add_process(CLI::App& app, process_flags& flags) {
    app.add_option(
           "--replicas",
           flags.replicas,
           "How many daemons run with this configuration: each takes its part of the budgets"
    )
        ->capture_default_str()
        ->type_name("N");
    app.add_option(
           "--shard",
           flags.shard,
           "Watch only the I-th of N shares of the connections and regions, such as 2/4"
    )
        ->capture_default_str()
        ->type_name("I/N");
}

void add_replica_name(CLI::App& app, options& into) {
    app.add_option(
           "--replica",
           into.process.replica,
           "Label replica of the daemon's own alerts; default: the host's name"
    )
        ->type_name("NAME");
}

std::string check_process_flags(options& parsed, const process_flags& flags) {
    const auto replicas = number_in(flags.replicas, limits::replicas_most);
    if (!replicas) {
        return "--replicas " + quoted_value(flags.replicas) + " is no number from 1 to " +
            std::to_string(limits::replicas_most);
    }
    parsed.process.replicas = *replicas;
    const std::string_view shard = flags.shard;
    const auto slash = shard.find('/');
    const auto first = number_in(shard.substr(0, slash), limits::shards_most);
    const auto count = slash == std::string_view::npos
        ? std::nullopt
        : number_in(shard.substr(slash + 1), limits::shards_most);
    if (!first || !count || *first > *count) {
        return "--shard " + quoted_value(shard) +
            " is no share; the second of four is 2/4, the first 1/4";
    }
    parsed.process.shard = *first;
    parsed.process.shards = *count;
    if (!is_label_value(parsed.process.replica)) {
        // Not shown: it may have lines of its own.
        return "the name of --replica is no value of a label: up to " +
            std::to_string(limits::label_bytes_max) +
            " bytes of text, without control characters and blanks at its ends";
    }
    return {};
}

}  // namespace trainwatch::app
