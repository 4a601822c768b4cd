#!/bin/sh
# run.sh SAGEMAKER_SIM DIRECTORY: installs what package-lock.json pins into DIRECTORY and runs the
# tests from there. Exit code 77 (skipped) where there is no Node.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=$1
into=$2
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "there is no node or npm on the PATH"
    exit 77
fi
mkdir -p "$into"
# The stamp is written last: an install that was cut short is done again.
if ! cmp -s "$here/package-lock.json" "$into/installed.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$into/"
    (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$here/package-lock.json" "$into/installed.json"
fi
cp "$here"/*.mjs "$into/"
cd "$into"
exec env -i PATH="$PATH" HOME="$into" AWS_EC2_METADATA_DISABLED=true \
    SAGEMAKER_SIM="$binary" SAGEMAKER_SIM_SCENARIO="$here/../scenarios/sdk.yaml" \
    ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
    node --test sdk_test.mjs
