#include "aws.hpp"

#include <algorithm>
#include <cstdio>

#include "base/limits.hpp"

namespace trainwatch::sim {
namespace {

using domain::aws_operation;

// Another of AWS' servers may not have heard of the latest.
constexpr milliseconds stale_most = std::chrono::minutes(3);
constexpr milliseconds torn_most = seconds(90);
constexpr milliseconds calm_token_life = std::chrono::hours(1);

failure make_failure(error_class kind, const char* code) {
    failure why;
    why.kind = kind;
    why.detail = why.remote_code = code;
    return why;
}

bool is_denied(const std::optional<wall_time>& until, wall_time when) {
    return until && when < *until;
}

}  // namespace

aws::aws(std::uint64_t seed, const aws_faults& drawn)
    : random_(seed), faults_(drawn), inclusive_(random_.below(2) == 0) {}

std::size_t aws::add_place(place where) {
    places_.push_back(std::move(where));
    states_.emplace_back();
    return places_.size() - 1;
}

std::size_t aws::add(true_job job) {
    const auto index = jobs_.size();
    auto& order = states_[job.place].by_creation;
    const auto after = std::upper_bound(
        order.begin(),
        order.end(),
        job.truth.created,
        [this](wall_time created, std::size_t each) { return created < jobs_[each].truth.created; }
    );
    order.insert(after, index);
    jobs_.push_back(std::move(job));
    return index;
}

std::optional<std::size_t> aws::find(std::size_t place, std::string_view name, wall_time when)
    const {
    const auto& order = states_[place].by_creation;
    for (auto at = order.rbegin(); at != order.rend(); ++at) {
        const auto& job = jobs_[*at];
        if (job.truth.name != name || job.truth.created > when) continue;
        if (job.deleted && *job.deleted <= when) return std::nullopt;
        return *at;
    }
    return std::nullopt;
}

std::optional<std::size_t> aws::find_created(
    std::string_view account_id, std::string_view region, std::string_view name, wall_time created
) const {
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        const auto& truth = jobs_[i].truth;
        if (truth.created == created && truth.name == name && truth.region == region &&
            truth.account_id == account_id) {
            return i;
        }
    }
    return std::nullopt;
}

