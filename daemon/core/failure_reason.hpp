// What AWS' FailureReason says: which class of failure it is, and whether two are the same one.
//
// The class is looked up in a table of patterns (failure_reason.cpp), after the user's own rules
// from `failure_classes`. The fingerprint stands for the text without what differs from job to
// job (failure_fingerprint.cpp); it is kept in ledgers, so its value never changes.
//
// Knows no status: whether a job failed at all is domain::ending_of's question. Takes any bytes, in
// linear time. Source: reasons that people published (tests/vectors/failure_reasons.tsv).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "domain/job.hpp"
#include "domain/settings.hpp"

namespace trainwatch::core {

class failure_classifier {
public:
    // `own` come first, in their order. One that is no pattern matches nothing: the configuration
    // was checked where it was read.
    explicit failure_classifier(std::span<const domain::failure_rule> own = {});
    ~failure_classifier();
    failure_classifier(failure_classifier&&) noexcept;
    failure_classifier& operator=(failure_classifier&&) noexcept;

    // `unknown` of an empty reason, and of one that nothing matches.
    domain::failure_class classify(std::string_view reason) const;

private:
    struct patterns;
    std::unique_ptr<const patterns> patterns_;
};

// Without what colours a terminal, which frameworks write between their words.
std::string without_escapes(std::string_view reason);

// The reason without escapes, numbers, hashes, paths, addresses and quoted names, on one line and
// of bounded length. Exit codes and HTTP statuses stay: they are what failed.
std::string normalised_reason(std::string_view reason);

// Names the normal form: sixteen hex digits (64-bit FNV-1a); empty of an empty reason.
std::string failure_fingerprint(std::string_view reason);

}  // namespace trainwatch::core
