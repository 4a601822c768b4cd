#include "wire/ledger_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

#include "wire/ledger_json_members.hpp"
#include "wire/lossless_json.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::string_view profiler = "profiler";

// ---- to text

class writer {
public:
    explicit writer(std::string& out) : out_(out) { out_ += '{'; }
    ~writer() { out_ += '}'; }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    void operator()(std::string_view name, const std::string& text) {
        if (text.empty()) return;
        key(name);
        quote_lossless(out_, text);
    }
    void operator()(std::string_view name, const domain::open_secondary& status) {
        (*this)(name, status.text);
    }
    void operator()(std::string_view name, domain::rule_kind kind) {
        if (kind == domain::rule_kind::profiler) (*this)(name, std::string(profiler));
    }
    void operator()(std::string_view name, std::int64_t number) {
        key(name);
        out_ += std::to_string(number);
    }
    void operator()(std::string_view name, double number) {
        std::array<char, 32> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        const std::string text(digits.data(), end);
        if (!std::isfinite(number)) return (*this)(name, text);
        key(name);
        out_ += text;
    }
    void operator()(std::string_view name, wall_time at) { (*this)(name, unix_milliseconds(at)); }
    void operator()(std::string_view name, seconds length) {
        (*this)(name, std::int64_t{length.count()});
    }
    template <class T>
    void operator()(std::string_view name, const std::optional<T>& value) {
        if (value) (*this)(name, *value);
    }

private:
    void key(std::string_view name) {
        if (!std::exchange(first_, false)) out_ += ',';
        quote_lossless(out_, name);
        out_ += ':';
    }

    std::string& out_;
    bool first_ = true;
};

template <class T>
void append(std::string& out, const T& value) {
    writer io(out);
    members(io, value);
}

void append(std::string& out, std::uint64_t value) {
    out += std::to_string(value);
}

template <class T>
std::string text_of(const T& value) {
    std::string out;
    append(out, value);
    return out;
}

template <class T>
std::string text_of(const std::vector<T>& values) {
    std::string out = "[";
    for (const auto& value : values) {
        if (out.size() > 1) out += ',';
        append(out, value);
    }
    return out + "]";
}

// ---- from text

using kind = lossless_value::kind;

bool read_scalar(const lossless_value& from, std::string& into) {
    into = from.scalar;
    return from.is == kind::text;
}

template <class Integer>
requires std::is_integral_v<Integer>
bool read_scalar(const lossless_value& from, Integer& into) {
    const auto& text = from.scalar;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, into);
    return from.is == kind::number && error == std::errc() && stopped == end;
}

bool read_scalar(const lossless_value& from, double& into) {
    const auto& text = from.scalar;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, into);
    return error == std::errc() && stopped == end;
}

bool read_scalar(const lossless_value& from, wall_time& into) {
    std::int64_t number = 0;
    const bool ok = read_scalar(from, number);
    into = from_unix_milliseconds(number);
    return ok;
}

bool read_scalar(const lossless_value& from, seconds& into) {
    std::int64_t number = 0;
    const bool ok = read_scalar(from, number);
    into = seconds(number);
    return ok;
}

bool read_scalar(const lossless_value& from, domain::open_secondary& into) {
    into = domain::parse_secondary(from.scalar);
    return from.is == kind::text;
}

bool read_scalar(const lossless_value& from, domain::rule_kind& into) {
    const bool is_profiler = from.scalar == profiler;
    into = is_profiler ? domain::rule_kind::profiler : domain::rule_kind::debugger;
    return from.is == kind::text;
}

template <class T>
bool read_scalar(const lossless_value& from, std::optional<T>& into) {
    return read_scalar(from, into.emplace());
}

class filler {
public:
    explicit filler(const lossless_value& from) : from_(from) {}

    template <class T>
    void operator()(std::string_view name, T& into) {
        for (const auto& [member, value] : from_.items) {
            if (member == name) ok_ = read_scalar(value, into) && ok_;
        }
    }
    bool ok() const { return ok_; }

private:
    const lossless_value& from_;
    bool ok_ = true;
};

template <class T>
bool fill(const lossless_value& from, T& into) {
    filler io(from);
    members(io, into);
    return from.is == kind::object && io.ok();
}

bool fill(const lossless_value& from, std::uint64_t& into) {
    return read_scalar(from, into);
}

template <class T>
bool read(std::string_view text, T& into) {
    const auto value = read_lossless(text);
    into = {};
    return value && fill(*value, into);
}

template <class T>
bool read(std::string_view text, std::vector<T>& into) {
    const auto list = read_lossless(text);
    into.clear();
    if (!list || list->is != kind::array) return false;
    bool ok = true;
    for (const auto& item : list->items)
        ok = fill(item.second, into.emplace_back()) && ok;
    return ok;
}

}  // namespace

std::string ledger_json(const domain::label_map& value) {
    std::string out = "{";
    for (const auto& [name, text] : value) {
        if (out.size() > 1) out += ',';
        quote_lossless(out, name);
        out += ':';
        quote_lossless(out, text);
    }
    return out + "}";
}

std::string ledger_json(const std::vector<domain::transition>& value) {
    return text_of(value);
}
std::string ledger_json(const std::vector<domain::instance_group>& value) {
    return text_of(value);
}
std::string ledger_json(const std::vector<domain::final_metric>& value) {
    return text_of(value);
}
std::string ledger_json(const std::vector<domain::rule_evaluation>& value) {
    return text_of(value);
}
std::string ledger_json(const std::vector<domain::unknown_value>& value) {
    return text_of(value);
}
std::string ledger_json(const std::vector<std::uint64_t>& value) {
    return text_of(value);
}
std::string ledger_json(const domain::warm_pool& value) {
    return text_of(value);
}
std::string ledger_json(const domain::training_progress& value) {
    return text_of(value);
}
std::string ledger_json(const told_identity& value) {
    return text_of(value);
}

bool read_ledger_json(std::string_view text, domain::label_map& into) {
    auto value = read_lossless(text);
    into.clear();
    if (!value || value->is != kind::object) return false;
    for (auto& [name, item] : value->items) {
        if (item.is != kind::text) return false;
        into.insert_or_assign(std::move(name), std::move(item.scalar));
    }
    return true;
}

bool read_ledger_json(std::string_view text, std::vector<domain::transition>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, std::vector<domain::instance_group>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, std::vector<domain::final_metric>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, std::vector<domain::rule_evaluation>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, std::vector<domain::unknown_value>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, std::vector<std::uint64_t>& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, domain::warm_pool& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, domain::training_progress& into) {
    return read(text, into);
}
bool read_ledger_json(std::string_view text, told_identity& into) {
    return read(text, into);
}

}  // namespace trainwatch::wire
