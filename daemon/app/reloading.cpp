#include "app/reloading.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "app/plan_text.hpp"

namespace trainwatch::app {
namespace {

domain::watch_plan numbers_of(const domain::watch_plan& plan) {
    domain::watch_plan numbers;
    numbers.lanes = plan.lanes;
    numbers.endpoints = plan.endpoints;
    return numbers;
}

std::string each_once(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return joined(names);
}

bool was_in_force(const std::string& path, const std::vector<watch_list_file>& files) {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) {
        return file.path == path && file.in_force;
    });
}

// Its list would go, and its alerts end, because of what others have changed.
std::string how_to_keep(const watch_list_file& file) {
    return file.path +
        ": its list would be lost, for its last good version does not fit this configuration "
        "either; change the file, or remove it";
}

}  // namespace

std::map<std::string, failure> troubles_of(const wiring_inputs& inputs) {
    std::map<std::string, failure> troubles;
    for (const auto& [name, access] : inputs.access) {
        if (access.trouble) troubles[name] = *access.trouble;
    }
    return troubles;
}

reload_outcome judge_reading(
    const configuration_reading& reading,
    const std::map<std::string, failure>& troubles_before,
    const std::vector<watch_list_file>& files_before
) {
    if (!reading.inputs) return {false, reading.errors};
    reload_outcome outcome{true};
    for (const auto& [name, trouble] : troubles_of(*reading.inputs)) {
        const auto before = troubles_before.find(name);
        const bool is_new = before == troubles_before.end() || before->second != trouble;
        outcome.ok = outcome.ok && !is_new;
        auto& into = is_new ? outcome.errors : outcome.warnings;
        into.push_back("connection \"" + name + "\": " + trouble.detail);
    }
    for (const auto& file : reading.inputs->watch_list_files) {
        if (file.is_ok()) continue;
        const bool is_lost = !file.in_force && was_in_force(file.path, files_before);
        outcome.ok = outcome.ok && !is_lost;
        auto& into = is_lost ? outcome.errors : outcome.warnings;
        into.insert(into.end(), file.mistakes.begin(), file.mistakes.end());
        into.push_back(is_lost ? how_to_keep(file) : what_is_in_force(file));
    }
    const auto& said = reading.inputs->warnings;
    outcome.warnings.insert(outcome.warnings.end(), said.begin(), said.end());
    for (const auto& [name, access] : reading.inputs->access) {
        for (const auto& note : access.notes)
            outcome.warnings.push_back("connection \"" + name + "\": " + note);
    }
    return outcome;
}

reloading::reloading(const boost::asio::any_io_executor& executor, tools with, name_source look_up)
    : with_(with)
    , turns_([this](const std::vector<std::string>& by) { begin(by); })
    , worker_(io::create_worker(executor))
    , names_(executor, with.log, std::move(look_up), [this](const found_names& found) {
        follow_names(found);
    }) {}

void reloading::begin_with(const wiring_inputs& inputs, const domain::watch_plan& plan) {
    kept_lists_folder_ = inputs.kept_lists_folder;
    remember(inputs, plan);
}

void reloading::remember(const wiring_inputs& inputs, const domain::watch_plan& plan) {
    numbers_ = numbers_of(plan);
    troubles_ = troubles_of(inputs);
    in_force_ = inputs;
    if (is_open_) names_.follow(names_of(inputs.settings), inputs.names);
    with_.process.watch_list_files = ok_by_path(inputs.watch_list_files);
    keep_lists();
}

void reloading::open() {
    is_open_ = true;
    names_.follow(names_of(in_force_.settings), in_force_.names);
    turns_.open();
}

// Beside the loop, because a sync may take seconds. A folder that cannot be written is said once.
void reloading::keep_lists() {
    if (kept_lists_folder_.empty()) return;
    const auto done = std::make_shared<result<void>>();
    worker_->perform(
        [done, folder = kept_lists_folder_, files = in_force_.watch_list_files] {
            *done = keep_watch_lists(folder, files);
        },
        [this, done] {
            const bool is_news = done->has_error() && lists_are_kept_;
            lists_are_kept_ = done->has_value();
            if (is_news) tell_not_kept(done->error());
        }
    );
}

