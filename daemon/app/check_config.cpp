#include "app/check_config.hpp"

#include <cstddef>

namespace trainwatch::app {
namespace {

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string summary(const domain::settings& config) {
    std::size_t jobs = 0;
    for (const auto& list : config.watch_lists)
        jobs += list.jobs.size();
    return counted(jobs, "job") + " in " + counted(config.watch_lists.size(), "watch list") + ", " +
        counted(config.receivers.size(), "receiver");
}

}  // namespace

check_report check_config(
    const std::vector<std::string>& paths,
    const environment& env,
    const file_reader& read,
    const region_source& ask
) {
    check_report report;
    auto files = read_aws_files(env, read);
    for (const auto& path : paths) {
        const auto loaded = load_settings(path, files, read, ask);
        if (const auto* const config = std::get_if<domain::settings>(&loaded)) {
            report.text += path + ": ok (" + summary(*config) + ")\n";
            continue;
        }
        report.exit_code = 1;
        for (const auto& line : std::get<settings_mistakes>(loaded))
            report.text += line + "\n";
    }
    return report;
}

}  // namespace trainwatch::app
