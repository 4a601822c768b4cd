#include "domain/alert.hpp"

#include <gtest/gtest.h>

namespace trainwatch::domain::alert_test {
namespace {

TEST(alert_identity, is_the_name_with_all_other_labels_in_order) {
    EXPECT_EQ(
        identity({{"training_job", "resnet"}, {"alertname", "TrainingJobFailed"}, {"a", "1"}}),
        R"(TrainingJobFailed{a="1",training_job="resnet"})"
    );
}

TEST(alert_identity, cannot_be_forged_by_a_value) {
    EXPECT_EQ(identity({{"a", "1\",b=\"2\n"}}), R"({a="1\",b=\"2\n"})");
    EXPECT_NE(identity({{"a", "1"}, {"b", "2"}}), identity({{"a", "1\",b=\"2"}}));
}

}  // namespace
}  // namespace trainwatch::domain::alert_test
