#include "io/log.hpp"

#include <algorithm>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/io/certificates.hpp"

namespace trainwatch::io::log_test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view noon = "2026-11-24T12:00:00.000Z";

std::string logfmt(std::string_view message, const log_fields& fields = {}) {
    return format_log_line(log_format::logfmt, "", log_level::info, message, fields);
}

std::string json(std::string_view message, const log_fields& fields = {}) {
    return format_log_line(log_format::json, "", log_level::info, message, fields);
}

// One field's value as it stands in the line.
std::string logfmt_value(std::string_view value) {
    const std::string line = logfmt("m", {{"k", std::string(value)}});
    return line.substr(std::string("level=info msg=m k=").size());
}

TEST(LogLine, logfmt_is_time_level_message_and_fields) {
    EXPECT_EQ(
        format_log_line(
            log_format::logfmt,
            noon,
            log_level::warning,
            "watching 3 jobs",
            {{"job", "resnet-1"}, {"lag", "1.5s"}}
        ),
        "time=2026-11-24T12:00:00.000Z level=warning msg=\"watching 3 jobs\" job=resnet-1 lag=1.5s"
    );
}

TEST(LogLine, json_is_one_object) {
    EXPECT_EQ(
        format_log_line(
            log_format::json, noon, log_level::error, "it \"broke\"", {{"job", "resnet-1"}}
        ),
        R"({"time":"2026-11-24T12:00:00.000Z","level":"error","msg":"it \"broke\"","job":"resnet-1"})"
    );
}

TEST(LogLine, without_a_time_there_is_none) {
    EXPECT_EQ(logfmt("m"), "level=info msg=m");
    EXPECT_EQ(json("m"), R"({"level":"info","msg":"m"})");
}

TEST(LogLine, plain_values_stand_bare) {
    EXPECT_EQ(logfmt_value("https://am-1:9093/api?a"), "https://am-1:9093/api?a");
    EXPECT_EQ(
        logfmt_value("arn:aws:sagemaker:eu-west-1:1:training-job/x"),
        "arn:aws:sagemaker:eu-west-1:1:training-job/x"
    );
}

TEST(LogLine, values_that_would_split_are_quoted) {
    EXPECT_EQ(logfmt_value(""), R"("")");
    EXPECT_EQ(logfmt_value("two words"), R"("two words")");
    EXPECT_EQ(logfmt_value("a=b"), R"("a=b")");
    EXPECT_EQ(logfmt_value(R"(say "x" \ y)"), R"("say \"x\" \\ y")");
}

TEST(LogLine, line_breaks_cannot_begin_a_line) {
    EXPECT_EQ(logfmt_value("a\nlevel=error msg=forged\r\n"), R"("a\nlevel=error msg=forged\r\n")");
    EXPECT_THAT(json("a\nb\r\tc"), HasSubstr(R"("a\nb\r\tc")"));
}

TEST(LogLine, terminals_are_not_steered) {
    EXPECT_EQ(logfmt_value("\x1b[2J"), R"("\u001b[2J")");
    EXPECT_EQ(logfmt_value(std::string_view("\0\x7f", 2)), R"("\u0000\u007f")");
    // The one-character form of ESC [.
    EXPECT_EQ(
        logfmt_value("\xc2\x9b"
                     "2J"),
        R"("\u009b2J")"
    );
}

TEST(LogLine, text_cannot_be_reordered_or_hidden) {
    // Right-to-left override, line separator, zero-width space, isolate, byte order mark.
    EXPECT_EQ(
        logfmt_value("\u202e\u2028\u200b\u2066\ufeff"), R"("\u202e\u2028\u200b\u2066\ufeff")"
    );
}

TEST(LogLine, other_languages_stay_readable) {
    EXPECT_EQ(logfmt_value("Grüße 世界 🚀"), "\"Grüße 世界 🚀\"");
    EXPECT_THAT(json("世界"), HasSubstr("世界"));
}

TEST(LogLine, every_byte_gives_valid_text_on_one_line) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string value{'a', static_cast<char>(byte), 'b'};
        for (const auto& line : {logfmt("m", {{"k", value}}), json("m", {{"k", value}})}) {
            EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
                return static_cast<unsigned char>(c) >= ' ';
            }));
            // A lone byte above ASCII is no UTF-8.
            if (byte >= 0x80) {
                EXPECT_THAT(line, HasSubstr("a\uFFFDb"));
            }
        }
    }
}

