// Makes JSON readable whose texts were cut in the middle of a character.
//
// A FailureReason is cut to 1,024 UTF-16 units, which may leave half of an emoji behind: an
// unpaired \ud83d escape, or broken UTF-8. A strict parser then refuses the whole answer, for as
// long as the job exists. Knows nothing of what the document means.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// Unpaired surrogate escapes and bytes that are no UTF-8 become U+FFFD; all else stays.
std::string repair_json_text(std::string_view json);

}  // namespace trainwatch::wire
