// A folder of a test's own, gone with the test.
#pragma once

#include <filesystem>
#include <string>

#include <stdlib.h>

namespace trainwatch::test_support {

// Where a sync costs nothing, for tests that write thousands of files; else as any other.
inline std::filesystem::path in_memory_folder() {
    const std::filesystem::path memory("/dev/shm");
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

class scratch_folder {
public:
    explicit scratch_folder(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()
    ) {
        auto name = (parent / "trainwatch-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_{};
};

}  // namespace trainwatch::test_support
