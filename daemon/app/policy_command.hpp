// `print-iam-policy`: what to paste into IAM for this configuration (wire/iam_policy). Reads the
// configuration, the environment and the AWS files; AWS is not asked.
#pragma once

#include "app/options.hpp"

namespace trainwatch::app {

// JSON documents on standard output, what each is for on standard error. The exit code: 0, or 1
// when there is nothing to print.
int print_iam_policy(const options& chosen);

}  // namespace trainwatch::app
