#include "wire/training_job_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/json_repair.hpp"
#include "wire/training_job_table.hpp"

namespace trainwatch::wire {
namespace {

using boost::json::string_view;
using boost::system::error_code;

// The model's deepest member is at six; the parser gives up at 64.
constexpr std::size_t levels_max = 16;
// The year 5000, in seconds: what lies beyond is no time but a mistake.
constexpr double epoch_seconds_max = 1e11;
// The largest number of which all smaller ones have an exact double: 2 to the 53.
constexpr double exact_max = 9'007'199'254'740'992.0;

std::optional<wall_time> as_moment(double epoch_seconds) {
    if (!(epoch_seconds >= 0 && epoch_seconds <= epoch_seconds_max)) return {};
    // Rounded, because 1763890000.123 has no exact double.
    return from_unix_milliseconds(std::llround(epoch_seconds * 1000));
}

std::optional<std::int64_t> as_integer(double number) {
    if (!(std::abs(number) <= exact_max)) return {};
    return std::llround(number);
}

// What the parser is inside of.
struct level {
    enum class kind { outside, structure, structures, texts, map };
    kind is = kind::outside;
    const structure_table* table = nullptr;  // of a structure and a list of them
    void* target = nullptr;                  // the structure, or the container
    const member_row* member = nullptr;      // of a structure: the one that is being read
    std::string_view name{};                 // of that member, known or not
    std::size_t expected = 0;                // where the search for the next one begins
};

// Boost.JSON calls it while it parses, so that nothing is stored but what we want. Returning false
// would stop the parser; no value does.
class answer_handler {
public:
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    // `root` is what `table` describes.
    answer_handler(
        std::string_view document, const structure_table& table, void* root, answer_notes& notes
    )
        : document_(document), table_(table), root_(root), notes_(notes) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code& error) {
        if (seen_answer_) return true;
        error = boost::json::error::not_object;
        return false;
    }

    bool on_object_begin(error_code&) {
        enter(false);
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        leave();
        return true;
    }
    bool on_array_begin(error_code&) {
        enter(true);
        return true;
    }
    bool on_array_end(std::size_t, error_code&) {
        leave();
        return true;
    }

