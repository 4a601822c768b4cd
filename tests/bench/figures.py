"""Runs the figures: the micro ones as they are, the poll ones in turn with wrk.

    figures.py DIRECTORY_OF_BENCHMARKS [NAME...]

A poll figure is the processor time (user and system) of one request on our side over that of
wrk's, against the same TLS server, with the same number of connections. The minimum of each over
the rounds counts: what a busy machine adds is never negative.
"""

import contextlib
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import deliver

ROUNDS = 7
REQUESTS = 12000
CONNECTIONS = (8, 32)
GOALS = {"poll.transport_cpu": 1.5, "poll.whole_cpu": 2.5}
MODES = {"poll.transport_cpu": "transport", "poll.whole_cpu": "whole"}
PROGRAMS = {
    "poll.sign": "poll_sign", "poll.decode": "poll_decode", "schedule.event": "schedule_event",
    "growth.fleet": "fleet_growth",
    "ledger.commit": "ledger_commit", "ledger.load": "ledger_load",
}
# Those of tests/sim/fleet, by how their names begin; all lines of one run share its fleets.
FLEET = ("detect", "calls", "growth.step")

WRK_SCRIPT = """
wrk.method = "POST"
wrk.body = '{"TrainingJobName":"bench-resnet-50-imagenet-2026-11-24-09-12-00-123"}'
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "SageMaker.DescribeTrainingJob"
done = function(summary) io.write(string.format("requests %d\\n", summary.requests)) end
"""


def make_certificate(directory):
    """A certificate for localhost that is its own authority."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    return certificate, key


@contextlib.contextmanager
def server(benchmarks, certificate, key):
    """The port of a poll server that lives as long as the block."""
    child = subprocess.Popen(
        [benchmarks / "poll_server", certificate, key],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    try:
        yield child.stdout.readline().strip()
    finally:
        child.stdin.write("end\n")
        child.stdin.close()
        child.wait()


def cpu_of(arguments):
    """Processor time of a finished command in seconds, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, done.stdout


def wrk_microseconds(port, script, connections):
    used, text = cpu_of(
        ["wrk", "-t", "1", "-c", str(connections), "-d", "1s", "-s", script,
         f"https://localhost:{port}/"]
    )
    requests = int(next(l for l in text.splitlines() if l.startswith("requests ")).split()[1])
    return used * 1e6 / requests


def our_microseconds(benchmarks, mode, port, certificate, connections):
    _, text = cpu_of(
        [benchmarks / "poll_client", mode, port, certificate, str(connections), str(REQUESTS)]
    )
    return float(text)


def poll_figures(benchmarks, names):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        certificate, key = make_certificate(scratch)
        script = scratch / "describe.lua"
        script.write_text(WRK_SCRIPT)
        with server(benchmarks, certificate, key) as port:
            for connections in CONNECTIONS:
                reference = []
                ours = {name: [] for name in names}
                for _ in range(ROUNDS):
                    reference.append(wrk_microseconds(port, script, connections))
                    for name in names:
                        ours[name].append(
                            our_microseconds(benchmarks, MODES[name], port, certificate, connections)
                        )
                for name in names:
                    print_figure(f"{name}", min(ours[name]), min(reference), connections)


def print_figure(name, value, reference, connections):
    ratio, goal = value / reference, GOALS[name]
    print(
        f"figure={name} value={value:.2f} unit=us"
        f" reference=wrk_{connections}_connections:{reference:.2f}us"
        f" ratio={ratio:.2f} goal=<={goal:.2f} ok={'yes' if ratio <= goal else 'no'}",
        flush=True,
    )


def main():
    benchmarks = pathlib.Path(sys.argv[1]).resolve()
    known = [*MODES, *PROGRAMS, *deliver.FIGURES, *FLEET]
    names = sys.argv[2:] or known
    fleet = [n for n in names if n.startswith(FLEET)]
    if unknown := [n for n in names if n not in known and n not in fleet]:
        sys.exit(f"no such figure: {', '.join(unknown)}; there are {', '.join(known)}")
    os.environ["LC_ALL"] = "C"
    if polls := [n for n in names if n in MODES]:
        poll_figures(benchmarks, polls)
    for name in names:
        if name in PROGRAMS:
            subprocess.run([benchmarks / PROGRAMS[name]], check=True)
    for name in names:
        if name in deliver.FIGURES:
            deliver.FIGURES[name](benchmarks.parent.parent)
    if fleet:
        program = benchmarks.parent / "sim" / "trainwatch_fleet"
        subprocess.run([program, "figures", *fleet], check=True)


main()
