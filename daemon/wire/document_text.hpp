// The AWS document as an indented tree for a person: every member in AWS' order, texts made safe
// and wrapped, times readable.
//
// The values of HyperParameters and Environment are never shown, their keys are. Which members the
// caller has shown already, and how, is the caller's business (wire/job_text).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "wire/terminal_text.hpp"

namespace trainwatch::wire {

// Empty when the document cannot be read. `shown`: top-level members to leave out.
std::string render_document(
    std::string_view document, std::span<const std::string_view> shown, const text_style& style
);

}  // namespace trainwatch::wire
