// For tests of decoders: what is done to a document on its way, and what must not come out of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/failure.hpp"

namespace trainwatch::wire {

// `secrets` are values of the document that no failure may repeat, nor the half of one.
inline void expect_no_secret(const failure& why, const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) {
        const auto half = secret.substr(0, secret.size() / 2);
        EXPECT_EQ(why.detail.find(half), std::string::npos) << why.detail;
        EXPECT_EQ(why.cure.find(half), std::string::npos) << why.cure;
        EXPECT_EQ(why.remote_code.find(half), std::string::npos) << why.remote_code;
    }
    EXPECT_FALSE(why.detail.empty());
    EXPECT_EQ(why.detail.find('\n'), std::string::npos) << why.detail;
}

// No part of the document from its start is a whole one. `read` is result<T>(std::string_view).
template <class Read>
void expect_truncations_fail(
    std::string_view document, const std::vector<std::string>& secrets, Read read
) {
    for (std::size_t size = 0; size < document.size(); ++size) {
        // A copy of that size: reading past its end is seen by the sanitizer.
        const std::vector<char> part(document.begin(), document.begin() + std::ptrdiff_t(size));
        const auto outcome = read(std::string_view(part.data(), part.size()));
        ASSERT_FALSE(outcome) << "cut after " << size << " bytes";
        expect_no_secret(outcome.error(), secrets);
    }
}

// Each byte of the document replaced by each of these, one at a time: whatever is made of it, it is
// made of it cleanly, and a failure is as silent about secrets as ever.
template <class Read>
void replay_with_wrong_bytes(
    std::string_view document, const std::vector<std::string>& secrets, Read read
) {
    constexpr std::string_view wrong("\0\"<>&\\{}[],:/\n\x7F\xFF", 17);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < document.size(); ++at) {
        for (const char byte : wrong) {
            std::string changed(document);
            changed[at] = byte;
            const auto outcome = read(std::string_view(changed));
            if (outcome) continue;
            ++refused;
            expect_no_secret(outcome.error(), secrets);
        }
    }
    EXPECT_GT(refused, document.size());
}

}  // namespace trainwatch::wire
