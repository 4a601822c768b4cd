// A disk below SQLite that fails when it is told to: a VFS around the real one.
//
// While it lives it is SQLite's default, so that what is tested needs to know nothing of it. Every
// read, write, truncation and sync of a database, its journal and its log counts; from the chosen
// one on they fail with the chosen code, until heal(). So do, where they are chosen, maps of the
// log's index (-shm), which a full disk has no room for.
#pragma once

#include <array>
#include <atomic>
#include <cstring>
#include <functional>
#include <new>

#include <sqlite3.h>

namespace trainwatch::test_support {

class faulty_disk {
public:
    faulty_disk() : real_(sqlite3_vfs_find(nullptr)) {
        here() = this;
        vfs_ = *real_;
        vfs_.zName = "faulty";
        vfs_.szOsFile = static_cast<int>(sizeof(file)) + real_->szOsFile;
        vfs_.pAppData = real_;
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~faulty_disk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
        here() = nullptr;
    }
    faulty_disk(const faulty_disk&) = delete;
    faulty_disk& operator=(const faulty_disk&) = delete;

    enum kind { reads = 1, writes = 2, syncs = 4, everything = 7, maps = 8 };

    // The n-th operation of these kinds from now on fails (0: the next), and all that follow.
    void fail_from(int number, int code, int kinds = everything) {
        seen_ = 0;
        code_ = code;
        kinds_ = kinds;
        first_ = number;
    }
    void heal() { first_ = -1; }
    // Whether the chosen operation came.
    bool has_failed() const { return first_ >= 0 && seen_ > first_; }
    // Called in each sync, on the thread that waits for it.
    std::function<void()> on_sync{};

private:
    struct file {
        sqlite3_file base;
        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };

    static faulty_disk*& here() {
        static faulty_disk* disk = nullptr;
        return disk;
    }
    static sqlite3_file* real_of(sqlite3_file* of) { return reinterpret_cast<file*>(of)->real(); }
    static const sqlite3_io_methods& methods_of(sqlite3_file* of) { return *real_of(of)->pMethods; }

    // SQLITE_OK, or what this operation ends with.
    static int verdict(kind operation) {
        auto& disk = *here();
        if (operation == syncs && disk.on_sync) disk.on_sync();
        if (disk.first_ < 0 || (disk.kinds_ & operation) == 0) return SQLITE_OK;
        return disk.seen_++ >= disk.first_ ? disk.code_.load() : SQLITE_OK;
    }

    static int open(
        sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* into, int flags, int* out
    ) {
        auto* const real = static_cast<sqlite3_vfs*>(vfs->pAppData);
        into->pMethods = nullptr;
        const int code = real->xOpen(real, name, real_of(into), flags, out);
        if (real_of(into)->pMethods) into->pMethods = &table();
        return code;
    }

    static const sqlite3_io_methods& table() {
        static const sqlite3_io_methods methods = [] {
            sqlite3_io_methods m{};
            m.iVersion = 2;
            m.xClose = [](sqlite3_file* f) { return methods_of(f).xClose(real_of(f)); };
            m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
                const int code = verdict(reads);
                return code ? code : methods_of(f).xRead(real_of(f), to, size, at);
            };
            m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
                const int code = verdict(writes);
                return code ? code : methods_of(f).xWrite(real_of(f), from, size, at);
            };
            m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
                const int code = verdict(writes);
                return code ? code : methods_of(f).xTruncate(real_of(f), size);
            };
            m.xSync = [](sqlite3_file* f, int flags) {
                const int code = verdict(syncs);
                return code ? code : methods_of(f).xSync(real_of(f), flags);
            };
            m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
                return methods_of(f).xFileSize(real_of(f), size);
            };
            m.xLock = [](sqlite3_file* f, int l) { return methods_of(f).xLock(real_of(f), l); };
            m.xUnlock = [](sqlite3_file* f, int l) { return methods_of(f).xUnlock(real_of(f), l); };
            m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
                return methods_of(f).xCheckReservedLock(real_of(f), out);
            };
            m.xFileControl = [](sqlite3_file* f, int what, void* with) {
                return methods_of(f).xFileControl(real_of(f), what, with);
            };
            m.xSectorSize = [](sqlite3_file* f) { return methods_of(f).xSectorSize(real_of(f)); };
            m.xDeviceCharacteristics = [](sqlite3_file* f) {
                return methods_of(f).xDeviceCharacteristics(real_of(f));
            };
            m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
                const int code = verdict(maps);
                return code ? code : methods_of(f).xShmMap(real_of(f), page, size, extend, out);
            };
            m.xShmLock = [](sqlite3_file* f, int from, int count, int flags) {
                return methods_of(f).xShmLock(real_of(f), from, count, flags);
            };
            m.xShmBarrier = [](sqlite3_file* f) { methods_of(f).xShmBarrier(real_of(f)); };
            m.xShmUnmap = [](sqlite3_file* f, int remove) {
                return methods_of(f).xShmUnmap(real_of(f), remove);
            };
            return m;
        }();
        return methods;
    }

    sqlite3_vfs* const real_;
    sqlite3_vfs vfs_{};
    std::atomic<int> first_ = -1;
    std::atomic<int> seen_ = 0;
    std::atomic<int> code_ = 0;
    std::atomic<int> kinds_ = 0;
};

}  // namespace trainwatch::test_support
