#include "wire/request_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {

result<request_target> parse_request_target(std::string_view target) {
    const auto parsed =
        boost::urls::parse_origin_form(boost::urls::string_view(target.data(), target.size()));
    if (parsed.has_error()) {
        failure error;
        error.kind = error_class::rejected;
        error.detail =
            "the address is not properly encoded: a percent sign needs two hexadecimal "
            "digits after it (%25 is the sign itself), a blank is %20";
        return error;
    }
    request_target read;
    for (const auto& segment : parsed->encoded_segments())
        read.path.emplace_back(segment.decode());
    // "/x/" names the same as "/x".
    if (!read.path.empty() && read.path.back().empty()) read.path.pop_back();
    boost::urls::encoding_opts plus_is_a_blank;
    plus_is_a_blank.space_as_plus = true;
    for (const auto& parameter : parsed->encoded_params()) {
        auto& [name, value] = read.parameters.emplace_back();
        name = parameter.key.decode(plus_is_a_blank);
        if (parameter.has_value) value = parameter.value.decode(plus_is_a_blank);
        // "?" alone, or "a=1&&b=2".
        if (name.empty() && value.empty()) read.parameters.pop_back();
    }
    return read;
}

std::string format_request_target(const request_target& target) {
    std::string text;
    for (const auto& segment : target.path)
        text += "/" + percent_encode(segment);
    if (text.empty()) text = "/";
    char before = '?';
    for (const auto& [name, value] : target.parameters) {
        text += before;
        text += percent_encode(name) + "=" + percent_encode(value);
        before = '&';
    }
    return text;
}

}  // namespace trainwatch::wire
