// A ledger in a folder of its own, and a look at its file with SQLite itself.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "io/clock.hpp"
#include "io/store_file.hpp"
#include "tests/support/ledger_sample.hpp"
#include "tests/support/scratch_folder.hpp"

namespace trainwatch::io {

class StoreFixture : public testing::Test {
protected:
    StoreFixture() { reopen(); }

    // As the next start of the daemon does.
    void reopen() {
        store.reset();
        store = std::make_unique<store_file>(*time, path);
        ASSERT_TRUE(store->lock().has_value());
    }
    domain::ledger load() {
        auto loaded = store->load();
        EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().detail);
        return loaded ? std::move(loaded.value()) : domain::ledger{};
    }
    void commit(const domain::ledger_batch& batch) {
        const auto done = store->commit(batch);
        ASSERT_TRUE(done.has_value()) << done.error().detail;
    }

    // The first value that the statement gives, from a connection that others' programs would have;
    // what went wrong, if something did.
    std::string ask(const std::string& sql) const {
        sqlite3* handle = nullptr;
        std::string out;
        sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
        const auto take = [](void* into, int, char** values, char**) {
            *static_cast<std::string*>(into) = values[0] ? values[0] : "";
            return 0;
        };
        if (sqlite3_exec(handle, sql.c_str(), take, &out, nullptr) != SQLITE_OK) {
            out = sqlite3_errmsg(handle);
        }
        sqlite3_close(handle);
        return out;
    }

    test_support::scratch_folder folder{};
    const std::string path = folder.path() / "ledger.db";
    std::unique_ptr<clock> time = create_system_clock();
    std::unique_ptr<store_file> store{};
};

}  // namespace trainwatch::io
