// Log lines as logfmt or JSON on standard error. The only file that includes spdlog.
//
// One line an event: time, level, name, fields. Values are escaped, so that hostile text (line
// breaks, ANSI) cannot forge a line. Under systemd the time is the journal's.
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

std::unique_ptr<log> create_log(log_level least, log_format format);
// The pure half, for tests: one line without its end.
std::string format_log_line(
    log_format format,
    std::string_view time,
    log_level level,
    std::string_view message,
    const log_fields& fields
);

}  // namespace trainwatch::io
