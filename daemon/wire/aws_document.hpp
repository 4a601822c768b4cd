// The DescribeTrainingJob document as text: shown to people as AWS sent it, less its secrets.
//
// HyperParameters and Environment hold tokens and passwords often enough. The text is cut and
// joined, never written anew: numbers, order, blanks and doubled members stay as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trainwatch::wire {

// Without half characters (json_repair): what any JSON reader takes. Nothing when it is not one
// JSON object and nothing else.
std::optional<std::string> whole_document(std::string_view document);

// The same, but each value inside the top-level HyperParameters and Environment is null; keys
// stay. Either member becomes null as a whole when it is no object.
std::optional<std::string> without_parameter_values(std::string_view document);

}  // namespace trainwatch::wire
