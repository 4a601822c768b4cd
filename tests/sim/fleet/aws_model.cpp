#include "aws_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace trainwatch::sim {
namespace {

constexpr std::size_t page_size = 100;
// A quota allows a short burst (five calls in a row were seen to throttle).
constexpr double burst = 4;
constexpr const char* ancient_prefix = "ancient-";
constexpr double storm_refuses = 0.95;
constexpr milliseconds ten_years = std::chrono::hours(24 * 3650);

double seconds_between(wall_time from, wall_time to) {
    return static_cast<double>((to - from).count()) / 1000;
}

}  // namespace

aws_model::aws_model(const workload& fleet, const aws_settings& chosen)
    : fleet_(fleet), chosen_(chosen), random_(random_source(~chosen.seed).next()) {
    inclusive_ = random_.below(2) == 0;
    tokens_count_ = random_.below(2) == 0;
    buckets_[static_cast<std::size_t>(aws_operation::describe)].quota = chosen.describe_quota;
    buckets_[static_cast<std::size_t>(aws_operation::list)].quota = chosen.list_quota;
    buckets_[static_cast<std::size_t>(aws_operation::tags)].quota = chosen.describe_quota;
    for (auto& one : buckets_) {
        one.tokens = burst;
        one.filled = one.next_other = fleet.began();
    }
}

// Others' calls come at random and are taken from the same quota; those that find it empty are
// refused as ours are.
bool aws_model::admits(aws_operation which, wall_time when) {
    auto& quota = buckets_[static_cast<std::size_t>(which)];
    const auto fill = [&quota](wall_time until) {
        quota.tokens =
            std::min(burst, quota.tokens + quota.quota * seconds_between(quota.filled, until));
        quota.filled = until;
    };
    const double others = chosen_.others * quota.quota;
    while (others > 0 && quota.next_other <= when) {
        fill(std::max(quota.filled, quota.next_other));
        if (quota.tokens >= 1) quota.tokens -= 1;
        const double gap = -std::log(1 - random_.unit()) / others;
        quota.next_other += milliseconds(1 + static_cast<std::int64_t>(gap * 1000));
    }
    fill(std::max(quota.filled, when));
    const bool storm = chosen_.storm_from && *chosen_.storm_from <= when && when < chosen_.storm_to;
    if (storm && random_.unit() < storm_refuses) return false;
    const bool closed = chosen_.lists_closed_from && *chosen_.lists_closed_from <= when &&
        when < chosen_.lists_closed_to;
    if (closed && which == aws_operation::list) return false;
    if (quota.tokens < 1) return false;
    quota.tokens -= 1;
    return true;
}

failure aws_model::refuse(aws_operation which, error_class kind, const char* code) {
    auto& count = counts_[static_cast<std::size_t>(which)];
    (kind == error_class::throttled ? count.throttled : count.refused) += 1;
    failure why;
    why.kind = kind;
    why.detail = code;
    why.remote_code = code;
    return why;
}

wall_time aws_model::created(std::size_t entry) const {
    if (entry >= chosen_.ancient) return fleet_.jobs()[entry - chosen_.ancient].created;
    const auto newest = fleet_.jobs().empty() ? fleet_.began() : fleet_.jobs().front().created;
    const auto step = ten_years / static_cast<std::int64_t>(chosen_.ancient);
    return newest - step * static_cast<std::int64_t>(chosen_.ancient - entry);
}

