#include "io/store_trouble.hpp"

#include <cerrno>

#include "io/control_line.hpp"

namespace trainwatch::io {

namespace {

std::string about(const std::string& path, const std::string& what, const std::string& why) {
    return "ledger " + path + ": " + what + ": " + why;
}

std::string cure_of_system(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
            return "free space on that file system; until then everything is kept in memory, and "
                   "written once there is room";
        case ENOENT:
        case ENOTDIR:
            return "make its folder, or give another --storage.path";
        case EACCES:
        case EPERM:
        case EROFS:
            return "let the daemon write in its folder, or give another --storage.path";
        default:
            return "look after that disk (dmesg), or give another --storage.path";
    }
}

}  // namespace

failure explain_trouble(
    const std::string& path, const std::string& what, const store_trouble& trouble
) {
    failure why;
    why.kind = trouble.is_busy() ? error_class::transient : error_class::internal;
    if (trouble.system_code != 0) why.code = system_code(trouble.system_code);
    auto text = trouble.text;
    if (why.code && !trouble.is_busy()) text += " (" + why.code.message() + ")";
    why.detail = about(path, what, text);
    if (trouble.is_busy()) {
        why.cure = "end what holds it locked (fuser " + path + ")";
    } else if (trouble.is_disk_full()) {
        why.cure = cure_of_system(ENOSPC);
    } else if (trouble.is_read_only()) {
        why.cure = cure_of_system(EACCES);
    } else if (!trouble.damaged) {
        why.cure = cure_of_system(trouble.system_code);
    }
    return why;
}

failure explain_system(const std::string& path, const std::string& what, int number) {
    const auto code = system_code(number);
    return {
        .kind = error_class::internal,
        .code = code,
        .detail = about(path, what, code.message()),
        .cure = cure_of_system(number)};
}

failure too_new(const std::string& path, std::int64_t version, std::int64_t ours) {
    return {
        .kind = error_class::internal,
        .detail = "ledger " + path + ": written by a newer release (version " +
            std::to_string(version) + " of the tables; this one knows " + std::to_string(ours) +
            " and takes " + std::to_string(ours + 1) + ")",
        .cure = "install the release that wrote it or the one before, or move the file away"};
}

}  // namespace trainwatch::io