void reloading::tell_not_kept(const failure& why) {
    with_.log.write(
        io::log_level::warning,
        "the last good versions of watch list files are not kept: one that is broken at the next "
        "start is left out",
        {{"reason", why.detail}, {"cure", "let the daemon write in the folder of --storage.path"}}
    );
}

void reloading::ask(std::string by, std::function<void(const reload_outcome&)> then) {
    turns_.ask(std::move(by), std::move(then));
}

void reloading::close() {
    turns_.close({false, {"the daemon is stopping"}});
    names_.close();
}

void reloading::begin(const std::vector<std::string>& by) {
    asked_by_ = each_once(by);
    with_.manager.reloading();
    const auto reading = std::make_shared<configuration_reading>();
    worker_->perform(
        [reading,
         source = source_,
         before = configuration_before{in_force_.watch_list_files, names_.found()}] {
            *reading = source(before);
        },
        [this, reading] { judge(*reading); }
    );
}

void reloading::judge(const configuration_reading& reading) {
    if (turns_.is_closed()) return;
    auto outcome = judge_reading(reading, troubles_, in_force_.watch_list_files);
    if (!outcome.ok) {
        finish(outcome);
        return;
    }
    put_in_force(*reading.inputs, std::move(outcome));
}

void reloading::put_in_force(const wiring_inputs& inputs, reload_outcome outcome) {
    auto plan = domain::succeed(numbers_, domain::make_watch_plan(inputs.settings));
    if (const auto done = with_.equipped.install(inputs, plan); done.has_error()) {
        const auto& why = done.error();
        finish({false, {why.detail + (why.cure.empty() ? "" : "; " + why.cure)}});
        return;
    }
    for (const auto& note : notes_of_names(names_.found(), inputs.names))
        with_.log.write(note.level, note.text, note.fields);
    remember(inputs, plan);
    with_.driving.reconfigure(std::move(plan), [this, outcome = std::move(outcome)] {
        if (!turns_.is_closed()) finish(outcome);
    });
}

void reloading::tell_unreached(endpoint_id endpoint) {
    const auto& all = numbers_.endpoints;
    const bool is_known = endpoint.value < all.size() && !all[endpoint.value].gone;
    if (is_known && !all[endpoint.value].found_by.empty()) names_.hurry();
}

// As at a reload, but that nothing else has changed. What could not be installed is tried with the
// next news.
void reloading::follow_names(const found_names& found) {
    if (turns_.is_closed()) return;
    auto inputs = in_force_;
    inputs.names = found;
    take_names(found, inputs.settings);
    auto plan = domain::succeed(numbers_, domain::make_watch_plan(inputs.settings));
    if (const auto done = with_.equipped.install(inputs, plan); done.has_error()) {
        with_.log.write(
            io::log_level::error,
            "other Alertmanagers are not told",
            {{"reason", done.error().detail}, {"cure", done.error().cure}}
        );
        return;
    }
    in_force_ = std::move(inputs);
    numbers_ = numbers_of(plan);
    with_.driving.reconfigure(std::move(plan), [] {});
}

void reloading::finish(const reload_outcome& outcome) {
    with_.process.config_loaded = outcome.ok;
    if (outcome.ok) {
        with_.process.config_loaded_at_seconds = unix_seconds(with_.time.now().wall);
    }
    with_.driving.add_to_status(outcome.ok ? "" : "the last reload failed, see the log");
    tell(outcome);
    with_.manager.ready();
    turns_.finish(outcome);
}

void reloading::tell(const reload_outcome& outcome) {
    for (const auto& error : outcome.errors)
        with_.log.write(io::log_level::error, error, {{"asked_by", asked_by_}});
    for (const auto& warning : outcome.warnings)
        with_.log.write(io::log_level::warning, warning, {{"asked_by", asked_by_}});
    if (outcome.ok) {
        with_.log.write(io::log_level::info, "configuration reloaded", {{"asked_by", asked_by_}});
    } else {
        with_.log.write(
            io::log_level::error,
            "configuration not reloaded; the former one stays in force",
            {{"asked_by", asked_by_}, {"errors", std::to_string(outcome.errors.size())}}
        );
    }
}

}  // namespace trainwatch::app
