// The 4 KB answer that all poll figures use: a spot job with several cycles, made here.
#pragma once

#include <string>

namespace trainwatch::bench {

inline constexpr const char* sample_job = "bench-resnet-50-imagenet-2026-11-24-09-12-00-123";

// A DescribeTrainingJob answer of about 4 KB for `sample_job`.
std::string sample_answer();

}  // namespace trainwatch::bench