std::optional<failure> aws::trouble(aws_operation operation, std::size_t place, wall_time when) {
    if (calm_) return std::nullopt;
    const auto& state = states_[place];
    const bool refused = is_denied(state.denied_until, when) ||
        (operation == aws_operation::describe && is_denied(state.describes_until, when)) ||
        (operation == aws_operation::list && is_denied(state.lists_until, when)) ||
        (operation == aws_operation::tags && is_denied(state.tags_until, when));
    if (refused) return make_failure(error_class::denied, "AccessDeniedException");
    if (chance(faults_.transient)) return make_failure(error_class::transient, "503");
    if (chance(faults_.throttled)) {
        auto why = make_failure(error_class::throttled, "ThrottlingException");
        if (random_.below(3) == 0) why.retry_after = milliseconds(random_.below(20'001));
        return why;
    }
    if (chance(faults_.malformed)) return make_failure(error_class::malformed, "<html>");
    return std::nullopt;
}

wall_time aws::look_back(wall_time when) {
    if (!chance(faults_.stale)) return when;
    return when - milliseconds(random_.below(static_cast<std::uint64_t>(stale_most.count())));
}

result<domain::observation> aws::describe(
    std::size_t place, std::string_view name, wall_time when
) {
    if (auto why = trouble(aws_operation::describe, place, when)) return *why;
    // Of a name that is used again, such a server may still know the former job.
    auto at = look_back(when);
    const auto job = find(place, name, at);
    if (!job) return make_failure(error_class::not_found, "Requested resource not found.");
    const auto& truth = jobs_[*job].truth;
    if (frozen_ == job) at = std::min(at, truth.created + seconds(1));
    auto shown = shown_at(truth, at);
    if (!shown) return make_failure(error_class::not_found, "Requested resource not found.");
    if (!calm_) distort(*shown, truth, at);
    return std::move(*shown);
}

void aws::scramble(std::vector<domain::transition>& entries) {
    if (entries.size() < 2) return;
    const auto at =
        entries.begin() + static_cast<std::ptrdiff_t>(random_.below(entries.size() - 1));
    switch (random_.below(3)) {
        case 0:
            std::iter_swap(at, at + 1);
            break;
        case 1: {
            const auto again = *at;
            entries.insert(at, again);
            break;
        }
        default:
            entries.erase(at);
            break;
    }
}

// Servers of AWS agree on a change within that.
wall_time aws::moment_before(wall_time when) {
    return when - milliseconds(random_.below(static_cast<std::uint64_t>(torn_most.count())));
}

// An answer of two minds: one of its statuses has not followed.
template <class Answer>
void aws::tear(Answer& answer, const std::optional<Answer>& before) {
    if (!before) return;
    if (random_.below(2) == 0) {
        answer.status = before->status;
    } else {
        answer.secondary = before->secondary;
    }
}

void aws::distort(domain::observation& answer, const life& job, wall_time when) {
    if (chance(faults_.torn)) tear(answer, shown_at(job, moment_before(when)));
    auto& entries = answer.transitions;
    if (chance(faults_.scrambled)) scramble(entries);
    if (chance(faults_.shortened) && entries.size() > 1) {
        const auto gone = static_cast<std::ptrdiff_t>(1 + random_.below(entries.size() - 1));
        if (random_.below(2) == 0) {
            entries.erase(entries.begin(), entries.begin() + gone);
        } else {
            entries.erase(entries.end() - gone, entries.end());
        }
    }
    if (chance(faults_.rewritten) && entries.size() > 2) {
        auto& entry = entries[1 + random_.below(entries.size() - 2)];
        if (entry.status.value != domain::secondary_status::interrupted) {
            entry.started -= seconds(1 + random_.below(3));
        }
    }
    if (chance(faults_.taken_back) && answer.training_ended) {
        // As it was a moment before, and dated as of now.
        const auto before = job.ended() - job.primary_early - milliseconds(1);
        if (auto earlier = shown_at(job, before)) {
            earlier->modified = answer.modified;
            answer = std::move(*earlier);
        }
    }
    if (chance(faults_.unheard_of)) {
        if (random_.below(2) == 0) {
            answer.status = domain::parse_primary("Quantum");
        } else {
            answer.secondary = domain::parse_secondary("Entangled");
        }
    }
    if (chance(faults_.malformed)) answer.name += "-another";
}

std::optional<domain::job_summary> aws::summary(std::size_t job, wall_time when) {
    const auto& known = jobs_[job];
    if (known.deleted && *known.deleted <= when) return std::nullopt;
    if (known.truth.created + known.index_lag > when) return std::nullopt;
    auto at = when;
    if (frozen_ == job) at = std::min(at, known.truth.created + seconds(1));
    auto told = summary_at(known.truth, at);
    if (told && chance(faults_.torn)) tear(*told, summary_at(known.truth, moment_before(at)));
    if (told && faults_.bare_summaries) told->secondary = {};
    return told;
}

std::optional<std::size_t> aws::read_token(const std::string& token, wall_time when) const {
    unsigned long long place = 0;
    long long issued = 0;
    if (std::sscanf(token.c_str(), "%llu@%lld", &place, &issued) != 2) return std::nullopt;
    const auto life = calm_ ? calm_token_life : faults_.token_life;
    if (when - from_unix_milliseconds(issued) > life) return std::nullopt;
    return place;
}

// Newest first. A token is a place counted from the oldest job, which does not shift.
result<domain::job_page> aws::list(
    std::size_t place, const domain::list_query& query, wall_time when
) {
    if (auto why = trouble(aws_operation::list, place, when)) return *why;
    const auto& order = states_[place].by_creation;
    std::size_t next = order.size();
    if (!query.token.empty()) {
        const auto from = read_token(query.token, when);
        if (!from) return make_failure(error_class::rejected, "ValidationException");
        next = std::min(*from, next);
    }
    std::size_t wanted = limits::list_page_size;
    if (chance(faults_.short_pages)) wanted = random_.below(limits::list_page_size / 10);
    const auto at = look_back(when);
    domain::job_page page;
    for (; next > 0; --next) {
        const auto job = order[next - 1];
        const auto created = jobs_[job].truth.created;
        const milliseconds edge = inclusive_ ? milliseconds(0) : milliseconds(1);
        if (query.created_before && created > *query.created_before - edge) continue;
        if (query.created_after && created < *query.created_after + edge) break;
        auto told = summary(job, at);
        if (!told) continue;
        if (page.jobs.size() >= wanted) {
            page.next_token = std::to_string(next) + "@" + std::to_string(unix_milliseconds(when));
            break;
        }
        page.jobs.push_back(std::move(*told));
    }
    return page;
}

result<domain::label_map> aws::tags(std::size_t place, std::string_view arn, wall_time when) {
    if (auto why = trouble(aws_operation::tags, place, when)) return *why;
    const auto name = arn.substr(arn.rfind('/') + 1);
    const auto job = find(place, name, when);
    if (!job) return make_failure(error_class::rejected, "ValidationException");
    if (!calm_ && jobs_[*job].tags_refused) {
        return make_failure(error_class::denied, "AccessDeniedException");
    }
    return jobs_[*job].truth.tags;
}

}  // namespace trainwatch::sim
