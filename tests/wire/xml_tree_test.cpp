#include "wire/xml_tree.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace trainwatch::wire::xml_tree_test {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    while (times-- > 0)
        all += text;
    return all;
}

TEST(xml_tree, has_names_texts_and_children) {
    const auto root = read_xml("<a><b> x </b>\n<c><d>y</d></c><b>z</b></a>\n");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "a");
    EXPECT_EQ(root->text, "");
    EXPECT_EQ(root->children.size(), 3U);
    EXPECT_EQ(root->text_of("b"), "x");
    EXPECT_EQ(root->child("c")->text_of("d"), "y");
    EXPECT_EQ(root->child("e"), nullptr);
    EXPECT_EQ(root->text_of("e"), "");
}

TEST(xml_tree, knows_no_prefixes_attributes_and_comments) {
    const auto plain = read_xml("<a><b>x</b></a>");
    for (const char* text : {
             "<?xml version='1.0' encoding='utf-8'?><a><b>x</b></a>",
             "<s:a xmlns:s='urn:s'><s:b>x</s:b></s:a>",
             "<a xmlns=\"urn:a\" n='<'><!-- <b>no</b> --><b m=\"1\">x</b></a>",
             "<!DOCTYPE a><a><b>x</b></a>",
             "\xEF\xBB\xBF<a><b>x</b></a>",
         }) {
        EXPECT_EQ(read_xml(text), plain) << text;
    }
}

TEST(xml_tree, resolves_the_five_entities_and_character_numbers) {
    EXPECT_EQ(read_xml("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>")->text, "<>&\"'AB");
    EXPECT_EQ(read_xml("<a><![CDATA[<b>&amp;</b>]]></a>")->text, "<b>&amp;</b>");
}

TEST(xml_tree, never_expands_an_entity_of_the_document) {
    const auto bomb = read_xml(
        "<!DOCTYPE a [<!ENTITY x \"12345678\"><!ENTITY y \"&x;&x;\">"
        "<!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&y;&f;</a>"
    );
    ASSERT_TRUE(bomb);
    EXPECT_EQ(bomb->text, "&y;&f;");
}

TEST(xml_tree, of_something_else_is_none) {
    for (const char* text :
         {"", " ", "x", "{}", "<", "<a", "<a>", "<a><b></a", "<a/><b/>", "<a>&#x110000;</a>"}) {
        EXPECT_FALSE(read_xml(text)) << text;
    }
    EXPECT_FALSE(read_xml(std::string_view("<a>\0</a>", 8)));
}

TEST(xml_tree, is_bounded_in_tags_and_bytes) {
    const std::size_t deep = limits::xml_tags_max / 2;
    EXPECT_TRUE(read_xml(repeated("<a>", deep) + repeated("</a>", deep)));
    EXPECT_FALSE(read_xml(repeated("<a>", deep + 1) + repeated("</a>", deep + 1)));
    EXPECT_FALSE(read_xml(repeated("<a b='/>'>", 5'000)));
    const std::size_t room = limits::credential_document_bytes_max - 7;
    EXPECT_TRUE(read_xml("<a>" + std::string(room, 'x') + "</a>"));
    EXPECT_FALSE(read_xml("<a>" + std::string(room + 1, 'x') + "</a>"));
}

}  // namespace
}  // namespace trainwatch::wire::xml_tree_test
