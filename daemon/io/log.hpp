// Log lines as logfmt or JSON on standard error. The only file that includes spdlog.
//
// One line an event: time, level, message, fields. Values are escaped, so that hostile text (line
// breaks, ANSI, C1 controls, characters that reorder a line) cannot forge one, and cut to
// limits::log_value_bytes_max. Under systemd the time is the journal's, and a logfmt line begins
// with its priority (sd-daemon(3)).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trainwatch::io {

enum class log_level { debug, info, warning, error };
enum class log_format { logfmt, json };
using log_fields = std::vector<std::pair<std::string, std::string>>;

class log {
public:
    virtual ~log() = default;
    virtual void write(log_level level, std::string_view message, const log_fields& fields) = 0;
    virtual void flush() = 0;
};

// `journal_stream` is the environment's JOURNAL_STREAM: whether standard error is the journal.
std::unique_ptr<log> create_log(
    log_level least, log_format format, std::string_view journal_stream = {}
);
// Whether "device:inode" (systemd.exec(5), JOURNAL_STREAM) is what the descriptor writes to.
bool is_journal(std::string_view journal_stream, int descriptor);
// The pure half: one line without its end, and without a time when that is empty.
std::string format_log_line(
    log_format format,
    std::string_view time,
    log_level level,
    std::string_view message,
    const log_fields& fields
);

}  // namespace trainwatch::io
