#include "wire/aws_document.hpp"

#include <cstddef>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "wire/json_repair.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

// As deep as the decoder of the answer goes.
json::parse_options reading() {
    json::parse_options options;
    options.max_depth = 64;
    return options;
}

bool is_object(const std::string& text) {
    json::error_code error;
    const auto value = json::parse(text, error, {}, reading());
    return !error && value.is_object();
}

// `quoted` is a string of JSON, quotes and escapes included.
bool holds_secrets(std::string_view quoted) {
    json::error_code error;
    const auto key = json::parse(json::string_view(quoted.data(), quoted.size()), error);
    if (error || !key.is_string()) return true;
    const std::string_view name(key.get_string().data(), key.get_string().size());
    // AWS writes both in one way only. Another case would be another member: still not shown.
    return equal_ignoring_case(name, "HyperParameters") || equal_ignoring_case(name, "Environment");
}

// Walks over text that a parser has found right, and copies what may be shown. Where it does not
// find what it expects it stops: better no document than a secret.
class redactor {
public:
    explicit redactor(std::string_view text) : text_(text) {}

    std::optional<std::string> run() {
        blanks();
        if (!copy_value()) return std::nullopt;
        at_ = text_.size();
        flush();
        return std::move(out_);
    }

private:
    char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void blanks() {
        while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r')
            ++at_;
    }

    bool skip(char expected) {
        if (here() != expected) return false;
        ++at_;
        return true;
    }

    bool skip_string() {
        if (!skip('"')) return false;
        while (at_ < text_.size() && text_[at_] != '"')
            at_ += text_[at_] == '\\' ? 2 : 1;
        return skip('"');
    }

    // A number, true, false or null.
    bool skip_word() {
        const auto end = text_.find_first_of(",]} \t\r\n", at_);
        if (end == std::string_view::npos || end == at_) return false;
        at_ = end;
        return true;
    }

    // A value of any kind. Brackets of both kinds are counted together: the text is right.
    bool skip_value() {
        std::size_t depth = 0;
        do {
            blanks();
            const char first = here();
            if (first == '{' || first == '[') {
                ++depth;
                ++at_;
            } else if (first == '}' || first == ']') {
                if (depth == 0) return false;
                --depth;
                ++at_;
            } else if (first == ',' || first == ':') {
                if (depth == 0) return false;
                ++at_;
            } else if (!(first == '"' ? skip_string() : skip_word())) {
                return false;
            }
        } while (depth > 0);
        return true;
    }

    // Calls `take_value` with each key; it stands before the value then.
    template <class TakeValue>
    bool object(TakeValue take_value) {
        if (!skip('{')) return false;
        blanks();
        if (skip('}')) return true;
        do {
            blanks();
            const auto begin = at_;
            if (!skip_string()) return false;
            const auto key = text_.substr(begin, at_ - begin);
            blanks();
            if (!skip(':')) return false;
            blanks();
            if (!take_value(key)) return false;
            blanks();
        } while (skip(','));
        return skip('}');
    }

    // Looks into every object: a member of tomorrow may hold one of these two as well. As deep as
    // the parser went, which is bounded.
    bool copy_value() {
        if (here() == '[') return copy_list();
        if (here() != '{') return skip_value();
        return object([this](std::string_view key) {
            return holds_secrets(key) ? redact_value() : copy_value();
        });
    }

    bool copy_list() {
        if (!skip('[')) return false;
        blanks();
        if (skip(']')) return true;
        do {
            blanks();
            if (!copy_value()) return false;
            blanks();
        } while (skip(','));
        return skip(']');
    }

    bool drop_value() {
        flush();
        if (!skip_value()) return false;
        out_ += "null";
        copied_ = at_;
        return true;
    }

    bool redact_value() {
        if (here() != '{') return drop_value();
        return object([this](std::string_view) { return drop_value(); });
    }

    // Everything since the last value that was dropped is shown.
    void flush() {
        out_ += text_.substr(copied_, at_ - copied_);
        copied_ = at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t copied_ = 0;
    std::string out_{};
};

}  // namespace

std::optional<std::string> whole_document(std::string_view document) {
    auto text = repair_json_text(document);
    if (!is_object(text)) return std::nullopt;
    return text;
}

std::optional<std::string> without_parameter_values(std::string_view document) {
    const auto text = whole_document(document);
    if (!text) return std::nullopt;
    return redactor(*text).run();
}

}  // namespace trainwatch::wire
