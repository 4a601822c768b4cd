#include "core/notes_of_lists.hpp"

#include <algorithm>

#include "core/notes.hpp"

namespace trainwatch::core {
namespace {

note_fields fields_of(const domain::lane& lane) {
    return {{"connection", lane.connection}, {"aws_region", lane.region}};
}

std::size_t present(const std::vector<domain::lane>& lanes) {
    return static_cast<std::size_t>(std::count_if(lanes.begin(), lanes.end(), [](const auto& lane) {
        return !lane.gone;
    }));
}

}  // namespace

note note_of_list_failure(note_level level, const domain::lane& lane, const failure& why) {
    auto fields = fields_of(lane);
    add_failure(fields, why);
    return make_note(level, "list_failed", std::move(fields));
}

note note_of_lists_back(const domain::lane& lane) {
    return make_note(note_level::info, "lists_recovered", fields_of(lane));
}

note note_of_standing_lists(const domain::lane& lane, milliseconds since) {
    auto fields = fields_of(lane);
    fields.emplace_back("since", format_duration(std::chrono::floor<seconds>(since)) + " ago");
    fields.emplace_back(
        "detail",
        "no page of ListTrainingJobs came: known jobs are described one by one, new ones are not "
        "found"
    );
    return make_note(note_level::warning, "lists_stand", std::move(fields));
}

note note_of_unreadable_entries(const domain::lane& lane, std::size_t count) {
    auto fields = fields_of(lane);
    fields.emplace_back("entries", std::to_string(count));
    return make_note(note_level::warning, "list_entries_unreadable", std::move(fields));
}

note note_of_fallback(const domain::lane& lane) {
    auto fields = fields_of(lane);
    fields.emplace_back(
        "detail", "pages are cut before CreationTime selects: the whole list is swept instead"
    );
    return make_note(note_level::warning, "lists_unfiltered", std::move(fields));
}

note note_of_sweep(
    const domain::lane& lane, std::size_t known, std::size_t live, std::uint64_t pages
) {
    auto fields = fields_of(lane);
    fields.emplace_back("known_jobs", std::to_string(known));
    fields.emplace_back("live", std::to_string(live));
    fields.emplace_back("pages", std::to_string(pages));
    return make_note(note_level::info, "sweep_complete", std::move(fields));
}

note note_of_large_list(const std::string& watch_list, std::size_t jobs) {
    return make_note(
        note_level::warning,
        "watch_list_large",
        {{"watch_list", watch_list},
         {"jobs", std::to_string(jobs)},
         {"cure", "narrow its match, or give it a staleness_bound that so many jobs allow"}}
    );
}

note note_of_full(std::size_t jobs) {
    return make_note(
        note_level::error,
        "jobs_full",
        {{"jobs", std::to_string(jobs)},
         {"cure", "narrow the watch lists, or share the connections out with --shard"}}
    );
}

note note_of_refused_tags(const domain::lane& lane, const failure& why) {
    auto fields = fields_of(lane);
    add_failure(fields, why);
    fields.emplace_back(
        "effect",
        "here no filter of tags matches, no exclude by tags excludes, no label comes from tags"
    );
    return make_note(note_level::warning, "tags_refused", std::move(fields));
}

// A policy that spares some jobs is no mistake; AWS that stumbles over one is worth a word.
note note_of_untold_tags(
    const domain::lane& lane, const std::string& training_job, const failure& why
) {
    auto fields = fields_of(lane);
    fields.emplace_back("training_job", training_job);
    add_failure(fields, why);
    fields.emplace_back(
        "effect", "no filter of tags matches this job, no label comes from its tags"
    );
    const bool denied = why.kind == error_class::denied;
    return make_note(
        denied ? note_level::debug : note_level::warning, "tags_untold", std::move(fields)
    );
}

note note_of_withheld_tags(const domain::lane& lane, const std::string& training_job) {
    auto fields = fields_of(lane);
    fields.emplace_back("training_job", training_job);
    fields.emplace_back(
        "effect",
        "AWS refuses the tags of this job and tells those of others: no filter of tags matches it"
    );
    fields.emplace_back(
        "cure",
        "none is needed if a policy keeps jobs of others away; else allow sagemaker:ListTags on it"
    );
    return make_note(note_level::info, "tags_withheld", std::move(fields));
}

note note_of_refused_details(
    const domain::lane& lane, const std::string& training_job, const failure& why
) {
    auto fields = fields_of(lane);
    fields.emplace_back("training_job", training_job);
    add_failure(fields, why);
    fields.emplace_back(
        "effect",
        "jobs that AWS does not describe match no filter by instance type, experiment and the like"
    );
    return make_note(note_level::warning, "details_refused", std::move(fields));
}

note note_of_reconfiguration(const domain::watch_plan& former, const domain::watch_plan& next) {
    return make_note(
        note_level::info,
        "reconfigured",
        {{"watch_lists", std::to_string(next.lists.size())},
         {"watch_lists_before", std::to_string(former.lists.size())},
         {"explicit_jobs", std::to_string(next.targets.size())},
         {"lanes", std::to_string(present(next.lanes))}}
    );
}

note note_of_unwatched(const domain::job_view& job, const std::string& region) {
    return make_note(
        note_level::info,
        "job_unwatched",
        {{"training_job", job.target.name},
         {"aws_region", region},
         {"watch_list", job.target.watch_list}}
    );
}

}  // namespace trainwatch::core
