#!/bin/bash
# The long simulation: builds preset `sim` and plays worlds until there were enough job lives.
#
#   tests/sim/run.sh [--lives N] [--seed S] [--jobs K]
#
#   --lives N  job lives in all (default 1000000)
#   --seed S   the first world (default 1); the next ones follow
#   --jobs K   processes beside each other (default: one a processor)
#
# A failing seed is printed with what was drawn for it, what was broken, and the command that plays
# it again. The last lines say how many lives a second were played.
set -euo pipefail
cd "$(dirname "$0")/../.."

lives=1000000 seed=1 jobs=$(nproc)
while [ $# -gt 0 ]; do
    case $1 in
    --lives) lives=${2:?} && shift 2 ;;
    --seed) seed=${2:?} && shift 2 ;;
    --jobs) jobs=${2:?} && shift 2 ;;
    -h | --help) sed -n '2,11p' "$0" && exit 0 ;;
    *) sed -n '2,11p' "$0" >&2 && exit 2 ;;
    esac
done

if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
    export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS-pch_defines,time_macros}
fi
cmake --preset sim --log-level=WARNING -DTRAINWATCH_WERROR=ON
cmake --build --preset sim -j "$(nproc)" --target trainwatch_sim

# Worlds are made of many small values: their memory is used again at once (a quarter of the time).
export GLIBC_TUNABLES=${GLIBC_TUNABLES-glibc.malloc.tcache_count=1000}

program=build/sim/tests/sim/trainwatch_sim
share=$(((lives + jobs - 1) / jobs))
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
began=$EPOCHREALTIME
players=()
for ((i = 0; i < jobs; i++)); do
    # Each takes every K-th world, so that together they play one range of seeds.
    nice "$program" --seed $((seed + i)) --stride "$jobs" --lives "$share" >"$results/$i" &
    players+=($!)
done
failed=0
for player in "${players[@]}"; do
    wait "$player" || failed=1
done
ended=$EPOCHREALTIME

for ((i = 0; i < jobs; i++)); do
    grep -v '^worlds=' "$results/$i" || true
done
for failing in $(cat "$results"/* | sed -n 's/^seed \([0-9]*\) FAILED.*/\1/p' | sort -nu); do
    echo "again: $program --seed $failing --lives 1 --trace"
done
cat "$results"/* | awk -v began="$began" -v ended="$ended" -v jobs="$jobs" '
    /^worlds=/ { for (i = 1; i <= NF; i++) { split($i, part, "="); sum[part[1]] += part[2] } }
    END {
        took = ended - began
        printf "worlds=%d lives=%d virtual_hours=%d failed=%d\n",
            sum["worlds"], sum["lives"], sum["hours"], sum["failed"]
        printf "lives_per_second=%.0f processes=%d seconds=%.0f\n", sum["lives"] / took, jobs, took
    }'
exit $failed
