// How a row of wire/training_job_table is made of a pointer to member.
//
// The kind follows from the type of the member, so that the description and the structures cannot
// disagree. Private to the files of tables.
#pragma once

#include <string_view>
#include <type_traits>

#include "wire/training_job.hpp"
#include "wire/training_job_table.hpp"

namespace trainwatch::wire {

// The table of a structure; specialised for each where the tables are.
template <class Structure>
const structure_table& table_of();

template <class Type>
constexpr bool is_structure_list = false;
template <class Structure>
constexpr bool is_structure_list<std::vector<Structure>> =
    std::is_aggregate_v<Structure> && !std::is_same_v<std::vector<Structure>, aws::text_map>;

template <class Holder, class Field, Field Holder::*Member>
void* address(void* holder) {
    return &(static_cast<Holder*>(holder)->*Member);
}
template <class Holder, class Field, Field Holder::*Member>
void* make(void* holder) {
    return &(static_cast<Holder*>(holder)->*Member).emplace();
}
template <class Holder, class Field, Field Holder::*Member>
void* append(void* holder) {
    return &(static_cast<Holder*>(holder)->*Member).emplace_back();
}

// Of an optional list: it is there from its first bracket on.
template <class Holder, class Field, Field Holder::*Member>
void begin(void* holder) {
    auto& list = static_cast<Holder*>(holder)->*Member;
    if (!list) list.emplace();
}
template <class Holder, class Field, Field Holder::*Member>
void* append_to_optional(void* holder) {
    return &(static_cast<Holder*>(holder)->*Member)->emplace_back();
}

template <class Holder, class Field, Field Holder::*Member>
constexpr member_row row(std::string_view name, member_kind of_text, const enumeration* values) {
    constexpr auto plain = address<Holder, Field, Member>;
    if constexpr (std::is_same_v<Field, aws::text>) {
        return {name, of_text, plain, values};
    } else if constexpr (std::is_same_v<Field, aws::integer>) {
        return {name, member_kind::integer, plain};
    } else if constexpr (std::is_same_v<Field, aws::number>) {
        return {name, member_kind::number, plain};
    } else if constexpr (std::is_same_v<Field, aws::flag>) {
        return {name, member_kind::flag, plain};
    } else if constexpr (std::is_same_v<Field, aws::moment>) {
        return {name, member_kind::moment, plain};
    } else if constexpr (std::is_same_v<Field, aws::text_list>) {
        return {name, member_kind::texts, plain};
    } else if constexpr (std::is_same_v<Field, aws::text_map>) {
        return {name, member_kind::map, plain};
    } else if constexpr (is_structure_list<Field>) {
        using element = typename Field::value_type;
        constexpr auto one_more = append<Holder, Field, Member>;
        return {name, member_kind::structures, one_more, nullptr, table_of<element>};
    } else if constexpr (is_structure_list<typename Field::value_type>) {
        using element = typename Field::value_type::value_type;
        constexpr auto one_more = append_to_optional<Holder, Field, Member>;
        constexpr auto there = begin<Holder, Field, Member>;
        return {name, member_kind::structures, one_more, nullptr, table_of<element>, there};
    } else {
        using structure = typename Field::value_type;
        constexpr auto it = make<Holder, Field, Member>;
        return {name, member_kind::structure, it, nullptr, table_of<structure>};
    }
}

template <class Type>
struct pointer_to_member;
template <class Holder, class Field>
struct pointer_to_member<Field Holder::*> {
    using holder = Holder;
    using field = Field;
};

// member<&structure::field>("AsAwsSpellsIt"), and for an enumeration its known values.
// Two functions: under UBSan, GCC 12 does not take the comparison of an address with null for a
// constant.
template <auto Member>
constexpr member_row member(std::string_view name) {
    using pointer = pointer_to_member<decltype(Member)>;
    using holder = typename pointer::holder;
    return row<holder, typename pointer::field, Member>(name, member_kind::text, nullptr);
}
template <auto Member>
constexpr member_row member(std::string_view name, const enumeration* values) {
    using pointer = pointer_to_member<decltype(Member)>;
    using holder = typename pointer::holder;
    return row<holder, typename pointer::field, Member>(name, member_kind::enumeration, values);
}

}  // namespace trainwatch::wire
