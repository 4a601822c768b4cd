// The normal form of a reason, and its name. A scanner of our own and not a list of regular
// expressions: the result is kept in ledgers and must not change with the version of a library.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "core/failure_reason.hpp"

namespace trainwatch::core {
namespace {

constexpr char escape = '\x1b';

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
    return is_digit(c) || is_letter(c);
}
bool is_blank(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
}
bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}
bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

template <class Predicate>
std::size_t length_while(std::string_view text, Predicate holds) {
    const auto end = std::find_if_not(text.begin(), text.end(), holds);
    return static_cast<std::size_t>(end - text.begin());
}

// ESC [ … letter, or ESC and one more. Without its end, as far as it looks like one.
std::size_t escape_length(std::string_view text) {
    if (text.size() < 2 || text[1] != '[') return std::min<std::size_t>(text.size(), 2);
    const auto inner = length_while(text.substr(2), [](char c) { return c >= 0x20 && c <= 0x3F; });
    return std::min(text.size(), inner + 3);
}

// U+2580 to U+259F, of which progress bars are made.
bool starts_with_block(std::string_view text) {
    return text.size() >= 3 && text.starts_with("\xE2\x96") &&
        static_cast<unsigned char>(text[2]) >= 0x80 && static_cast<unsigned char>(text[2]) <= 0x9F;
}

// 'name' or "name": one word in quotes. What has blanks in it is the message itself.
std::size_t quoted_name_length(std::string_view text) {
    constexpr std::size_t longest = 128;
    const char quote = text.front();
    for (std::size_t i = 1; i < std::min(text.size(), longest + 2); ++i) {
        if (text[i] == quote) return i == 1 ? 0 : i + 1;
        if (is_blank(text[i])) return 0;
    }
    return 0;
}

// 8-4-4-4-12 hexadecimal digits.
std::size_t uuid_length(std::string_view text) {
    std::size_t at = 0;
    for (const std::size_t digits : {8U, 4U, 4U, 4U, 12U}) {
        if (at > 0 && (at >= text.size() || text[at++] != '-')) return 0;
        if (length_while(text.substr(at), is_hex) < digits) return 0;
        at += digits;
    }
    return at;
}

// "GiB", "MB", "B" and the like, as a word.
std::size_t unit_length(std::string_view text) {
    std::size_t at = 0;
    if (at < text.size() && is_one_of(text[at], "KMGTkmgt")) ++at;
    if (at > 0 && at < text.size() && text[at] == 'i') ++at;
    if (at >= text.size() || text[at] != 'B') return 0;
    ++at;
    return at < text.size() && is_alphanumeric(text[at]) ? 0 : at;
}

// api.example.com, host:8080: dotted labels that end in what hosts end in, and Python modules do
// not.
bool is_host(std::string_view word) {
    static constexpr std::array<std::string_view, 7> endings{
        ".com", ".net", ".org", ".cn", ".aws", ".internal", ".local"};
    while (word.ends_with('.'))
        word.remove_suffix(1);
    const auto name = word.substr(0, length_while(word, [](char c) {
                                      return is_alphanumeric(c) || c == '-' || c == '.';
                                  }));
    if (name.size() < word.size() && !is_one_of(word[name.size()], ":/")) return false;
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
        return name.size() > ending.size() && name.ends_with(ending);
    });
}

// Reads from the front, writes words with one blank between them.
class normaliser {
public:
    explicit normaliser(std::string_view text) : rest_(text) {}

    std::string run() {
        while (!rest_.empty() && out_.size() < limits::normalised_reason_bytes_max)
            step();
        return valid_utf8(out_, limits::normalised_reason_bytes_max);
    }

private:
    void step() {
        const char c = rest_.front();
        if (c == escape) {
            rest_.remove_prefix(escape_length(rest_));
        } else if (is_blank(c) || starts_with_block(rest_)) {
            blank_ = true;
            skip(is_blank(c) ? 1 : 3);
        } else if (is_quote(c) && !after_word_ && quoted_name_length(rest_) > 0) {
            put("<name>");
            skip(quoted_name_length(rest_));
        } else if (is_quote(c) || is_one_of(c, delimiters)) {
            put(rest_.substr(0, 1));
            skip(1);
        } else {
            word();
        }
    }

    void word() {
        const auto whole = rest_.substr(0, length_while(rest_, [](char c) {
                                            return !is_blank(c) && c != escape && !is_quote(c) &&
                                                !is_one_of(c, delimiters);
                                        }));
        const auto address = address_in(whole);
        if (address.name.empty()) {
            plain(whole.size());
            return;
        }
        plain(address.at);
        put(address.name);
        // An address goes on where a word would end: s3://bucket/day=1/x.
        skip(length_while(rest_, [](char c) {
            return !is_blank(c) && c != escape && !is_quote(c) && !is_one_of(c, ")]}<>|;,");
        }));
    }

    struct found_address {
        std::size_t at = 0;
        std::string_view name{};
    };

