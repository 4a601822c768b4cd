#include "app/saved_history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "app/watch_list_files.hpp"
#include "base/limits.hpp"
#include "core/tracker.hpp"
#include "wire/json_tree.hpp"
#include "wire/sagemaker.hpp"
#include "wire/training_job_list.hpp"

namespace trainwatch::app {
namespace {

const wire::json_tree* member_of(const wire::json_tree& object, std::string_view quoted) {
    for (const auto& [name, value] : object.items) {
        if (name == quoted) return &value;
    }
    return nullptr;
}

wall_time known_until(const domain::observation& job) {
    auto latest = std::max(job.created, job.modified.value_or(job.created));
    for (const auto& entry : job.transitions)
        latest = std::max({latest, entry.started, entry.ended.value_or(entry.started)});
    return std::max(latest, job.training_ended.value_or(latest));
}

class folder_reader {
public:
    folder_reader(const saved_lists* lists, std::optional<wall_time> since)
        : lists_(lists), since_(since) {}

    void take(const std::string& path, const result<std::string>& content) {
        if (content.has_error()) return leave_out(path, content.error().detail);
        const auto tree = wire::read_json_tree(*content);
        if (!tree || tree->is != wire::json_tree::kind::object) {
            return leave_out(path, "no JSON object");
        }
        if (const auto* name = member_of(*tree, "\"TrainingJobName\"")) {
            take_job(path, *content, wire::json_plain_text(name->raw));
        } else if (member_of(*tree, "\"TrainingJobSummaries\"") != nullptr) {
            take_page(path, *content);
        } else {
            leave_out(path, "neither a DescribeTrainingJob document nor a page of jobs");
        }
    }

    saved_history finish() {
        for (auto& [identity, job] : described_)
            place(std::move(job));
        made_.counts.listed = listed_.size();
        const auto missing = std::count_if(listed_.begin(), listed_.end(), [&](const auto& each) {
            return described_.count(each) == 0;
        });
        if (missing > 0) {
            made_.notes.push_back(
                "jobs of the saved pages without a saved description, which are not replayed: " +
                std::to_string(missing)
            );
        }
        if (unnamed_ > 0) {
            made_.notes.push_back("and " + std::to_string(unnamed_) + " more files left out");
        }
        // What had ended long before is judged with what came last.
        for (auto& job : made_.jobs) {
            if (core::terminal_status(job.whole)) job.until = made_.last;
        }
        return std::move(made_);
    }

    void leave_out(const std::string& path, const std::string& why) {
        if (left_out_++ >= limits::backtest_strays_told) {
            ++unnamed_;
            return;
        }
        const auto is_told = why.starts_with(path);
        made_.notes.push_back((is_told ? why : path + ": " + why) + ": left out");
    }

private:
    void take_job(const std::string& path, const std::string& content, const std::string& name) {
        auto job = wire::decode_describe_training_job(content, name);
        if (job.has_error()) {
            // The AWS CLI writes times as text unless it is told otherwise.
            const bool has_texts = job.error().detail.ends_with("without CreationTime");
            return leave_out(
                path,
                has_texts ? "no CreationTime as a number (of the AWS CLI: set cli_timestamp_format "
                            "to wire)"
                          : job.error().detail
            );
        }
        ++made_.documents;
        if (since_ && job->created < *since_) return;
        const auto identity = core::identity_of(*job);
        const auto known = described_.find(identity);
        if (known != described_.end() && known_until(known->second) > known_until(*job)) return;
        described_.insert_or_assign(identity, std::move(*job));
    }

    void take_page(const std::string& path, const std::string& content) {
        const auto page = wire::decode_list_training_jobs(content);
        if (page.has_error()) return leave_out(path, page.error().detail);
        for (const auto& job : page->jobs) {
            if (since_ && job.created < *since_) continue;
            listed_.insert(core::identity_of(job));
        }
    }

    void place(domain::observation job) {
        const auto until = known_until(job);
        const bool is_first = made_.first == wall_time{} && made_.last == wall_time{};
        made_.first = is_first ? job.created : std::min(made_.first, job.created);
        made_.last = std::max(made_.last, until);
        const auto list = list_of(job);
        if (list) made_.jobs.push_back({std::move(job), until, *list, {}});
    }

    // Nothing, and counted, when no list has it.
    std::optional<std::string> list_of(const domain::observation& job) {
        if (lists_ == nullptr) return everything_list;
        const auto& plan = lists_->plan;
        for (const auto& target : plan.targets) {
            const bool is_there = plan.lanes[target.lane.value].region == job.region;
            if (is_there && target.name == job.name) return target.watch_list;
        }
        bool is_open = false;
        for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
            if (plan.lanes[i].region != job.region) continue;
            const auto claim = claim_of_past(
                lists_->claims,
                {.lane = lane_id{i}, .name = job.name, .status = job.status.value, .details = &job}
            );
            if (claim.answer == core::claim_answer::claimed) return claim.watch_list;
            is_open = is_open || claim.answer == core::claim_answer::needs_tags;
        }
        ++(is_open ? made_.counts.undecided : made_.counts.unwatched);
        return std::nullopt;
    }

    const saved_lists* lists_;
    std::optional<wall_time> since_;
    std::map<domain::job_identity, domain::observation> described_{};
    std::set<domain::job_identity> listed_{};
    std::size_t left_out_ = 0;
    std::size_t unnamed_ = 0;
    saved_history made_{};
};

}  // namespace

result<saved_history> read_saved_history(
    const std::string& folder,
    const file_access& access,
    const saved_lists* lists,
    std::optional<wall_time> since
) {
    auto names = access.list(folder);
    if (names.has_error()) return names.error();
    std::sort(names->begin(), names->end());
    if (names->size() > limits::backtest_jobs_max) names->resize(limits::backtest_jobs_max);
    folder_reader reader(lists, since);
    for (const auto& name : *names) {
        // Folders within, and what editors and systems hide.
        if (name.ends_with('/') || name.starts_with('.')) continue;
        const auto path = folder.ends_with('/') ? folder + name : folder + "/" + name;
        if (const auto problem = waiting_problem(path); !problem.empty()) {
            reader.leave_out(path, problem);
            continue;
        }
        reader.take(path, access.read(path));
    }
    return reader.finish();
}

}  // namespace trainwatch::app
