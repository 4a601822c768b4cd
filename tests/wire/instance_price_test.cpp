#include "wire/instance_price.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::instance_price_test {
namespace {

using testing::HasSubstr;
using testing::VariantWith;

TEST(InstancePrice, is_a_type_and_what_an_hour_of_it_costs) {
    EXPECT_THAT(
        parse_instance_price("ml.p4d.24xlarge=37.688"),
        (VariantWith<std::pair<std::string, double>>(
            std::pair<std::string, double>("ml.p4d.24xlarge", 37.688)
        ))
    );
}

TEST(InstancePrice, that_is_none_says_what_would_be_right) {
    for (const auto& [text, cure] :
         {std::pair{"37.688", "write one as ml.p4d.24xlarge=37.688"},
          std::pair{"p4d.24xlarge=1", "SageMaker's is \"ml.p4d.24xlarge\""},
          std::pair{"=1", "is no instance type"},
          std::pair{"ml.g5.xlarge=", "is no number"},
          std::pair{"ml.g5.xlarge=1,4", "is no number"},
          std::pair{"ml.g5.xlarge=inf", "is no number"},
          std::pair{"ml.g5.xlarge=0", "more than 0"},
          std::pair{"ml.g5.xlarge=-1", "more than 0"}}) {
        EXPECT_THAT(parse_instance_price(text), VariantWith<std::string>(HasSubstr(cure))) << text;
    }
}

}  // namespace
}  // namespace trainwatch::wire::instance_price_test
