#include <array>

#include "wire/training_job_rows.hpp"
#include "wire/training_job_summary.hpp"
#include "wire/training_job_table.hpp"

namespace trainwatch::wire {

// NOLINTNEXTLINE(google-build-using-namespace): the table is about nothing else
using namespace aws;

// In wire/training_job_table.cpp.
template <>
const structure_table& table_of<warm_pool_status>();

// ---- the members, in the order in which AWS sends them -----------------------------------------

template <>
const structure_table& table_of<training_job_summary>() {
    using it = training_job_summary;
    static constexpr std::array rows{
        member<&it::training_job_name>("TrainingJobName"),
        member<&it::training_job_arn>("TrainingJobArn"),
        member<&it::creation_time>("CreationTime"),
        member<&it::training_end_time>("TrainingEndTime"),
        member<&it::last_modified_time>("LastModifiedTime"),
        member<&it::training_job_status>("TrainingJobStatus", &enumerations::training_job_status),
        member<&it::secondary_status>("SecondaryStatus", &enumerations::secondary_status),
        member<&it::warm_pool_status>("WarmPoolStatus"),
        member<&it::training_plan_arn>("TrainingPlanArn"),
    };
    static constexpr structure_table table{"TrainingJobSummary", rows};
    return table;
}

template <>
const structure_table& table_of<training_job_list>() {
    using it = training_job_list;
    static constexpr std::array rows{
        member<&it::training_job_summaries>("TrainingJobSummaries"),
        member<&it::next_token>("NextToken"),
    };
    static constexpr structure_table table{"ListTrainingJobsResponse", rows};
    return table;
}

template <>
const structure_table& table_of<tag>() {
    using it = tag;
    static constexpr std::array rows{
        member<&it::key>("Key"),
        member<&it::value>("Value"),
    };
    static constexpr structure_table table{"Tag", rows};
    return table;
}

template <>
const structure_table& table_of<tag_list>() {
    using it = tag_list;
    static constexpr std::array rows{
        member<&it::tags>("Tags"),
        member<&it::next_token>("NextToken"),
    };
    static constexpr structure_table table{"ListTagsOutput", rows};
    return table;
}

const structure_table& training_job_list_table() {
    return table_of<training_job_list>();
}

const structure_table& tag_list_table() {
    return table_of<tag_list>();
}

}  // namespace trainwatch::wire
