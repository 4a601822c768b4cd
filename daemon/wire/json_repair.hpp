// Makes JSON readable whose texts were cut in the middle of a character.
//
// FailureReason is bounded to 1,024 characters. Should it be cut by UTF-16 units, half of an emoji
// may be left behind: an unpaired \ud83d escape, or broken UTF-8. Not seen from AWS so far, but a
// strict parser would refuse such a job's answer for as long as it exists, and its alert with it.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// Unpaired surrogate escapes and bytes that are no UTF-8 become U+FFFD; all else stays.
std::string repair_json_text(std::string_view json);

}  // namespace trainwatch::wire
