// SQLite as this program uses it: a connection, statements that are bound and read front to back,
// and a checksum of each row. Without sqlite3.h, which only the store's .cpp files know.
//
// Trouble is sticky: the first one is kept in the connection, and what follows does nothing. Ask
// once, at the end. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace trainwatch::io {

// What SQLite refused, and why.
struct store_trouble {
    int code = 0;          // SQLite's extended result code; 0: a finding of ours
    int system_code = 0;   // errno, where there was one
    std::string text{};    // one line for people
    bool damaged = false;  // the file's content is wrong: no waiting and no space mends it

    bool is_busy() const;
    bool is_disk_full() const;
    bool is_read_only() const;
};

enum class store_access {
    existing,   // read and write, the file is there
    fresh,      // read and write, the file is made
    read_only,  // locks as a reader does
    immutable,  // no locks at all: nobody writes, or nobody can
};

class store_sqlite {
public:
    store_sqlite() = default;
    ~store_sqlite();
    store_sqlite(const store_sqlite&) = delete;
    store_sqlite& operator=(const store_sqlite&) = delete;

    bool open(const std::string& path, store_access access, milliseconds busy);
    void wait_for_others(milliseconds busy);
    // Everything of `sql`, which returns no rows or whose rows do not matter.
    bool execute(const std::string& sql);
    // The first value of the first row; 0 when there is none.
    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);

    bool ok() const { return !trouble_; }
    const std::optional<store_trouble>& trouble() const { return trouble_; }
    // The content is not what was written: found by the reader of a row.
    void report_damage(std::string text);
    // What failed was a statement of ours, not the file: a table that a new release cannot add.
    void blame_the_statement();
    // Closing does not copy the log into the file, nor remove it.
    void leave_log();
    // Forgets the trouble, undoes the transaction.
    void roll_back();
    std::int64_t last_row_id() const;

private:
    friend class store_statement;
    void report(int code);

    sqlite3* handle_ = nullptr;
    std::optional<store_trouble> trouble_{};
};

// 32 bits over a row's values as they are stored: whatever single bit changes, it differs.
class row_checksum {
public:
    void add(std::int64_t value) { mix(1, static_cast<std::uint64_t>(value)); }
    void add_null() { mix(2, 0); }
    void add(double value);
    void add(std::string_view text);
    std::int64_t value() const {
        return static_cast<std::int64_t>((hash_ ^ (hash_ >> 32U)) & 0x7fff'ffffU);
    }
    void reset() { hash_ = start; }

private:
    static constexpr std::uint64_t start = 0x9e37'79b9'7f4a'7c15;
    void mix(std::uint64_t kind, std::uint64_t word) {
        hash_ = (hash_ ^ word) * 0xff51'afd7'ed55'8ccd + kind;
        hash_ ^= hash_ >> 29U;
    }
    std::uint64_t hash_ = start;
};

class store_statement {
public:
    // An empty one does nothing.
    store_statement(store_sqlite& database, const std::string& sql);
    ~store_statement();
    store_statement(const store_statement&) = delete;
    store_statement& operator=(const store_statement&) = delete;

    // The next parameter. Texts live until step().
    void bind(std::int64_t value);
    void bind(double value);
    void bind(std::string_view text);
    void bind_null();
    // The checksum of what was bound since the start.
    void bind_checksum();

    // Whether there is a row. After the last one the statement is ready to be bound again.
    bool step();
    // A statement without rows.
    void run();
    void reset();

    // The next column.
    std::int64_t integer();
    std::optional<std::int64_t> integer_or_null();
    double real();
    std::string_view text();  // NULL is empty; valid until the next step()
    std::optional<std::string_view> text_or_null();
    // Compares the next column with the checksum of what was read before it in this row.
    bool is_intact();
    // What was read so far in this row is not part of it.
    void restart_checksum() { checksum_.reset(); }

private:
    void rewind();

    store_sqlite& database_;
    sqlite3_stmt* handle_ = nullptr;
    int place_ = 0;
    row_checksum checksum_{};
};

}  // namespace trainwatch::io