    // A text comes in parts where it has escapes.
    bool on_key_part(string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_key(string_view last, std::size_t, error_code&) {
        if (skipped_levels_ == 0) take_key(whole(last));
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_string(string_view last, std::size_t, error_code&) {
        if (skipped_levels_ == 0) take_text(whole(last));
        return true;
    }

    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, string_view, error_code&) {
        if (is_member(member_kind::integer)) {
            place<aws::integer>() = number;
        } else {
            take_number(static_cast<double>(number));
        }
        return true;
    }
    bool on_uint64(std::uint64_t number, string_view, error_code&) {
        take_number(static_cast<double>(number));
        return true;
    }
    bool on_double(double number, string_view, error_code&) {
        take_number(number);
        return true;
    }
    bool on_bool(bool flag, error_code&) {
        if (is_member(member_kind::flag)) {
            place<aws::flag>() = flag;
        } else {
            report_type();
        }
        return true;
    }
    bool on_null(error_code&) {
        if (skipped_levels_ > 0) return true;
        if (here().is == level::kind::map) take_text({});
        if (here().is == level::kind::structures) ++notes_.stray_entries;
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

private:
    level& here() { return levels_[depth_]; }

    bool keep_part(string_view part) {
        if (skipped_levels_ == 0) parts_.append(part.data(), part.size());
        return true;
    }
    // A view that lasts: into the document, or into a copy where the text had escapes.
    std::string_view whole(string_view last) {
        const std::string_view plain(last.data(), last.size());
        const std::less<> before;
        const bool in_document = !before(plain.data(), document_.data()) &&
            !before(document_.data() + document_.size(), plain.data() + plain.size());
        if (parts_.empty() && in_document) return plain;
        parts_ += plain;
        notes_.owned.push_back(std::move(parts_));
        parts_.clear();
        return notes_.owned.back();
    }

    // ---- structure -----------------------------------------------------------------------------

    void enter(bool is_list) {
        if (skipped_levels_ > 0 || !open(is_list)) ++skipped_levels_;
    }
    void leave() {
        if (skipped_levels_ > 0) {
            --skipped_levels_;
        } else {
            --depth_;
        }
    }
    bool push(level next) {
        if (depth_ + 1 == levels_.size()) return false;
        levels_[++depth_] = next;
        return true;
    }

    // The object or list that begins here, if it is one that the description knows.
    bool open(bool is_list) {
        auto& at = here();
        switch (at.is) {
            case level::kind::outside:
                if (is_list || seen_answer_) return false;
                seen_answer_ = true;
                return push({level::kind::structure, &table_, root_});
            case level::kind::structures: {
                if (is_list) break;
                const auto& row = *at.member;
                return push({level::kind::structure, &row.structure(), row.place(at.target)});
            }
            case level::kind::structure:
                if (at.member == nullptr) return false;  // it has been reported
                if (is_list ? open_list(at) : open_object(at)) return true;
                break;
            case level::kind::texts:
            case level::kind::map:
                break;
        }
        report_type();
        return false;
    }
    bool open_list(level& at) {
        const auto& row = *at.member;
        if (row.kind == member_kind::texts) {
            return push({level::kind::texts, nullptr, row.place(at.target)});
        }
        if (row.kind != member_kind::structures) return false;
        if (row.begin != nullptr) row.begin(at.target);
        return push({level::kind::structures, nullptr, at.target, &row});
    }
    bool open_object(level& at) {
        const auto& row = *at.member;
        if (row.kind == member_kind::map) {
            return push({level::kind::map, nullptr, row.place(at.target)});
        }
        if (row.kind != member_kind::structure) return false;
        return push({level::kind::structure, &row.structure(), row.place(at.target)});
    }

    void take_key(std::string_view key) {
        auto& at = here();
        at.name = key;
        if (at.is != level::kind::structure) return;
        at.member = find(at, key);
        if (at.member == nullptr) report({});
    }
    // AWS keeps an order, so the next member is usually the next row.
    static const member_row* find(level& at, std::string_view key) {
        const auto rows = at.table->members;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t place = (at.expected + i) % rows.size();
            if (rows[place].name != key) continue;
            at.expected = place + 1;
            return &rows[place];
        }
        return nullptr;
    }

    // ---- values --------------------------------------------------------------------------------

    bool is_member(member_kind kind) {
        if (skipped_levels_ > 0) return false;
        const auto& at = here();
        return at.is == level::kind::structure && at.member != nullptr && at.member->kind == kind;
    }
    template <class Field>
    Field& place() {
        return *static_cast<Field*>(here().member->place(here().target));
    }

    void take_text(std::string_view text) {
        const auto& at = here();
        if (at.is == level::kind::texts) {
            static_cast<aws::text_list*>(at.target)->push_back(text);
        } else if (at.is == level::kind::map) {
            static_cast<aws::text_map*>(at.target)->emplace_back(at.name, text);
        } else if (is_member(member_kind::text)) {
            place<aws::text>() = text;
        } else if (is_member(member_kind::enumeration)) {
            place<aws::text>() = text;
            if (!at.member->values->knows(text)) report(text);
        } else {
            report_type();
        }
    }

    void take_number(double number) {
        bool taken = false;
        if (is_member(member_kind::integer)) {
            taken = (place<aws::integer>() = as_integer(number)).has_value();
        } else if (is_member(member_kind::moment)) {
            taken = (place<aws::moment>() = as_moment(number)).has_value();
        } else if (is_member(member_kind::number)) {
            place<aws::number>() = number;
            taken = true;
        }
        if (!taken) report_type();
    }

    // ---- what is not known ---------------------------------------------------------------------

    // A value of another type than AWS' model gives.
    void report_type() {
        if (skipped_levels_ > 0) return;
        const auto& at = here();
        // Under an unknown member everything is unknown, and has been reported.
        if (at.is == level::kind::outside) return;
        if (at.is == level::kind::structure && at.member == nullptr) return;
        if (at.is == level::kind::structures) ++notes_.stray_entries;
        report({});
    }

    void report(std::string_view value) {
        domain::unknown_value found{path(), valid_utf8(value, limits::unknown_value_bytes_max)};
        auto& all = notes_.unknown;
        const auto at = std::lower_bound(all.begin(), all.end(), found);
        if (at != all.end() && *at == found) return;
        if (all.size() < limits::unknown_values_max) all.insert(at, std::move(found));
    }

    // "ResourceConfig.InstanceGroups.InstanceType"; keys of a map are data and no part of it.
    std::string path() const {
        std::string path;
        for (std::size_t i = 1; i <= depth_; ++i) {
            if (levels_[i].is != level::kind::structure) continue;
            if (!path.empty()) path += '.';
            path += levels_[i].name;
        }
        return valid_utf8(path, limits::unknown_value_bytes_max);
    }

    std::string_view document_;
    const structure_table& table_;
    void* root_;
    answer_notes& notes_;
    std::array<level, levels_max> levels_{};
    std::size_t depth_ = 0;
    std::size_t skipped_levels_ = 0;
    std::string parts_{};
    bool seen_answer_ = false;
};

error_code parse(
    std::string_view document, const structure_table& table, void* root, answer_notes& notes
) {
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::basic_parser<answer_handler> parser(options, document, table, root, notes);
    error_code error;
    const std::size_t used = parser.write_some(false, document.data(), document.size(), error);
    if (!error && used < document.size()) error = boost::json::error::extra_data;
    return error;
}

template <class Structure>
error_code read(
    std::string_view document, const structure_table& table, Structure& root, answer_notes& notes
) {
    const auto error = parse(document, table, &root, notes);
    if (!error) return error;
    // Once more without half characters; whatever else is wrong stays wrong.
    root = {};
    notes.unknown.clear();
    notes.stray_entries = 0;
    notes.owned.clear();
    const auto& repaired = notes.owned.emplace_back(repair_json_text(document));
    return parse(repaired, table, &root, notes);
}

}  // namespace

error_code read_training_job(std::string_view document, training_job_answer& into) {
    return read(document, training_job_table(), into.job, into);
}

error_code read_training_job_list(std::string_view document, training_job_list_answer& into) {
    return read(document, training_job_list_table(), into.list, into);
}

error_code read_tag_list(std::string_view document, tag_list_answer& into) {
    return read(document, tag_list_table(), into.list, into);
}

}  // namespace trainwatch::wire
