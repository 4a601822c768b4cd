// A private copy of a ledger and its log, to be read while somebody else holds the file or nothing
// can be written beside it. Gone with the object. It may hold failure reasons: the owner's alone.
#pragma once

#include <string>

namespace trainwatch::io {

class store_copy {
public:
    // Not made: too large (512 MiB), no room for it, or it was written to in
    // between each time.
    explicit store_copy(const std::string& path);
    ~store_copy();
    store_copy(const store_copy&) = delete;
    store_copy& operator=(const store_copy&) = delete;

    bool is_made() const { return is_made_; }
    std::string path() const { return folder_ + "/ledger.db"; }

private:
    bool copy_from(const std::string& path);

    std::string folder_{};
    bool is_made_ = false;
};

}  // namespace trainwatch::io
