#include "tests/simulator/plan_writer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trainwatch::simulator {

plan_writer::plan_writer(const job_spec& spec) : spec_(spec) {
    plan_.name = spec.name;
    plan_.region = spec.region;
    plan_.account = spec.account;
    plan_.kind = spec.kind;
    plan_.created = spec.created;
    plan_.visibility_lag = spec.visibility_lag;
    plan_.billable_share = spec.billable_share.value_or(1.0);
    plan_.request = spec.request;
}

milliseconds plan_writer::duration(std::string_view status, milliseconds usual) const {
    const auto found = spec_.durations.find(std::string(status));
    return found == spec_.durations.end() ? usual : found->second;
}

void plan_writer::phase(std::string_view status, milliseconds usual, std::string_view message) {
    phase(status, usual, message, "InProgress");
}

void plan_writer::phase(
    std::string_view status, milliseconds usual, std::string_view message, std::string_view primary
) {
    write(status, duration(status, usual), message, primary);
}

void plan_writer::phase_of_length(
    std::string_view status, milliseconds length, std::string_view message
) {
    write(status, length, message, "InProgress");
}

void plan_writer::write(
    std::string_view status, milliseconds length, std::string_view message, std::string_view primary
) {
    written_ = !open_;
    if (!written_) return;
    plan_.moments.push_back(
        {.at = cursor_,
         .what = change::enters,
         .status = std::string(status),
         .primary = std::string(primary),
         .text = std::string(message)}
    );
    phase_start_ = cursor_;
    phase_length_ = length;
    cursor_ += phase_length_;
    open_ = spec_.stays_in == status;
}

void plan_writer::rewrite(double part, std::string_view text) {
    const auto delay = static_cast<double>(phase_length_.count()) * part;
    rewrite_after(milliseconds(std::llround(delay)), text);
}

void plan_writer::rewrite_after(milliseconds delay, std::string_view text) {
    if (!written_) return;
    plan_.moments.push_back(
        {.at = phase_start_ + delay, .what = change::message, .text = std::string(text)}
    );
}

void plan_writer::end(std::string_view status, std::string_view primary, std::string_view message) {
    phase(status, milliseconds(0), message, primary);
}

void plan_writer::later(milliseconds delay, moment what) {
    if (open_) return;
    what.at = cursor_ + delay;
    plan_.moments.push_back(std::move(what));
}

void plan_writer::fail(std::string_view usual_reason) {
    plan_.failure_reason = spec_.failure_reason.empty() ? usual_reason : spec_.failure_reason;
    end("Failed", "Failed", "Training job failed");
}

job_plan plan_writer::finish() {
    if (spec_.deleted_after && !open_) {
        const auto deleting = duration("Deleting", milliseconds(0));
        if (deleting > milliseconds(0)) {
            later(*spec_.deleted_after, {.what = change::primary, .primary = "Deleting"});
        }
        plan_.gone_at = plan_.created + cursor_ + *spec_.deleted_after + deleting;
    }
    const auto before = [](const moment& a, const moment& b) { return a.at < b.at; };
    std::stable_sort(plan_.moments.begin(), plan_.moments.end(), before);
    return std::move(plan_);
}

}  // namespace trainwatch::simulator
