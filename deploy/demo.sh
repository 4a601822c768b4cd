#!/bin/bash
# trainwatchd at work, in one command: builds it, starts a simulated SageMaker with a dozen training
# jobs over TLS, and shows each transition and alert as it happens. Ctrl-C ends what it started.
#
#   deploy/demo.sh [--prometheus] [--check [--keep-running]]
#
#   --prometheus     Debian's Prometheus and Alertmanager too, started here on loopback, not as
#                    services
#   --check          ends by itself, within minutes: 0 when Prometheus holds the right series for
#                    every job and Alertmanager exactly the alerts that the jobs call for (without
#                    --prometheus: when /metrics is right); else names each difference and ends with 1
#   --keep-running   goes on after the check; Ctrl-C then ends with the check's result
#
# Nothing leaves this machine: the AWS keys are examples, and every address is 127.0.0.1.
set -euo pipefail
cd "$(dirname "$0")/.."

prometheus= check= keep_running=
for word in "$@"; do
    case $word in
    --prometheus) prometheus=yes ;;
    --check) check=yes ;;
    --keep-running) keep_running=yes ;;
    -h | --help) sed -n '2,14p' "$0" && exit 0 ;;
    *) echo "deploy/demo.sh: what is $word? Try --help." >&2 && exit 2 ;;
    esac
done
[ -n "$check" ] || keep_running=yes
check_within=180 # seconds; the scenario plays for a little over 100
scenario=tests/simulator/scenarios/demo.yaml
speed=60
build=build/release

work=$(mktemp -d -t trainwatchd-demo.XXXXXX)
declare -A pids=() # of what we started, by name

die() {
    echo "deploy/demo.sh: $*" >&2
    exit 1
}

# end NAME...: asks each to leave, and kills what has not left in time.
end() {
    local name pid
    for name in "$@"; do kill -TERM "${pids[$name]}" 2>/dev/null || true; done
    for name in "$@"; do
        pid=${pids[$name]}
        timeout 20 tail --pid="$pid" -s 0.1 -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
        unset "pids[$name]"
    done
}

