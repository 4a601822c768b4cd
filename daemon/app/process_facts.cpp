#include "app/process_facts.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

#include "app/version.hpp"

namespace trainwatch::app {
namespace {

double cpu_seconds() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    const auto in_seconds = [](const timeval& value) {
        return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
    };
    return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

double open_descriptors() {
    std::error_code error;
    const std::filesystem::directory_iterator entries("/proc/self/fd", error);
    if (error) return 0;
    // One of them is the directory that is being listed.
    return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

double descriptor_limit() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

wire::process_facts initial_process_facts(wall_time started) {
    wire::process_facts facts;
    facts.version = version;
    facts.revision = revision;
    facts.compiler = compiler;
    facts.start_time_seconds = unix_seconds(started);
    facts.config_loaded_at_seconds = unix_seconds(started);
    return facts;
}

wire::process_facts gather_process_facts(
    wire::process_facts known, const document_shelf& documents
) {
    known.cpu_seconds = cpu_seconds();
    std::uint64_t virtual_pages = 0;
    std::uint64_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    known.virtual_bytes = static_cast<double>(virtual_pages) * page;
    known.resident_bytes = static_cast<double>(resident_pages) * page;
    known.open_fds = open_descriptors();
    known.max_fds = descriptor_limit();
    known.documents = static_cast<double>(documents.documents());
    known.document_bytes = static_cast<double>(documents.bytes());
    known.document_bytes_max = static_cast<double>(documents.bytes_max());
    known.documents_dropped = static_cast<double>(documents.dropped());
    return known;
}

}  // namespace trainwatch::app
