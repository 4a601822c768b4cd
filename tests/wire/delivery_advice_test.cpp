#include "wire/delivery_advice.hpp"

#include <gmock/gmock.h>

namespace trainwatch::wire::delivery_advice_test {
namespace {

using domain::receiver_kind;
using testing::HasSubstr;
using testing::Not;

std::string advice(error_class kind, std::string detail, receiver_kind to) {
    failure why;
    why.kind = kind;
    why.detail = std::move(detail);
    return advise_on_delivery(why, to);
}

TEST(DeliveryAdvice, on_a_wrong_address_names_its_path) {
    for (const auto kind : {receiver_kind::alertmanager, receiver_kind::webhook}) {
        EXPECT_THAT(
            advice(error_class::not_found, "HTTP 404: default backend", kind),
            HasSubstr("check the address and its path")
        );
        EXPECT_THAT(advice(error_class::not_found, "HTTP 302", kind), HasSubstr("leads to"));
    }
    EXPECT_THAT(
        advice(error_class::not_found, "HTTP 405", receiver_kind::alertmanager),
        HasSubstr("route prefix, without /api/")
    );
}

TEST(DeliveryAdvice, on_the_wrong_scheme_names_the_right_one) {
    EXPECT_THAT(
        advice(
            error_class::transient,
            "TLS with 127.0.0.1:9093: wrong version number",
            receiver_kind::alertmanager
        ),
        HasSubstr("http://")
    );
    EXPECT_THAT(
        advice(
            error_class::not_found,
            "HTTP 400: Client sent an HTTP request to an HTTPS server.",
            receiver_kind::alertmanager
        ),
        HasSubstr("https://")
    );
}

TEST(DeliveryAdvice, on_who_answers_late_tells_of_the_time_and_not_of_the_address) {
    const auto said = advice(
        error_class::transient, "reading from 127.0.0.1:9 timed out", receiver_kind::webhook
    );
    EXPECT_THAT(said, HasSubstr("within 10s"));
    EXPECT_THAT(said, Not(HasSubstr("address")));
}

TEST(DeliveryAdvice, of_the_failure_itself_comes_first) {
    failure why;
    why.kind = error_class::transient;
    why.cure = "check host and port";
    EXPECT_EQ(advise_on_delivery(why, receiver_kind::webhook), "check host and port");
}

}  // namespace
}  // namespace trainwatch::wire::delivery_advice_test