# The daemon first: it may still have an alert to hand over.
end_all() {
    trap '' INT TERM HUP
    [ -z "${pids[trainwatchd]-}" ] || end trainwatchd
    end "${!pids[@]}"
    rm -rf "$work"
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start NAME COMMAND...: in the background, its output in $work/NAME.log.
start() {
    local name=$1
    shift
    "$@" </dev/null >"$work/$name.log" 2>&1 &
    pids[$name]=$!
}

# wait_until NAME SECONDS COMMAND...: until COMMAND succeeds, while NAME lives.
wait_until() {
    local name=$1 tries=$(($2 * 10))
    shift 2
    until "$@" >/dev/null 2>&1; do
        kill -0 "${pids[$name]}" 2>/dev/null && [ $((tries -= 1)) -gt 0 ] || {
            tail -n 20 "$work/$name.log" >&2
            die "$name did not start; its last words are above"
        }
        sleep 0.1
    done
}

# The usual port where it is free, else any that is.
choose_port() {
    python3 - "$1" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
PYTHON
}

get() { curl -sSf --noproxy '*' --max-time 10 "$1"; }

# value KEY: of the simulator's ready file.
value() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' \
    "$work/ready.json" "$1"; }

# Ninja's "[12/140] …" as one line that counts up, for whoever sits before it.
show_progress() {
    local line
    while IFS= read -r line; do
        if [ -t 1 ] && [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
            printf '\r%s ' "${BASH_REMATCH[0]}"
        fi
    done
    [ ! -t 1 ] || printf '\r\033[K'
}

install_and_build() {
    deploy/install-deps.sh build demo ${prometheus:+prometheus}
    if command -v ccache >/dev/null; then
        export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
    fi
    echo "building (minutes the first time, nothing after)"
    { cmake --preset release --log-level=WARNING &&
        cmake --build "$build" -j "$(nproc)" --target trainwatchd sagemaker-sim; } 2>&1 |
        tee "$work/build.log" | show_progress || {
        tail -n 40 "$work/build.log" >&2
        die "the build failed; the end of its output is above"
    }
    daemon=$build/trainwatchd
    simulator=$build/sagemaker-sim
}

start_simulator() {
    start sagemaker-sim "$simulator" --scenario $scenario --speed $speed \
        --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 --control-listen 127.0.0.1:0 \
        --tls-directory "$work" --ready-file "$work/ready.json"
    wait_until sagemaker-sim 20 test -s "$work/ready.json"
    truth=$(value control_url)/truth
}

# Shipped files, with the addresses of today.
start_prometheus() {
    local shipped=deploy/prometheus
    sed "s/127.0.0.1:9717/127.0.0.1:$daemon_port/" $shipped/prometheus.yml >"$work/prometheus.yml"
    cp $shipped/alertmanager.yml "$work/"
    prometheus_port=$(choose_port 9090)
    start prometheus prometheus --config.file="$work/prometheus.yml" --log.level=warn \
        --storage.tsdb.path="$work/prometheus" --web.listen-address="127.0.0.1:$prometheus_port"
    alertmanager_port=$(choose_port 9093)
    start alertmanager prometheus-alertmanager --config.file="$work/alertmanager.yml" \
        --storage.path="$work/alertmanager" --cluster.listen-address= --log.level=warn \
        --web.listen-address="127.0.0.1:$alertmanager_port"
    wait_until prometheus 60 get "http://127.0.0.1:$prometheus_port/-/ready"
    wait_until alertmanager 60 get "http://127.0.0.1:$alertmanager_port/-/ready"
}

# What a newcomer would write: a connection, the jobs by name, a receiver.
write_configuration() {
    cat <<EOF2
global:
  staleness_bound: 5s         # these jobs live sixty times faster than real ones
  finished_retention: 1d      # and stay to be looked at
connections:
  - name: simulator
    regions: [eu-west-1]
    endpoint_url: $(value https_url)
    ca_bundle: $(value ca_file)
    budget: {describe_per_second: 10}
prices: {ml.g5.xlarge: 1.408, ml.g5.12xlarge: 7.09, ml.p4d.24xlarge: 37.688}
watch_lists:
  - name: demo
    labels: {team: vision}
    metrics: [phases, final_metrics, details]
    jobs:
EOF2
    get "$truth" | python3 -c '
import json, sys
for name in sorted({job["name"] for job in json.load(sys.stdin)["jobs"]}):
    print(f"      - {name}")'
    [ -z "$prometheus" ] || cat <<EOF2
receivers:
  - name: main
    alertmanager: {urls: ["http://127.0.0.1:$alertmanager_port"]}
EOF2
}

start_daemon() {
    write_configuration >"$work/trainwatchd.yaml"
    "$daemon" check-config "$work/trainwatchd.yaml" >"$work/check-config.log" 2>&1 || {
        cat "$work/check-config.log" >&2
        die "the configuration made for the demo is refused"
    }
    mkfifo "$work/log"
    python3 -u deploy/demo_say.py <"$work/log" &
    pids[say]=$!
    env -u AWS_PROFILE -u AWS_SESSION_TOKEN -u AWS_ENDPOINT_URL \
        AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE \
        AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY \
        "$daemon" run --config.file "$work/trainwatchd.yaml" --storage.path "$work" \
        --web.listen-address "127.0.0.1:$daemon_port" --log.format json \
        </dev/null >"$work/trainwatchd.log" 2>"$work/log" &
    pids[trainwatchd]=$!
    wait_until trainwatchd 20 get "http://127.0.0.1:$daemon_port/-/ready"
}

print_addresses() {
    echo
    echo "  page, metrics   http://127.0.0.1:$daemon_port/ and /metrics"
    if [ -n "$prometheus" ]; then
        echo "  Prometheus      http://127.0.0.1:$prometheus_port/graph?g0.expr=sagemaker_training_job_secondary_status"
        echo "  Alertmanager    amtool alert --alertmanager.url=http://127.0.0.1:$alertmanager_port"
    fi
    echo "  SageMaker       $(value https_url) (simulated, 1 minute a second)"
    echo "  its truth       $truth"
    echo "  configuration   $work/trainwatchd.yaml"
    echo
}

check_all() {
    if [ -n "$prometheus" ]; then
        python3 deploy/demo_check.py --truth "$truth" --within $check_within \
            --prometheus "http://127.0.0.1:$prometheus_port" \
            --alertmanager "http://127.0.0.1:$alertmanager_port"
    else
        python3 deploy/demo_check.py --truth "$truth" --within $check_within \
            --metrics "http://127.0.0.1:$daemon_port/metrics"
    fi
}

install_and_build
daemon_port=$(choose_port 9717)
start_simulator
[ -z "$prometheus" ] || start_prometheus
print_addresses
start_daemon

result=0
if [ -n "$check" ]; then check_all || result=1; fi
[ -n "$keep_running" ] || exit $result
# Ctrl-C is the way to end this. Anything that ends without it should not have.
trap 'exit $result' INT
wait -n || true
cat "$work"/*.log >&2
die "something ended by itself; what they said is above"
