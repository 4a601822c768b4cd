#include "wire/deflate.hpp"

#include <string>

#include <gtest/gtest.h>

namespace trainwatch::wire::deflate_test {
namespace {

std::string long_text() {
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += "{\"StatusMessage\": \"step " + std::to_string(i) + "\"}\n";
    return text;
}

TEST(deflate, gives_back_what_it_was_given) {
    for (const std::string& text :
         {std::string(), std::string("x"), std::string("\0\xff\n", 3), long_text()}) {
        EXPECT_EQ(inflate_bytes(deflate_bytes(text), text.size()), text);
    }
}

TEST(deflate, makes_repetition_small) {
    EXPECT_LT(deflate_bytes(long_text()).size() * 5, long_text().size());
}

TEST(deflate, does_not_inflate_beyond_the_bound) {
    const auto packed = deflate_bytes(std::string(1U << 20U, 'a'));
    EXPECT_TRUE(inflate_bytes(packed, 1U << 20U).has_value());
    EXPECT_FALSE(inflate_bytes(packed, (1U << 20U) - 1).has_value());
    EXPECT_FALSE(inflate_bytes(packed, 0).has_value());
}

TEST(deflate, refuses_every_truncation) {
    const auto packed = deflate_bytes("a document of AWS, a document of AWS");
    for (std::size_t size = 0; size < packed.size(); ++size)
        EXPECT_FALSE(inflate_bytes(std::string_view(packed).substr(0, size), 1000)) << size;
}

TEST(deflate, refuses_damage_and_what_follows_the_end) {
    auto packed = deflate_bytes("a document of AWS");
    EXPECT_FALSE(inflate_bytes(packed + "x", 1000));
    packed.back() = static_cast<char>(packed.back() ^ 1);
    EXPECT_FALSE(inflate_bytes(packed, 1000));
    EXPECT_FALSE(inflate_bytes("not packed at all", 1000));
}

}  // namespace
}  // namespace trainwatch::wire::deflate_test
