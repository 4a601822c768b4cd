// poll.sign: canonical request, string to sign and signature of a describe, with the signing key
// cached, against one plain SHA-256 pass over the same three texts.
#include <array>

#include <openssl/evp.h>

#include "tests/bench/figure.hpp"
#include "tests/bench/sample.hpp"
#include "wire/sagemaker.hpp"
#include "wire/sigv4.hpp"

using namespace trainwatch;

namespace {

void sha256(const EVP_MD* algorithm, EVP_MD_CTX* context, std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned int length = 0;
    EVP_DigestInit_ex2(context, algorithm, nullptr);
    EVP_DigestUpdate(context, text.data(), text.size());
    EVP_DigestFinal_ex(context, digest.data(), &length);
    bench::keep(digest);
}

}  // namespace

int main() {
    const wire::aws_credentials keys{
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/EXAMPLEKEY", ""};
    const wire::signing_scope scope{"eu-west-1", "sagemaker"};
    const wall_time now = from_unix_milliseconds(1'763'890'000'000);
    const auto bare = wire::encode_describe_training_job(
        "api.sagemaker.eu-west-1.amazonaws.com", bench::sample_job
    );
    wire::signing_key_cache cache;

    auto with_date = bare;
    with_date.headers.emplace_back("X-Amz-Date", iso8601_basic(now));
    const auto canonical = wire::canonical_request(with_date);
    const auto to_sign = wire::string_to_sign(canonical, now, scope);

    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const auto seen = bench::compare(
        20'000,
        [&] {
            auto request = bare;
            wire::sign(request, now, keys, scope, cache);
            bench::keep(request);
        },
        [&] {
            sha256(algorithm, context, bare.body);
            sha256(algorithm, context, canonical);
            sha256(algorithm, context, to_sign);
        }
    );
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
    bench::print_figure("poll.sign", seen, "evp_sha256_of_the_same_texts", 6.0);
    return 0;
}
