#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/failure_reason.hpp"

namespace trainwatch::core::failure_fingerprint_test {
namespace {

TEST(normalised_reason, leaves_the_words_and_takes_out_what_differs_from_job_to_job) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {" \n ", ""},
        {"CapacityError: Unable to provision.", "CapacityError: Unable to provision."},
        {"AlgorithmError: Exit Code: 139", "AlgorithmError: Exit Code: 139"},
        {"exitcode  : -9 (pid: 57)", "exitcode : -9 (pid: #)"},
        {"Tried to allocate 2.50 GiB (GPU 0; 23.69GiB total; 512 MB free)",
         "Tried to allocate # (GPU #; # total; # free)"},
        {"at 2025-11-23T09:34:12.123Z on 10.0.12.7", "at #-#-#T#:#:#Z on #"},
        {"\x1b[31mTraceback\x1b[0m (most\trecent\r\n\x07 call)", "Traceback (most recent call)"},
        {"File \"/opt/ml/code/train.py\", line 214, in <module>",
         "File <name>, line #, in <module>"},
        {"KeyError: 'label'", "KeyError: <name>"},
        {"can't multiply, doesn't fit", "can't multiply, doesn't fit"},
        {"Message \"RuntimeError: no", "Message \"RuntimeError: no"},
        {"Unable to download object s3://bucket/day=1/part(2 (AccessDenied)",
         "Unable to download object <uri> (AccessDenied)"},
        {"key:s3://b/k has", "key:<uri> has"},
        {"role arn:aws:iam::111122223333:role/Reader has", "role <arn> has"},
        {"failed:/opt/ml/x and ../y and ~/z and C:\\data\\x",
         "failed:<path> and <path> and <path> and <path>"},
        {"and/or 3/4 images/sec", "and/or #/# images/sec"},
        {"manifest for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/train:2.3 not found",
         "manifest for <host> not found"},
        {"torch.distributed.elastic.errors.ChildFailedError: x",
         "torch.distributed.elastic.errors.ChildFailedError: x"},
        {"id 3b241101-e2bb-4255-8caf-4136c566a962, 0x7fdc3719ccb4 and deadbeef42", "id #, # and #"},
        {"when calling HeadObject (404): [Errno 28]", "when calling HeadObject (404): [Errno #]"},
        {" 45%|\xE2\x96\x88\xE2\x96\x88\xE2\x96\x8C  | 450/1000", "#%| | #/#"},
        {"模型訓練失敗 7", "模型訓練失敗 #"},
        {"half \xF0\x9F", "half \xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(normalised_reason(text), expected);
}

TEST(normalised_reason, is_bounded_whatever_is_said) {
    for (const std::string_view piece :
         {"word ", "\"", "'a' ", "1", "a/", "/", ".", "\x1b[", "://", "-", "é", "(4", "1B "}) {
        std::string text;
        while (text.size() < (1U << 20U))
            text += piece;
        EXPECT_LE(normalised_reason(text).size(), limits::normalised_reason_bytes_max) << piece;
    }
}

// Every cut of a text with all of it: no reading past the end.
TEST(normalised_reason, of_any_beginning_of_a_reason_is_made) {
    const std::string text =
        "AlgorithmError: \"a\" 'b' \x1b[1;31m/x s3://b/k arn:aws:iam::1:role/r (403) 0x1f 1.5 GiB "
        "3b241101-e2bb-4255-8caf-4136c566a962 a.b.com exit code: 7 C:\\x \xE2\x96\x88";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const std::string exact(text, 0, size);
        EXPECT_LE(normalised_reason(exact).size(), size + 64);
    }
}

TEST(failure_fingerprint, of_equal_failures_of_two_jobs_is_equal) {
    const std::pair<const char*, const char*> pairs[] = {
        {"AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"RuntimeError: CUDA "
         "out "
         "of memory. Tried to allocate 2.50 GiB (GPU 0; 23.69 GiB total capacity)\n",
         "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"RuntimeError: CUDA "
         "out "
         "of memory. Tried to allocate 20.00 MiB (GPU 3; 14.76 GiB total capacity)\n"},
        {"ClientError: Data download failed:Unable to download object s3://a/b/c (AccessDenied)",
         "ClientError: Data download failed:Unable to download object s3://d/e=1 (AccessDenied)"},
        {"ClientError: SageMaker was unable to assume the role 'arn:aws:iam::111122223333:role/a'",
         "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::444455556666:role/b'"},
        {"AlgorithmError: File \"/opt/ml/code/a.py\", line 7\nValueError: bad row 12 at "
         "2025-11-23 09:34:12.5",
         "AlgorithmError: File \"/opt/ml/code/b.py\", line 93\r\n ValueError: bad row 9001 at "
         "2026-01-02 10:00:00"},
        {"InternalServerError: We encountered an internal error.  Please try again.",
         "InternalServerError: We encountered an internal error. Please try again."},
    };
    for (const auto& [one, other] : pairs) {
        EXPECT_EQ(failure_fingerprint(one), failure_fingerprint(other)) << normalised_reason(one);
    }
}

TEST(failure_fingerprint, of_different_failures_differs) {
    const std::pair<const char*, const char*> pairs[] = {
        {"AlgorithmError: Exit Code: 1", "AlgorithmError: Exit Code: 139"},
        {"ClientError: Data download failed:Insufficient disk space",
         "ClientError: Artifact upload failed:Insufficient disk space"},
        {"AlgorithmError: File \"a.py\", line 7\nValueError: x",
         "AlgorithmError: File \"a.py\", line 7\nTypeError: x"},
        {"An error occurred (403) when calling the HeadObject operation",
         "An error occurred (404) when calling the HeadObject operation"},
        {"The limit 'ml.p3.2xlarge for training job usage' is 0 Instances",
         "The limit 'ml.g5.2xlarge for training job usage' is 0 Instances"},
        {"AlgorithmError: CUDA out of memory", "AlgorithmError: CUDA error: an illegal access"},
    };
    for (const auto& [one, other] : pairs) {
        EXPECT_NE(failure_fingerprint(one), failure_fingerprint(other)) << normalised_reason(one);
    }
}

// These stand in ledgers. A change here orphans what is kept: it needs a migration, not a new
// value.
TEST(failure_fingerprint, never_changes_its_value) {
    EXPECT_EQ(failure_fingerprint(""), "");
    EXPECT_EQ(failure_fingerprint("\n"), "");
    // FNV-1a's own test value of "a".
    EXPECT_EQ(failure_fingerprint("a"), "af63dc4c8601ec8c");
    EXPECT_EQ(failure_fingerprint("AlgorithmError: Exit Code: 1"), "d776643efa763a7c");
    EXPECT_EQ(
        failure_fingerprint("CapacityError: Unable to provision requested ML compute capacity. "
                            "Please retry using a different ML instance type."),
        "68f68dab267d541c"
    );
    EXPECT_EQ(
        failure_fingerprint("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "
                            "\"RuntimeError: CUDA out of memory. Tried to allocate 2.50 GiB"),
        "530a534ff818ab56"
    );
}

}  // namespace
}  // namespace trainwatch::core::failure_fingerprint_test