// The first entry created after `bound`, or at it.
std::size_t aws_model::first_from(wall_time bound, bool at_it) const {
    std::size_t low = 0;
    std::size_t high = chosen_.ancient + fleet_.jobs().size();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        const bool before = at_it ? created(middle) < bound : created(middle) <= bound;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

domain::job_summary aws_model::summary(std::size_t entry, wall_time when) const {
    if (entry >= chosen_.ancient) return fleet_.summary(entry - chosen_.ancient, when);
    domain::job_summary told;
    told.name = ancient_prefix + std::to_string(entry);
    told.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + told.name;
    told.account_id = "111122223333";
    told.region = "eu-west-1";
    told.partition = "aws";
    told.created = created(entry);
    told.ended = told.modified = told.created + std::chrono::hours(2);
    const bool failed = entry % 10 == 0;
    told.status = domain::parse_primary(failed ? "Failed" : "Completed");
    told.secondary = domain::parse_secondary(failed ? "Failed" : "Completed");
    return told;
}

domain::observation aws_model::ancient(const std::string& name) const {
    const auto entry = std::strtoull(name.c_str() + std::strlen(ancient_prefix), nullptr, 10);
    const auto told = summary(entry, {});
    domain::observation seen;
    seen.name = told.name;
    seen.arn = told.arn;
    seen.account_id = told.account_id;
    seen.region = told.region;
    seen.partition = told.partition;
    seen.created = told.created;
    seen.modified = told.modified;
    seen.training_ended = told.ended;
    seen.status = told.status;
    seen.secondary = told.secondary;
    seen.transitions = {
        {domain::parse_secondary("Starting"), told.created, told.ended, "message 1"},
        {told.secondary, *told.ended, told.ended, "message 1"}};
    return seen;
}

std::string aws_model::write_token(std::size_t next, std::size_t visible, wall_time when) const {
    // A count of entries shifts when jobs are created meanwhile; a place does not.
    const auto value = tokens_count_ ? visible - next : next;
    return std::to_string(value) + "@" + std::to_string(unix_milliseconds(when));
}

std::optional<std::size_t> aws_model::read_token(
    const std::string& token, std::size_t visible, wall_time when
) const {
    unsigned long long value = 0;
    long long issued = 0;
    if (std::sscanf(token.c_str(), "%llu@%lld", &value, &issued) != 2) return std::nullopt;
    if (when - from_unix_milliseconds(issued) > chosen_.token_life) return std::nullopt;
    if (!tokens_count_) return std::min<std::size_t>(value, visible);
    return value > visible ? 0 : visible - value;
}

result<domain::job_page> aws_model::list(const domain::list_query& query, wall_time when) {
    told_.clear();
    if (!admits(aws_operation::list, when)) {
        return refuse(aws_operation::list, error_class::throttled, "ThrottlingException");
    }
    const std::size_t visible = first_from(when, false);
    std::size_t low = 0;
    std::size_t high = visible;
    if (query.created_after) low = first_from(*query.created_after, inclusive_);
    if (query.created_before) {
        high = std::min(visible, first_from(*query.created_before, !inclusive_));
    }
    low = std::min(low, high);
    std::size_t from = chosen_.filters_after_paging ? visible : high;
    if (!query.token.empty()) {
        const auto place = read_token(query.token, visible, when);
        if (!place)
            return refuse(aws_operation::list, error_class::rejected, "ValidationException");
        from = std::min(*place, from);
    }
    std::size_t wanted = page_size;
    if (random_.unit() < chosen_.short_pages) wanted = 1 + random_.below(page_size);
    const std::size_t end = chosen_.filters_after_paging ? 0 : low;
    domain::job_page page;
    std::size_t next = from;
    for (; next > end && wanted > 0; --next, --wanted) {
        const std::size_t entry = next - 1;
        if (entry < low || entry >= high) continue;
        page.jobs.push_back(summary(entry, when));
        if (entry >= chosen_.ancient) told_.push_back(entry - chosen_.ancient);
    }
    if (next > end) page.next_token = write_token(next, visible, when);
    ++counts_[static_cast<std::size_t>(aws_operation::list)].ok;
    return page;
}

result<domain::observation> aws_model::describe(const std::string& name, wall_time when) {
    told_.clear();
    if (!admits(aws_operation::describe, when)) {
        return refuse(aws_operation::describe, error_class::throttled, "ThrottlingException");
    }
    auto& count = counts_[static_cast<std::size_t>(aws_operation::describe)];
    if (name.starts_with(ancient_prefix)) {
        ++count.ok;
        return ancient(name);
    }
    const auto job = fleet_.find(name);
    if (job == fleet_.jobs().size() || fleet_.jobs()[job].created > when) {
        return refuse(aws_operation::describe, error_class::not_found, "ValidationException");
    }
    told_.push_back(job);
    ++count.ok;
    return fleet_.shown(job, when);
}

result<domain::label_map> aws_model::tags(wall_time when) {
    told_.clear();
    if (!admits(aws_operation::tags, when)) {
        return refuse(aws_operation::tags, error_class::throttled, "ThrottlingException");
    }
    ++counts_[static_cast<std::size_t>(aws_operation::tags)].ok;
    return domain::label_map{};
}

}  // namespace trainwatch::sim