    // Where a URI, an ARN, a path or a host begins in the word; "failed:/opt/ml/x" has one too.
    static found_address address_in(std::string_view word) {
        if (const auto scheme_end = word.find("://"); scheme_end != std::string_view::npos) {
            auto at = scheme_end;
            while (at > 0 && is_alphanumeric(word[at - 1]))
                --at;
            return {at, "<uri>"};
        }
        for (std::size_t at = 0; at < word.size(); ++at) {
            if (at > 0 && is_alphanumeric(word[at - 1])) continue;
            const auto rest = word.substr(at);
            if (rest.starts_with("arn:aws")) return {at, "<arn>"};
            if (is_path(rest)) return {at, "<path>"};
        }
        return is_host(word) ? found_address{0, "<host>"} : found_address{};
    }

    // /x, ./x, ../x, ~/x and C:\x.
    static bool is_path(std::string_view word) {
        const auto is_part = [](char c) { return is_alphanumeric(c) || c == '_' || c == '.'; };
        if (word.size() > 2 && is_letter(word[0]) && word[1] == ':' && word[2] == '\\') return true;
        const auto dots = length_while(word.substr(0, 3), [](char c) { return c == '.'; });
        const auto slash = word.starts_with("~/") ? 1 : dots;
        return slash <= 2 && slash + 1 < word.size() && word[slash] == '/' &&
            is_part(word[slash + 1]);
    }

    // `size` bytes that are no address: letters stay, digits and hashes do not.
    void plain(std::size_t size) {
        const auto stop = rest_.size() - size;
        while (rest_.size() > stop) {
            const auto length = std::min(length_while(rest_, is_alphanumeric), rest_.size() - stop);
            if (length > 0) {
                run_of(rest_.substr(0, length));
            } else {
                put(rest_.substr(0, 1));
                skip(1);
            }
        }
    }

    // Letters and digits without anything between them.
    void run_of(std::string_view run) {
        const bool all_hex = std::all_of(run.begin(), run.end(), is_hex);
        const bool has_digit = std::any_of(run.begin(), run.end(), is_digit);
        if (const auto uuid = uuid_length(rest_); uuid > 0) {
            put("#");
            skip(uuid);
        } else if ((all_hex && has_digit && run.size() >= 8 && !all_digits(run)) || (run.size() > 2 && run.starts_with("0x"))) {
            put("#");
            skip(run.size());
        } else if (is_digit(run.front())) {
            number();
        } else {
            const auto letters = length_while(run, is_letter);
            put(run.substr(0, letters));
            skip(letters);
        }
    }

    static bool all_digits(std::string_view run) {
        return std::all_of(run.begin(), run.end(), is_digit);
    }

    // 12, 1.5, 10.0.0.1, with its unit of bytes.
    void number() {
        auto length = length_while(rest_, is_digit);
        while (length + 1 < rest_.size() && rest_[length] == '.' && is_digit(rest_[length + 1])) {
            length += 1 + length_while(rest_.substr(length + 1), is_digit);
        }
        const auto digits = rest_.substr(0, length);
        if (is_exit_code() || is_http_status(digits)) {
            put(digits);
            skip(length);
            return;
        }
        put("#");
        skip(length);
        const std::size_t gap = !rest_.empty() && rest_.front() == ' ' ? 1 : 0;
        if (const auto unit = unit_length(rest_.substr(gap)); unit > 0) skip(gap + unit);
    }

    // "Exit Code: 139", "ExitCode 1", "exitcode : -9": of two failures with nothing else to say,
    // this is the difference.
    bool is_exit_code() const {
        auto before = std::string_view(out_);
        while (!before.empty() && is_one_of(before.back(), " :=-"))
            before.remove_suffix(1);
        const auto word =
            lower(before.substr(before.size() - std::min<std::size_t>(before.size(), 9)));
        return word.ends_with("exit code") || word.ends_with("exitcode") ||
            word.ends_with("exit_code");
    }

    // "(403)" and "(404)" are different failures.
    bool is_http_status(std::string_view digits) const {
        return digits.size() == 3 && (digits[0] == '4' || digits[0] == '5') && !blank_ &&
            out_.ends_with('(') && rest_.size() > 3 && rest_[3] == ')';
    }

    void put(std::string_view text) {
        if (blank_ && !out_.empty()) out_ += ' ';
        blank_ = false;
        out_ += text;
    }

    void skip(std::size_t length) {
        after_word_ = length > 0 && is_alphanumeric(rest_[length - 1]);
        rest_.remove_prefix(length);
    }

    static constexpr std::string_view delimiters = "()[]{}<>,;|=";

    std::string_view rest_;
    std::string out_{};
    bool blank_ = false;       // to be written before whatever comes next
    bool after_word_ = false;  // an apostrophe, then, and no quote
};

}  // namespace

std::string without_escapes(std::string_view reason) {
    std::string text;
    while (!reason.empty()) {
        if (reason.front() == escape) {
            reason.remove_prefix(escape_length(reason));
        } else {
            text += reason.front();
            reason.remove_prefix(1);
        }
    }
    return text;
}

std::string normalised_reason(std::string_view reason) {
    return normaliser(reason.substr(0, limits::failure_reason_bytes_max)).run();
}

std::string failure_fingerprint(std::string_view reason) {
    const auto text = normalised_reason(reason);
    if (text.empty()) return {};
    auto hash = fnv1a(text);
    std::array<unsigned char, 8> bytes{};
    for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, hash >>= 8U) {
        *at = static_cast<unsigned char>(hash & 0xFFU);
    }
    return hex(bytes);
}

}  // namespace trainwatch::core
