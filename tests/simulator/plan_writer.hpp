// Writes the moments of one plan in order, with the durations that the scenario overrides.
#pragma once

#include <string>
#include <string_view>

#include "tests/simulator/kinds.hpp"

namespace trainwatch::simulator {

class plan_writer {
public:
    explicit plan_writer(const job_spec& spec);

    // A phase that lasts what the scenario says, else `usual`. Nothing follows a phase that the
    // scenario stays in, and nothing is written after it.
    void phase(std::string_view status, milliseconds usual, std::string_view message);
    void phase(
        std::string_view status,
        milliseconds usual,
        std::string_view message,
        std::string_view primary
    );
    // A phase whose length follows from a limit: the scenario's durations do not touch it.
    void phase_of_length(std::string_view status, milliseconds length, std::string_view message);
    // Rewrites the message of the phase just written, `part` of the way through it.
    void rewrite(double part, std::string_view text);
    void rewrite_after(milliseconds delay, std::string_view text);
    void end(std::string_view status, std::string_view primary, std::string_view message);
    // A change after (or beside) the phases, `delay` after the writer's present moment.
    void later(milliseconds delay, moment what);
    void fail(std::string_view usual_reason);
    // The phase just written goes on for so long, or is never left.
    void extend(milliseconds length) { cursor_ += length; }
    void stay() { open_ = true; }

    milliseconds duration(std::string_view status, milliseconds usual) const;

    job_plan finish();

private:
    void write(
        std::string_view status,
        milliseconds length,
        std::string_view message,
        std::string_view primary
    );

    const job_spec& spec_;
    job_plan plan_;
    milliseconds cursor_{};
    milliseconds phase_start_{};
    milliseconds phase_length_{};
    bool open_ = false;     // the last phase written is never left
    bool written_ = false;  // the last phase asked for was written
};

}  // namespace trainwatch::simulator
