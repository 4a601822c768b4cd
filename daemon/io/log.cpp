#include "io/log.hpp"

#include <charconv>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/clock.hpp"

namespace trainwatch::io {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
        case log_level::debug:
            return spdlog::level::debug;
        case log_level::info:
            return spdlog::level::info;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

// syslog's numbers, as sd-daemon(3) wants them in front of a line.
std::string_view priority_of(log_level level) {
    switch (level) {
        case log_level::debug:
            return "<7>";
        case log_level::info:
            return "<6>";
        case log_level::warning:
            return "<4>";
        case log_level::error:
            return "<3>";
    }
    return "<3>";
}

class standard_error_log final : public log {
public:
    standard_error_log(log_level least, log_format format, bool to_journal)
        : format_(format)
        , to_journal_(to_journal)
        , logger_("trainwatchd", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger_.set_level(to_spdlog(least));
        logger_.set_pattern("%v");
    }

    void write(log_level level, std::string_view message, const log_fields& fields) override {
        const auto as = to_spdlog(level);
        if (!logger_.should_log(as)) return;
        const std::string time = to_journal_ ? std::string() : iso8601(clock_->now().wall);
        std::string line = format_log_line(format_, time, level, message, fields);
        if (to_journal_ && format_ == log_format::logfmt) line.insert(0, priority_of(level));
        // As a string view it is text; as a format string a "{}" in it would be one.
        logger_.log(as, spdlog::string_view_t(line.data(), line.size()));
    }

    void flush() override { logger_.flush(); }

private:
    log_format format_;
    bool to_journal_;
    std::unique_ptr<clock> clock_ = create_system_clock();
    spdlog::logger logger_;
};

}  // namespace

bool is_journal(std::string_view journal_stream, int descriptor) {
    unsigned long long device = 0;
    unsigned long long inode = 0;
    const char* const end = journal_stream.data() + journal_stream.size();
    const auto first = std::from_chars(journal_stream.data(), end, device);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return false;
    const auto second = std::from_chars(first.ptr + 1, end, inode);
    if (second.ec != std::errc{} || second.ptr != end) return false;
    struct stat actual {};
    return ::fstat(descriptor, &actual) == 0 && actual.st_dev == device && actual.st_ino == inode;
}

std::unique_ptr<log> create_log(
    log_level least, log_format format, std::string_view journal_stream
) {
    const bool to_journal = is_journal(journal_stream, STDERR_FILENO);
    return std::make_unique<standard_error_log>(least, format, to_journal);
}

}  // namespace trainwatch::io
