#!/bin/bash
# Runs the figures, each beside its reference in the same run, and prints one line a figure.
#   tests/bench/run.sh [NAME...]      all, or those named: poll.transport_cpu poll.whole_cpu
#                                     poll.decode poll.sign schedule.event growth.fleet
#                                     ledger.commit ledger.load
#                                     deliver.backlog_10k deliver.lag
#                                     detect calls growth.step
#                                     (of the last three also single ones: detect.p99_1000)
# A benchmark, not a test: it fails only when something could not run.
set -eu
cd "$(dirname "$0")/../.."

deploy/install-deps.sh build bench
mkdir -p build
cmake --preset release -DTRAINWATCH_BENCHMARKS=ON >build/bench.log 2>&1 ||
    { cat build/bench.log >&2; exit 1; }
cmake --build build/release --target benchmarks >build/bench.log 2>&1 ||
    { cat build/bench.log >&2; exit 1; }
exec python3 tests/bench/figures.py build/release/tests/bench "$@"
