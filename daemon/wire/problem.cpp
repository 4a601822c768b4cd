#include "wire/problem.hpp"

#include "base/text.hpp"
#include "wire/json_writer.hpp"

namespace trainwatch::wire {
namespace {

// Enough to know one's own request by; a hostile one is 16 KB long.
constexpr std::size_t instance_bytes_max = 1024;

const char* title_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 503:
            return "Service Unavailable";
        default:
            return "Error";
    }
}

http_response answer(
    int status,
    std::string_view detail,
    std::string_view instance,
    const std::vector<parameter_error>& errors
) {
    json_writer out;
    out.begin_object();
    out.member("type", "about:blank");
    out.member("title", title_of(status));
    out.member("status", status);
    out.member("detail", detail);
    out.member("instance", valid_utf8(instance, instance_bytes_max));
    if (!errors.empty()) {
        out.begin_array("errors");
        for (const auto& error : errors) {
            out.begin_object();
            out.member("parameter", error.parameter);
            out.member("detail", error.detail);
            out.end_object();
        }
        out.end_array();
    }
    out.end_object();
    return {
        status,
        {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
        out.take() + "\n"};
}

}  // namespace

http_response problem_answer(int status, std::string_view detail, std::string_view instance) {
    return answer(status, detail, instance, {});
}

http_response bad_parameters_answer(
    const std::vector<parameter_error>& errors, std::string_view instance
) {
    std::string detail;
    for (const auto& error : errors) {
        if (!detail.empty()) detail += "; ";
        detail += error.parameter + ": " + error.detail;
    }
    return answer(400, detail, instance, errors);
}

}  // namespace trainwatch::wire
