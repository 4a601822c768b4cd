#include "app/check_config.hpp"

#include <algorithm>
#include <cstddef>

#include "app/plan_report.hpp"

namespace trainwatch::app {
namespace {

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string summary(const domain::settings& config) {
    std::size_t jobs = 0;
    for (const auto& list : config.watch_lists)
        jobs += list.jobs.size();
    const auto discovering = static_cast<std::size_t>(std::count_if(
        config.watch_lists.begin(),
        config.watch_lists.end(),
        [](const auto& list) { return list.match.has_value(); }
    ));
    auto text = counted(jobs, "job") + " in " + counted(config.watch_lists.size(), "watch list");
    if (discovering > 0) text += " of which " + std::to_string(discovering) + " discover";
    if (discovering == 1) text += "s";
    return text + ", " + counted(config.receivers.size(), "receiver");
}

// The mistakes of files, each a line; how many files have some.
std::size_t add_mistakes(const std::vector<watch_list_file>& files, std::string& text) {
    std::size_t wrong = 0;
    for (const auto& file : files) {
        if (!file.is_ok()) ++wrong;
        for (const auto& mistake : file.mistakes)
            text += mistake + "\n";
    }
    return wrong;
}

}  // namespace

check_report check_config(
    const options& chosen,
    const environment& env,
    const file_access& access,
    const region_source& ask
) {
    check_report report;
    auto files = read_aws_files(env, access.read);
    for (const auto& path : chosen.files) {
        auto outcome = load_settings(path, files, access, ask);
        if (const auto* const mistakes = std::get_if<settings_mistakes>(&outcome)) {
            report.exit_code = 1;
            for (const auto& line : *mistakes)
                report.text += line + "\n";
            continue;
        }
        auto& [config, lists, warnings] = std::get<loaded_configuration>(outcome);
        config.process = chosen.process;
        for (const auto& warning : warnings)
            report.text += warning + "\n";
        const auto wrong = add_mistakes(lists, report.text);
        if (wrong > 0) {
            report.exit_code = 1;
            report.text += path + ": " + std::to_string(wrong) + " of " +
                counted(lists.size(), "watch list file") + " would be left out; the rest is ok (" +
                summary(config) + ")\n";
        } else {
            report.text += path + ": ok (" + summary(config) + ")\n";
        }
        if (chosen.plan) report.text += plan_report(config);
    }
    return report;
}

}  // namespace trainwatch::app
