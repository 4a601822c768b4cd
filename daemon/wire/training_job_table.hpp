// The one description of the answers of DescribeTrainingJob, ListTrainingJobs and ListTags: each
// structure's members, their kinds, the values of their enumerations and where in wire/training_job
// and wire/training_job_summary they go.
//
// The reader decodes by it, and tests hold it against AWS' model and the API page: a member or a
// value that AWS adds is added here, and nowhere else. Private to wire/ and its tests.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "wire/training_job_enumerations.hpp"

namespace trainwatch::wire {

enum class member_kind : std::uint8_t {
    text,
    enumeration,  // a text with known values
    integer,
    number,
    flag,
    moment,      // epoch seconds, as integer, decimal or with an exponent
    texts,       // a list of texts
    map,         // texts by text
    structure,   // an object with members of its own
    structures,  // a list of such objects
};

struct structure_table;

struct member_row {
    std::string_view name{};
    member_kind kind = member_kind::text;
    // Where the member is in its structure. A structure is made by the call, and a list of them
    // gets one more; the result is then that structure.
    void* (*place)(void* structure) = nullptr;
    const enumeration* values = nullptr;              // of an enumeration
    const structure_table& (*structure)() = nullptr;  // of a structure and a list of them
    // Of a list whose absence means something: says that it is there, if only empty.
    void (*begin)(void* structure) = nullptr;
};

struct structure_table {
    std::string_view name{};  // AWS' name of the type
    std::span<const member_row> members{};
};

// DescribeTrainingJobResponse; fills an aws::training_job.
const structure_table& training_job_table();
// ListTrainingJobsResponse; fills an aws::training_job_list.
const structure_table& training_job_list_table();
// ListTagsOutput; fills an aws::tag_list.
const structure_table& tag_list_table();

}  // namespace trainwatch::wire
