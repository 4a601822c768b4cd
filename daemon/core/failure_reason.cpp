#include "core/failure_reason.hpp"

#include <array>
#include <vector>

#include <re2/re2.h>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::core {
namespace {

using domain::failure_class;

// Who wrote the text that a pattern may be found in. A reason that begins with AlgorithmError goes
// on with the words of the user's container, and a traceback can contain any word: "timeout",
// "data", "Forbidden". There, only sentences count that a framework, the C library or AWS' SDK
// writes and nobody else. Everything else is AWS speaking, and AWS means what it says.
enum class speaker { anyone, aws };

struct table_row {
    failure_class value;
    speaker who;
    const char* pattern;
};

// The first row that matches decides: a cause before the operation that failed of it, and both
// before the word that the reason begins with.
constexpr auto table = std::to_array<table_row>({
    // The allocators of PyTorch, TensorFlow, CUDA, C++, Python and the C library.
    {failure_class::out_of_memory,
     speaker::anyone,
     R"(\b(?:CUDA|HIP|MPS)(?: error:)? out of memory)"},
    {failure_class::out_of_memory, speaker::anyone, R"(MemoryError\b)"},
    {failure_class::out_of_memory,
     speaker::anyone,
     R"(ResourceExhaustedError|OOM when allocating)"},
    {failure_class::out_of_memory, speaker::anyone, R"(std::bad_alloc|CUBLAS_STATUS_ALLOC_FAILED)"},
    {failure_class::out_of_memory, speaker::anyone, R"(\bcannot allocate memory\b)"},
    // SIGKILL. SageMaker stops a job with SIGTERM first and says so by its status: what kills a
    // container from outside while it trains is the kernel, out of memory.
    {failure_class::out_of_memory,
     speaker::anyone,
     R"(\bexit ?(?:code|status)\s*:?\s*(?:137|-9)\b|\bkilled by signal: Killed)"},
    {failure_class::out_of_memory,
     speaker::anyone,
     R"(<Signals\.SIGKILL: 9>|\bSignal 9 \(SIGKILL\))"},
    {failure_class::out_of_memory, speaker::aws, R"(instance type with more memory)"},
    {failure_class::out_of_memory, speaker::aws, R"(\bout of memory\b)"},

    // botocore's sentence, wherever it was raised, and IAM's.
    {failure_class::permission,
     speaker::anyone,
     R"(An error occurred \((?:AccessDenied(?:Exception)?|Forbidden|403|KMS\.\w+)\) when calling)"},
    {failure_class::permission, speaker::anyone, R"(\bis not authorized to perform:? \w+:\w)"},
    {failure_class::permission, speaker::aws, R"(Access ?Denied|\bForbidden\b|\(403\))"},
    {failure_class::permission, speaker::aws, R"(unable to assume (?:the )?role)"},
    {failure_class::permission, speaker::aws, R"(\bKMS\.\w+Exception)"},

    // The container was never there, or never ran.
    {failure_class::image, speaker::anyone, R"(OCI runtime create failed)"},
    {failure_class::image, speaker::aws, R"(Cannot(?:Start|Pull)Container)"},
    {failure_class::image,
     speaker::aws,
     R"(executable file not found in \$PATH|exec format error)"},
    {failure_class::image,
     speaker::aws,
     R"(Cannot (?:pull|find) (?:the )?(?:\w+ )?(?:image|container|repository)\b)"},
    {failure_class::image,
     speaker::aws,
     R"(\b(?:manifest for|(?:requested|training|algorithm) image) \S+ (?:was )?not found)"},

    {failure_class::resource_limit, speaker::aws, R"(ResourceLimitExceeded)"},
    {failure_class::resource_limit, speaker::aws, R"(account-level service[- ]limit)"},

    {failure_class::spot, speaker::aws, R"(\bspot (?:instances?|capacity|interruption|request)\b)"},
    {failure_class::capacity, speaker::aws, R"(\bInsufficient ?(?:Instance ?)?Capacity)"},
    {failure_class::capacity,
     speaker::aws,
     R"(^CapacityError\b|not enough capacity for|Unable to provision requested ML compute capacity)"},

    // Limits of the job itself. The word "timeout" alone is never enough.
    {failure_class::timeout,
     speaker::aws,
     R"(\bMax(?:Runtime|WaitTime|PendingTime)(?:InSeconds)? ?(?:was |has been )?exceeded)"},
    {failure_class::timeout,
     speaker::aws,
     R"(\bexceeded (?:its |the )?Max(?:Runtime|WaitTime|PendingTime))"},

    // The customer's network, not the data that could not cross it.
    {failure_class::client, speaker::aws, R"(subnet's route table|\bVPC endpoint\b)"},

    {failure_class::data,
     speaker::anyone,
     R"(An error occurred \((?:NoSuchKey|NoSuchBucket|404)\) when calling)"},
    {failure_class::data, speaker::aws, R"((?:Data download|Artifact upload) failed)"},
    {failure_class::data,
     speaker::aws,
     R"(\bNoSuch(?:Key|Bucket)\b|No S3 objects? found|S3 object does not exist)"},
    {failure_class::data,
     speaker::aws,
     R"(no files? found in path|Error when parsing|Unable to (?:parse csv|read data)|No training data)"},

    // What is left is what AWS begins with.
    {failure_class::algorithm, speaker::anyone, R"(^(?:AlgorithmError|ExecuteUserScriptError)\b)"},
    {failure_class::client, speaker::anyone, R"(^ClientError\b)"},
    {failure_class::internal_server, speaker::anyone, R"(^Internal(?:Server)?(?:Error|Failure)\b)"},
    {failure_class::internal_server, speaker::aws, R"(^We encountered an internal error)"},
});

constexpr const char* container_speaks = R"(^(?:AlgorithmError|ExecuteUserScriptError)\b)";

// As wire/settings_yaml_failures checks them.
RE2::Options pattern_options() {
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(limits::pattern_memory_max);
    return options;
}

struct compiled_row {
    failure_class value;
    speaker who;
    std::unique_ptr<RE2> pattern;
};

bool contains(std::string_view text, const RE2& pattern) {
    return pattern.ok() && RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

}  // namespace

struct failure_classifier::patterns {
    std::vector<compiled_row> own{};
    std::vector<compiled_row> built_in{};
    RE2 of_container{container_speaks, pattern_options()};
};

failure_classifier::failure_classifier(std::span<const domain::failure_rule> own) {
    auto made = std::make_unique<patterns>();
    const auto options = pattern_options();
    for (const auto& rule : own) {
        made->own.push_back(
            {rule.failure_class, speaker::anyone, std::make_unique<RE2>(rule.pattern, options)}
        );
    }
    for (const auto& row : table) {
        made->built_in.push_back({row.value, row.who, std::make_unique<RE2>(row.pattern, options)});
    }
    patterns_ = std::move(made);
}

failure_classifier::~failure_classifier() = default;
failure_classifier::failure_classifier(failure_classifier&&) noexcept = default;
failure_classifier& failure_classifier::operator=(failure_classifier&&) noexcept = default;

failure_class failure_classifier::classify(std::string_view reason) const {
    const auto plain = without_escapes(reason.substr(0, limits::failure_reason_bytes_max));
    const auto text = trim(plain);
    if (text.empty()) return failure_class::unknown;
    for (const auto& row : patterns_->own) {
        if (contains(text, *row.pattern)) return row.value;
    }
    const bool of_container = contains(text, patterns_->of_container);
    for (const auto& row : patterns_->built_in) {
        if (of_container && row.who == speaker::aws) continue;
        if (contains(text, *row.pattern)) return row.value;
    }
    return failure_class::unknown;
}

}  // namespace trainwatch::core
