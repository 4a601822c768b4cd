#include "app/document_shelf.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace trainwatch::app::document_shelf_test {
namespace {

constexpr std::size_t plenty = 1U << 20U;

wall_time at(int second) {
    return wall_time(seconds(second));
}

// Text that does not deflate to much less than its size.
std::string dense_text(std::uint64_t seed, std::size_t size) {
    random_source random(seed);
    std::string text;
    while (text.size() < size)
        text += static_cast<char>(random.next() & 0xFFU);
    return text;
}

std::string text_of(const document_shelf& shelf, std::size_t slot) {
    const auto found = shelf.get(slot);
    return found ? found->text : "(none)";
}

TEST(document_shelf, gives_back_the_last_text) {
    document_shelf shelf(plenty);
    EXPECT_FALSE(shelf.get(3));
    shelf.put(3, at(1), "{\"a\": 1}", at(100));
    shelf.put(4, at(1), "{\"b\": 1}", at(100));
    shelf.put(3, at(1), "{\"a\": 2}", at(110));
    EXPECT_EQ(text_of(shelf, 3), "{\"a\": 2}");
    EXPECT_EQ(shelf.get(3)->observed, at(110));
    EXPECT_EQ(text_of(shelf, 4), "{\"b\": 1}");
    EXPECT_EQ(shelf.documents(), 2U);
}

TEST(document_shelf, remembers_when_a_text_came_first) {
    document_shelf shelf(plenty);
    shelf.put(0, at(1), "same", at(100));
    const auto bytes = shelf.bytes();
    shelf.put(0, at(1), "same", at(200));
    EXPECT_EQ(shelf.get(0)->observed, at(100));
    EXPECT_EQ(shelf.bytes(), bytes);
    EXPECT_EQ(shelf.documents(), 1U);
}

TEST(document_shelf, ignores_the_echo_of_an_older_job) {
    document_shelf shelf(plenty);
    shelf.put(0, at(50), "the newer job", at(100));
    shelf.put(0, at(49), "the older job", at(101));
    EXPECT_EQ(text_of(shelf, 0), "the newer job");
    shelf.put(0, at(51), "the newest job", at(102));
    EXPECT_EQ(text_of(shelf, 0), "the newest job");
}

TEST(document_shelf, the_oldest_go_when_the_bound_is_reached) {
    document_shelf shelf(3500);
    for (std::size_t slot = 0; slot < 3; ++slot)
        shelf.put(slot, at(1), dense_text(slot, 1000), at(100));
    EXPECT_EQ(shelf.dropped(), 0U);
    shelf.put(3, at(1), dense_text(3, 1000), at(101));
    EXPECT_EQ(shelf.documents(), 3U);
    EXPECT_EQ(shelf.dropped(), 1U);
    EXPECT_FALSE(shelf.get(0));
    EXPECT_EQ(text_of(shelf, 1), dense_text(1, 1000));
    EXPECT_LE(shelf.bytes(), shelf.bytes_max());
}

TEST(document_shelf, the_same_text_again_counts_as_news) {
    document_shelf shelf(3500);
    for (std::size_t slot = 0; slot < 3; ++slot)
        shelf.put(slot, at(1), dense_text(slot, 1000), at(100));
    shelf.put(0, at(1), dense_text(0, 1000), at(101));
    shelf.put(3, at(1), dense_text(3, 1000), at(102));
    EXPECT_TRUE(shelf.get(0));
    EXPECT_FALSE(shelf.get(1));
}

TEST(document_shelf, a_text_beyond_the_bound_is_not_kept) {
    document_shelf shelf(500);
    shelf.put(0, at(1), "small", at(100));
    shelf.put(1, at(1), dense_text(1, 1000), at(101));
    EXPECT_FALSE(shelf.get(1));
    EXPECT_EQ(shelf.dropped(), 1U);
    EXPECT_EQ(text_of(shelf, 0), "small");
    shelf.put(0, at(1), dense_text(2, 1000), at(102));
    EXPECT_FALSE(shelf.get(0));  // rather nothing than yesterday's text
    EXPECT_EQ(shelf.bytes(), 0U);
}

}  // namespace
}  // namespace trainwatch::app::document_shelf_test
