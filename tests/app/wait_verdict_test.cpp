#include "app/wait_verdict.hpp"

#include <array>

#include <gtest/gtest.h>

namespace trainwatch::app::wait_verdict_test {
namespace {

using domain::failure_class;
using domain::outcome;

TEST(Verdict, is_the_documented_exit_code_of_each_outcome) {
    const auto code = [](outcome value) {
        return exit_code(verdict_of({value, failure_class::unknown}));
    };
    EXPECT_EQ(code(outcome::completed), 0);
    EXPECT_EQ(code(outcome::failed), 2);
    EXPECT_EQ(code(outcome::stopped), 3);
    EXPECT_EQ(code(outcome::max_runtime_exceeded), 4);
    EXPECT_EQ(code(outcome::max_wait_exceeded), 4);
    EXPECT_EQ(exit_code(verdict::error), 1);
    EXPECT_EQ(exit_code(verdict::gave_up), 5);
}

TEST(Verdict, of_several_is_the_worst_in_the_documented_order) {
    constexpr std::array worst_first{1, 2, 4, 3, 5, 0};
    for (std::size_t i = 0; i < worst_first.size(); ++i) {
        for (std::size_t k = i; k < worst_first.size(); ++k) {
            const auto bad = static_cast<verdict>(worst_first[i]);
            const auto good = static_cast<verdict>(worst_first[k]);
            EXPECT_EQ(worse(bad, good), bad);
            EXPECT_EQ(worse(good, bad), bad);
        }
    }
}

}  // namespace
}  // namespace trainwatch::app::wait_verdict_test
