#include "wire/training_job_tags.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/hostile_input.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::training_job_tags_test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

domain::label_map read(std::string_view body) {
    const auto read = decode_list_tags(body);
    EXPECT_TRUE(read) << body;
    return read ? *read : domain::label_map{{"not", "read"}};
}

TEST(tags_answer, has_values_by_key) {
    EXPECT_THAT(
        read(R"({"Tags":[{"Key":"team","Value":"vision"},{"Key":"a:b","Value":""}]})"),
        ElementsAre(Pair("a:b", ""), Pair("team", "vision"))
    );
    EXPECT_THAT(
        read(R"({"Tags":[{"Key":"caf\u00e9","Value":"\"q\""}]})"),
        ElementsAre(Pair("caf\xC3\xA9", "\"q\""))
    );
}

TEST(tags_answer, of_a_job_without_tags_has_none) {
    EXPECT_THAT(read(R"({"Tags":[]})"), IsEmpty());
    EXPECT_THAT(read(R"({"Tags":null})"), IsEmpty());
    EXPECT_THAT(read(R"({})"), IsEmpty());
}

TEST(tags_answer, leaves_out_a_tag_without_key_and_what_is_none) {
    EXPECT_THAT(
        read(R"({"Tags":[null,1,"a",[],{},{"Value":"v"},{"Key":"","Value":"v"},
            {"Key":"k","Value":null},{"Key":"n","Value":5},{"Key":"t","Value":"v","New":[{}]}],
            "NextToken":"n"})"),
        ElementsAre(Pair("k", ""), Pair("n", ""), Pair("t", "v"))
    );
}

TEST(tags_answer, that_is_no_object_is_malformed) {
    for (const auto* body : {"", "null", "[]", "\"Tags\"", "<html>", R"({"Tags":[})"}) {
        const auto read = decode_list_tags(body);
        ASSERT_FALSE(read) << body;
        EXPECT_EQ(read.error().kind, error_class::malformed) << body;
    }
    EXPECT_FALSE(decode_list_tags(std::string(2U << 20U, ' ')));
}

TEST(tags_answer, fails_on_every_truncation) {
    expect_truncations_fail(
        R"({"Tags":[{"Key":"team","Value":"vi\u00e9"}],"NextToken":"n"})", {}, decode_list_tags
    );
}

TEST(tags_answer, of_a_job_that_is_gone_is_not_found) {
    const auto gone = read_list_tags(
        {.status = 400,
         .body = R"({"__type":"ValidationException","message":"Requested resource not found."})"}
    );
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, error_class::not_found);
}

TEST(tags_answer, of_the_corpus_is_read) {
    const fs::path file = TRAINWATCH_SHARED_DIR "/corpus/composed/lists/05-list-tags.json";
    if (!fs::exists(file)) GTEST_SKIP() << "the corpus is not here: " << file;
    EXPECT_THAT(
        read(read_file(file.string())),
        ElementsAre(Pair("team", "ml-platform"), Pair("trainwatchd:watch", "true"))
    );
}

TEST(tags_request, names_the_job_by_its_arn) {
    const http_request expected{
        .method = "POST",
        .target = "/",
        .headers =
            {{"Host", "h"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "SageMaker.ListTags"}},
        .body = R"({"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/a",)"
                R"("MaxResults":100})"};
    EXPECT_EQ(
        encode_list_tags("h", "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a"), expected
    );
}

}  // namespace
}  // namespace trainwatch::wire::training_job_tags_test
