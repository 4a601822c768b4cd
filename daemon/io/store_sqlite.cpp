#include "io/store_sqlite.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "base/check.hpp"

namespace trainwatch::io {

namespace {

// Its content is wrong, and not only our access to it.
bool is_damage(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CONSTRAINT:  // our own writes break none in a sound file
        case SQLITE_MISMATCH:
        case SQLITE_ERROR:  // a table or column that is not there
        case SQLITE_SCHEMA:
        case SQLITE_TOOBIG:
            return true;
        default:
            return code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS;
    }
}

int flags_of(store_access access) {
    // One thread at a time uses a connection, so it needs no lock of its own.
    constexpr int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (access) {
        case store_access::existing:
            return always | SQLITE_OPEN_READWRITE;
        case store_access::fresh:
            return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        case store_access::read_only:
            return always | SQLITE_OPEN_READONLY;
        case store_access::immutable:
            return always | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    return always | SQLITE_OPEN_READONLY;
}

std::string immutable_uri(const std::string& path) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            constexpr std::string_view digits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 0xfU];
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

bool store_trouble::is_busy() const {
    return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
}

bool store_trouble::is_disk_full() const {
    return (code & 0xff) == SQLITE_FULL;
}

bool store_trouble::is_read_only() const {
    return (code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_PERM;
}

void row_checksum::add(double value) {
    mix(3, std::bit_cast<std::uint64_t>(value));
}

void row_checksum::add(std::string_view text) {
    mix(4, text.size());
    while (!text.empty()) {
        const auto part = text.substr(0, 8);
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            word |= std::uint64_t{static_cast<unsigned char>(part[i])} << (8 * i);
        mix(5, word);
        text.remove_prefix(part.size());
    }
}

store_sqlite::~store_sqlite() {
    sqlite3_close(handle_);
}

bool store_sqlite::open(const std::string& path, store_access access, milliseconds busy) {
    CHECK(!handle_);
    trouble_.reset();
    const auto name = access == store_access::immutable ? immutable_uri(path) : path;
    const int code = sqlite3_open_v2(name.c_str(), &handle_, flags_of(access), nullptr);
    if (code != SQLITE_OK) {
        report(code);
        return false;
    }
    // What a hostile or broken file could make SQLite do beyond reading rows.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    wait_for_others(busy);
    return execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;");
}

void store_sqlite::wait_for_others(milliseconds busy) {
    sqlite3_busy_timeout(handle_, static_cast<int>(busy.count()));
}

void store_sqlite::report(int code) {
    if (trouble_) return;
    store_trouble found;
    found.code = code;
    found.system_code = handle_ ? sqlite3_system_errno(handle_) : 0;
    found.text = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    found.damaged = is_damage(code);
    trouble_ = std::move(found);
}

void store_sqlite::report_damage(std::string text) {
    if (trouble_) return;
    trouble_ = store_trouble{.text = std::move(text), .damaged = true};
}

void store_sqlite::blame_the_statement() {
    if (trouble_ && (trouble_->code & 0xff) == SQLITE_ERROR) trouble_->damaged = false;
}

void store_sqlite::leave_log() {
    if (handle_) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void store_sqlite::roll_back() {
    if (handle_ && sqlite3_get_autocommit(handle_) == 0) {
        sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    trouble_.reset();
}

std::int64_t store_sqlite::last_row_id() const {
    return sqlite3_last_insert_rowid(handle_);
}

bool store_sqlite::execute(const std::string& sql) {
    if (trouble_) return false;
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) report(code);
    return !trouble_;
}

std::int64_t store_sqlite::number(const std::string& sql) {
    store_statement asked(*this, sql);
    return asked.step() ? asked.integer() : 0;
}

std::string store_sqlite::text(const std::string& sql) {
    store_statement asked(*this, sql);
    return asked.step() ? std::string(asked.text()) : std::string();
}

store_statement::store_statement(store_sqlite& database, const std::string& sql)
    : database_(database) {
    if (!database_.ok()) return;
    const int code = sqlite3_prepare_v3(
        database_.handle_,
        sql.c_str(),
        static_cast<int>(sql.size()) + 1,
        SQLITE_PREPARE_PERSISTENT,
        &handle_,
        nullptr
    );
    if (code != SQLITE_OK) database_.report(code);
}

store_statement::~store_statement() {
    sqlite3_finalize(handle_);
}

void store_statement::bind(std::int64_t value) {
    checksum_.add(value);
    if (handle_) sqlite3_bind_int64(handle_, ++place_, value);
}

void store_statement::bind(double value) {
    // SQLite knows no NaN; NULL stands for it.
    if (std::isnan(value)) return bind_null();
    checksum_.add(value);
    if (handle_) sqlite3_bind_double(handle_, ++place_, value);
}

void store_statement::bind(std::string_view text) {
    checksum_.add(text);
    // A null pointer would be NULL.
    const auto* const bytes = text.empty() ? "" : text.data();
    if (!handle_) return;
    const int code =
        sqlite3_bind_text64(handle_, ++place_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) database_.report(code);
}

void store_statement::bind_null() {
    checksum_.add_null();
    if (handle_) sqlite3_bind_null(handle_, ++place_);
}

void store_statement::bind_checksum() {
    if (handle_) sqlite3_bind_int64(handle_, ++place_, checksum_.value());
}

void store_statement::rewind() {
    place_ = 0;
    checksum_.reset();
}

bool store_statement::step() {
    rewind();
    if (!handle_) return false;
    if (!database_.ok()) {
        sqlite3_reset(handle_);
        return false;
    }
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    // The code of reset() is that of step(), told already.
    if (code != SQLITE_DONE) database_.report(code);
    sqlite3_reset(handle_);
    return false;
}

void store_statement::run() {
    while (step()) {
    }
}

void store_statement::reset() {
    rewind();
    if (handle_) sqlite3_reset(handle_);
}

std::int64_t store_statement::integer() {
    const std::int64_t value = sqlite3_column_int64(handle_, place_++);
    checksum_.add(value);
    return value;
}

std::optional<std::int64_t> store_statement::integer_or_null() {
    if (sqlite3_column_type(handle_, place_) == SQLITE_NULL) {
        ++place_;
        checksum_.add_null();
        return std::nullopt;
    }
    return integer();
}

double store_statement::real() {
    if (sqlite3_column_type(handle_, place_) == SQLITE_NULL) {
        ++place_;
        checksum_.add_null();
        return std::nan("");
    }
    const auto value = sqlite3_column_double(handle_, place_++);
    checksum_.add(value);
    return value;
}

std::optional<std::string_view> store_statement::text_or_null() {
    const auto* const bytes = sqlite3_column_text(handle_, place_);
    if (!bytes) {
        ++place_;
        checksum_.add_null();
        return std::nullopt;
    }
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, place_++));
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    checksum_.add(text);
    return text;
}

std::string_view store_statement::text() {
    return text_or_null().value_or(std::string_view());
}

bool store_statement::is_intact() {
    const auto computed = checksum_.value();
    return sqlite3_column_int64(handle_, place_++) == computed;
}

}  // namespace trainwatch::io
