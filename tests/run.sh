#!/bin/bash
# Installs what is missing, builds, runs every test; the last lines are ctest's summary.
#
#   tests/run.sh [--preset NAME] [--only REGEX]
#
#   --preset NAME   a configure preset (default dev); every other one leaves out the tests labelled
#                   `slow`, which say nothing more under a sanitizer
#   --only REGEX    only the tests whose name matches (ctest -R)
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
only=()
while [ $# -gt 0 ]; do
    case $1 in
    --preset) preset=${2:?} && shift 2 ;;
    --only) only=(-R "${2:?}") && shift 2 ;;
    -h | --help) sed -n '2,8p' "$0" && exit 0 ;;
    *) sed -n '2,8p' "$0" >&2 && exit 2 ;;
    esac
done
[ $preset = dev ] && selection=() || selection=(-LE slow)
jobs=$(nproc)

groups=(build test)
[ $preset != tsan ] || groups+=(tsan)
deploy/install-deps.sh "${groups[@]}"

# A compiler cache is used where there is one. GCC's precompiled headers need these two allowances.
if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
    export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS-pch_defines,time_macros}
fi
cmake --preset "$preset" --log-level=WARNING -DTRAINWATCH_WERROR=ON
cmake --build --preset "$preset" -j "$jobs"
# Each header of a layer compiles alone; that is so under every preset or under none.
[ $preset != dev ] ||
    cmake --build --preset "$preset" -j "$jobs" --target all_verify_interface_header_sets

# This machine's keys, proxies and certificates are nobody's business in there.
for name in $(compgen -e); do
    case ${name^^} in
    AWS_* | *_PROXY | SSL_CERT_* | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | NODE_EXTRA_CA_CERTS | \
        NOTIFY_SOCKET | WATCHDOG_* | LISTEN_* | CREDENTIALS_DIRECTORY) unset "$name" ;;
    esac
done
exec ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error \
    "${selection[@]}" "${only[@]}"
