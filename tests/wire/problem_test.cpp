#include "wire/problem.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace trainwatch::wire::problem_test {
namespace {

TEST(problem, is_told_as_rfc_9457_asks) {
    const auto answer = problem_answer(404, "no such job", "/api/v1/jobs/x");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(find_header(answer.headers, "Content-Type"), "application/problem+json");
    EXPECT_EQ(find_header(answer.headers, "Cache-Control"), "no-store");
    EXPECT_EQ(
        answer.body,
        R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no such job",)"
        R"("instance":"/api/v1/jobs/x"})"
        "\n"
    );
}

TEST(problem, names_each_wrong_parameter) {
    const auto answer = bad_parameters_answer({{"a", "is wrong"}, {"b", "too"}}, "/x");
    EXPECT_EQ(
        answer.body,
        R"({"type":"about:blank","title":"Bad Request","status":400,)"
        R"("detail":"a: is wrong; b: too","instance":"/x",)"
        R"("errors":[{"parameter":"a","detail":"is wrong"},{"parameter":"b","detail":"too"}]})"
        "\n"
    );
}

TEST(problem, a_hostile_request_is_quoted_briefly_and_as_json) {
    const auto answer = problem_answer(400, "no", "/\"\xff" + std::string(100'000, 'x'));
    EXPECT_LT(answer.body.size(), 2'000U);
    EXPECT_EQ(boost::json::parse(answer.body).at("status"), 400);
}

}  // namespace
}  // namespace trainwatch::wire::problem_test
