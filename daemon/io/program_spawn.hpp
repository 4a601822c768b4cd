// Starts a program for io/program: descriptors and signals as a child should have them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::io {

// Closed at the end, unless somebody took it.
class descriptor {
public:
    explicit descriptor(int value = -1) : value_(value) {}
    descriptor(descriptor&& other) noexcept : value_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~descriptor();
    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

// A child in a process group of its own, whose number is `pid`.
struct spawned_program {
    int pid = -1;
    descriptor ended{};       // readable once the child has ended (pidfd)
    descriptor output{};      // its standard output,
    descriptor complaints{};  // and its standard error, to be read
};

// `denied`, without a word of the arguments.
result<spawned_program> spawn_program(const std::vector<std::string>& arguments);

}  // namespace trainwatch::io