TEST(LogLine, long_values_are_cut) {
    const std::string line = logfmt_value(std::string(100'000, 'x'));
    EXPECT_LT(line.size(), 5'000U);
    EXPECT_GT(line.size(), 4'000U);
}

TEST(LogLine, field_names_cannot_forge_others) {
    EXPECT_EQ(logfmt("m", {{"a b=c\n", "v"}}), "level=info msg=m a_b_c_=v");
    EXPECT_EQ(json("m", {{"level", "v"}}), R"({"level":"info","msg":"m","level_":"v"})");
    EXPECT_EQ(logfmt("m", {{"", "v"}}), "level=info msg=m _=v");
}

// ---- where it goes ----------------------------------------------------------------------------

std::string journal_stream_of(int descriptor) {
    struct stat actual {};
    ::fstat(descriptor, &actual);
    return std::to_string(actual.st_dev) + ':' + std::to_string(actual.st_ino);
}

TEST(JournalStream, is_the_descriptor_of_that_device_and_inode) {
    const temporary_folder folder;
    const int one = ::open(folder.file("one").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    const int two = ::open(folder.file("two").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    EXPECT_TRUE(is_journal(journal_stream_of(one), one));
    EXPECT_FALSE(is_journal(journal_stream_of(one), two));
    for (const char* const text : {"", ":", "8", "8:", "8:x", "x:8", "8:8 "}) {
        EXPECT_FALSE(is_journal(text, one)) << text;
    }
    EXPECT_FALSE(is_journal(journal_stream_of(one) + "0", one));
    ::close(one);
    ::close(two);
}

class StandardErrorLog : public testing::Test {
protected:
    std::string written(log_level least, log_format format, bool in_journal) {
        testing::internal::CaptureStderr();
        const std::string stream = in_journal ? journal_stream_of(STDERR_FILENO) : std::string();
        const auto log = create_log(least, format, stream);
        log->write(log_level::debug, "quiet", {});
        log->write(log_level::warning, "loud {}", {{"k", "%d {0}"}});
        log->flush();
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(StandardErrorLog, writes_a_line_with_its_time) {
    EXPECT_THAT(
        written(log_level::info, log_format::logfmt, false),
        MatchesRegex("time=20[0-9]+-[0-9]+-[0-9]+T[0-9:.]+Z level=warning msg=\"loud [{][}]\" "
                     "k=\"%d [{]0[}]\"\n")
    );
}

TEST_F(StandardErrorLog, leaves_the_time_to_the_journal) {
    EXPECT_EQ(
        written(log_level::info, log_format::logfmt, true),
        "<4>level=warning msg=\"loud {}\" k=\"%d {0}\"\n"
    );
    EXPECT_EQ(
        written(log_level::info, log_format::json, true),
        "{\"level\":\"warning\",\"msg\":\"loud {}\",\"k\":\"%d {0}\"}\n"
    );
}

TEST_F(StandardErrorLog, writes_from_its_level_on) {
    EXPECT_THAT(written(log_level::debug, log_format::logfmt, true), HasSubstr("<7>level=debug"));
    EXPECT_THAT(written(log_level::warning, log_format::logfmt, true), HasSubstr("loud"));
    EXPECT_EQ(written(log_level::error, log_format::logfmt, true), "");
}

}  // namespace
}  // namespace trainwatch::io::log_test
