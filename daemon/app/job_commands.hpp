// What `describe` and `wait` share: from a command line to a daemon that watches just those jobs.
//
// No configuration file, no receiver, no listening socket, and no log: what is to be said is said
// by the command, on its own streams.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "app/wiring.hpp"
#include "io/log.hpp"
#include "wire/settings_jobs.hpp"

namespace trainwatch::app {

struct job_inputs {
    wiring_inputs wiring{};
    std::vector<wire::wanted_job> wanted{};  // by slot
    std::unique_ptr<io::log> log{};          // takes what the daemon would log, and drops it
};

// Nothing when something is wrong; it has been said on standard error then.
std::optional<job_inputs> gather_job_inputs(const options& chosen);

// Nothing when it cannot be built; said likewise.
std::unique_ptr<wiring> build_or_complain(wiring_inputs inputs, io::log& log);

// "trainwatchd: …" on standard error, one line whatever `message` holds.
void complain(const std::string& message);

// Flushes what was said. False, and a complaint, when standard output cannot take it.
bool flush_output();

// The command's end. With something still under way (`drained` false) the process ends at once:
// nothing is to be saved, and what is abandoned must not be taken apart.
int leave(int exit_code, bool drained);

// AWS' time: ours, corrected by what the answers of a lane have shown.
wall_time aws_time(const wiring& daemon);

int describe(const options& chosen);
int wait(const options& chosen);

}  // namespace trainwatch::app
