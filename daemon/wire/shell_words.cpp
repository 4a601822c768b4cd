#include "wire/shell_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace trainwatch::wire {
namespace {

failure refused(std::string detail) {
    failure why;
    why.kind = error_class::rejected;
    why.detail = std::move(detail);
    return why;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class command_line {
public:
    explicit command_line(std::string_view text) : rest_(text) {}

    result<std::vector<std::string>> split() {
        while (!rest_.empty()) {
            const char c = take();
            if (is_blank(c)) {
                if (auto wrong = end_word()) return *wrong;
                continue;
            }
            in_word_ = true;
            if (auto wrong = read(c)) return *wrong;
        }
        if (auto wrong = end_word()) return *wrong;
        return std::move(words_);
    }

private:
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::optional<failure> read(char c) {
        if (c == '\'') return quoted_literally();
        if (c == '"') return quoted();
        if (c != '\\') {
            word_ += c;
            return {};
        }
        if (rest_.empty()) return refused("a backslash at the end");
        is_plain_ = false;
        word_ += take();
        return {};
    }

    std::optional<failure> quoted_literally() {
        is_plain_ = false;
        const auto end = rest_.find('\'');
        if (end == std::string_view::npos) return refused("a ' without its end");
        word_ += rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return {};
    }

    std::optional<failure> quoted() {
        is_plain_ = false;
        while (!rest_.empty()) {
            const char c = take();
            if (c == '"') return {};
            // In double quotes a backslash protects itself and the quote, and is itself elsewhere.
            const bool protects =
                c == '\\' && !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\\');
            word_ += protects ? take() : c;
        }
        return refused("a \" without its end");
    }

    std::optional<failure> end_word() {
        static constexpr std::array<std::string_view, 8> operators{
            "|", "||", "&", "&&", ";", ">", ">>", "<"};
        if (!in_word_) return {};
        const bool is_operator =
            is_plain_ && std::find(operators.begin(), operators.end(), word_) != operators.end();
        if (is_operator) {
            return refused(
                "\"" + word_ + "\" is for a shell, and none runs: put the command into a script"
            );
        }
        words_.push_back(std::move(word_));
        word_.clear();
        in_word_ = false;
        is_plain_ = true;
        return {};
    }

    std::string_view rest_;
    std::vector<std::string> words_{};
    std::string word_{};
    bool in_word_ = false;
    bool is_plain_ = true;  // nothing of the word is quoted
};

}  // namespace

result<std::vector<std::string>> split_command(std::string_view text) {
    return command_line(text).split();
}

}  // namespace trainwatch::wire
