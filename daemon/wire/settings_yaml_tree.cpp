#include "wire/settings_yaml_tree.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

yaml_place place_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1};
}

// Turns events into nodes. Nodes under construction stand on a stack; a finished one is handed to
// the one below it.
class tree_builder : public YAML::EventHandler {
public:
    yaml_node take() { return std::move(root_); }
    const YAML::Mark& last_scalar() const { return last_scalar_; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        yaml_node node = make(yaml_kind::null, mark, "?", anchor);
        // yaml-cpp places a missing value at whatever follows it; its key is what a person seeks.
        if (!open_.empty() && open_.back().keys.size() > open_.back().items.size()) {
            node.place = open_.back().keys.back().place;
        }
        close(std::move(node));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        yaml_node node = make(yaml_kind::null, mark, "?", 0);
        node.unsupported = "an alias (*name)";
        close(std::move(node));
    }
    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override {
        yaml_node node = make(yaml_kind::scalar, mark, tag, anchor);
        node.text = value;
        node.quoted = tag == "!";
        last_scalar_ = mark;
        close(std::move(node));
    }
    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open(make(yaml_kind::sequence, mark, tag, anchor), mark);
    }
    void OnSequenceEnd() override { close_top(); }
    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open(make(yaml_kind::mapping, mark, tag, anchor), mark);
    }
    void OnMapEnd() override { close_top(); }

private:
    static yaml_node make(
        yaml_kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor
    ) {
        yaml_node node;
        node.kind = kind;
        node.place = place_of(mark);
        if (anchor != 0) node.unsupported = "an anchor (&name)";
        if (!tag.empty() && tag != "?" && tag != "!") node.unsupported = "a tag (!name)";
        return node;
    }

    void open(yaml_node node, const YAML::Mark& mark) {
        if (open_.size() >= limits::settings_depth_max) {
            throw YAML::ParserException(mark, "nested too deeply");
        }
        open_.push_back(std::move(node));
    }

    void close_top() {
        CHECK(!open_.empty());
        yaml_node node = std::move(open_.back());
        open_.pop_back();
        close(std::move(node));
    }

    void close(yaml_node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        yaml_node& parent = open_.back();
        const bool is_key =
            parent.kind == yaml_kind::mapping && parent.keys.size() == parent.items.size();
        (is_key ? parent.keys : parent.items).push_back(std::move(node));
    }

    yaml_node root_{};
    std::vector<yaml_node> open_{};
    YAML::Mark last_scalar_{};
};

// yaml-cpp takes a quote that is never closed for a text that goes on to the end of the file, and
// silently loses whatever follows. It can only be the last scalar.
bool is_open_quote(std::string_view text, const YAML::Mark& mark) {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text.size()) return false;
    text.remove_prefix(static_cast<std::size_t>(mark.pos));
    const char quote = text.front();
    if (quote != '"' && quote != '\'') return false;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            // In single quotes, two of them stand for one.
            const bool doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == quote;
            if (!doubled) return false;
            ++at;
        }
    }
    return true;
}

// yaml-cpp's words for the everyday mistakes, in the words of somebody who made one.
std::string explain(const std::string& message) {
    struct translation {
        std::string_view from;
        std::string_view to;
    };
    static constexpr std::array<translation, 10> translations{{
        {"illegal map value",
         "\": \" is not allowed here; quote the text or check the indentation"},
        {"end of map not found",
         "expected \"key: value\" here; check the indentation and the colon"},
        {"end of sequence not found", "expected \"- item\" here; check the indentation"},
        {"end of map flow not found", "the \"{\" has no \"}\""},
        {"end of sequence flow not found", "the \"[\" has no \"]\""},
        {"illegal flow end", "this bracket closes nothing"},
        {"unknown token", "a text that starts with this character needs quotes"},
        {"illegal EOF in scalar", "the quote is never closed"},
        {"alias not found after *", "a text that begins with * needs quotes, as in \"*\""},
        {"the referenced anchor is not defined",
         "a text that begins with * needs quotes, as in \"*-nightly\""},
    }};
    for (const auto& [from, to] : translations) {
        if (message == from) return "not valid YAML: " + std::string(to);
    }
    return "not valid YAML: " + message;
}

// What YAML forbids or people never mean, found before yaml-cpp sees it: it reads on past NUL
// bytes and has obscure words for tabs.
std::optional<yaml_problem> problem_of_text(std::string_view text) {
    if (text.size() > limits::settings_bytes_max) {
        return yaml_problem{
            {},
            "the file has more than " + std::to_string(limits::settings_bytes_max >> 20U) + " MiB"};
    }
    yaml_place place{1, 1};
    bool indentation = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            place = {place.line + 1, 1};
            indentation = true;
            continue;
        }
        if ((byte < 0x20 && c != '\t' && c != '\r') || byte == 0x7F) {
            const std::array<unsigned char, 1> bytes{byte};
            return yaml_problem{place, "a control character (0x" + hex(bytes) + ") in the text"};
        }
        if (c == '\t' && indentation) {
            const auto next = text.find_first_not_of(" \t\r", at);
            const bool blank =
                next == std::string_view::npos || text[next] == '\n' || text[next] == '#';
            if (!blank) return yaml_problem{place, "a tab in the indentation: YAML takes spaces"};
        }
        indentation = indentation && (c == ' ' || c == '\t');
        // Columns count bytes, as yaml-cpp and compilers count them.
        ++place.column;
    }
    return std::nullopt;
}

std::optional<yaml_problem> problem_of_encoding(std::string_view text) {
    int line = 1;
    while (!text.empty()) {
        const auto piece = text.substr(0, text.find('\n'));
        const auto valid = valid_utf8(piece);
        if (valid != piece) {
            const auto [bad, _] =
                std::mismatch(piece.begin(), piece.end(), valid.begin(), valid.end());
            const auto column = static_cast<int>(bad - piece.begin()) + 1;
            return yaml_problem{{line, column}, "not UTF-8 text"};
        }
        if (piece.size() == text.size()) break;
        text.remove_prefix(piece.size() + 1);
        ++line;
    }
    return std::nullopt;
}

}  // namespace

std::variant<yaml_node, yaml_problem> read_yaml(std::string_view text) {
    if (auto problem = problem_of_text(text)) return *std::move(problem);
    if (auto problem = problem_of_encoding(text)) return *std::move(problem);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    try {
        std::istringstream in{std::string(text)};
        YAML::Parser parser(in);
        tree_builder first;
        if (!parser.HandleNextDocument(first)) return yaml_node{};
        if (is_open_quote(text, first.last_scalar())) {
            return yaml_problem{
                place_of(first.last_scalar()), explain(YAML::ErrorMsg::EOF_IN_SCALAR)};
        }
        tree_builder second;
        if (parser.HandleNextDocument(second)) {
            return yaml_problem{
                second.take().place,
                "a second document (\"---\"): a configuration is one document"};
        }
        return first.take();
    } catch (const YAML::Exception& error) {
        if (error.mark.is_null()) return yaml_problem{{}, explain(error.msg)};
        return yaml_problem{place_of(error.mark), explain(error.msg)};
    } catch (const std::exception& error) {
        return yaml_problem{{}, explain(error.what())};
    }
}

}  // namespace trainwatch::wire
