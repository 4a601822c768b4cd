"""The figures of delivery: the real daemon, a simulated SageMaker and a receiver on loopback.

`deliver.backlog_10k`: how long an Alertmanager that returns, empty, is told of 10,000 alerts, from
the first message to the answer to the last. When the daemon tries again is another matter (within
a minute). The reference is curl, which posts one of these messages forty times in a row to the same
Alertmanager. Both go through a relay that remembers when each was answered.

`deliver.lag`: from the step that fires an alert, and begins its commit, to the receiver's answer;
of alerts that come a few at a time. The reference is one POST by curl and one append of 4 KB with
fdatasync beside the ledger.
"""

import contextlib
import datetime
import http.client
import http.server
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "simulator"))
from simulator_process import (  # noqa: E402
    ACCESS_KEY_ID, SECRET_ACCESS_KEY, Simulator, scrubbed_environment)

BACKLOG = 10_000
BATCH = 256
ROUNDS = 5
SINGLE_ALERTS = 300
# Whatever hangs ends the run.
PATIENCE = 300
# All that is due each minute is due again.
AWAY = 70


class Alertmanager:
    """Debian's, on loopback; tells nobody."""

    def __init__(self, scratch):
        configuration = scratch / "alertmanager.yml"
        configuration.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.storage = tempfile.TemporaryDirectory(dir=scratch)
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={configuration}",
             f"--storage.path={self.storage.name}", f"--web.listen-address=127.0.0.1:{self.port}",
             "--cluster.listen-address="],
            env=scrubbed_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        pause = threading.Event()
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("prometheus-alertmanager does not start")
            pause.wait(0.1)

    def is_ready(self):
        onward = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            onward.request("GET", "/-/ready")
            return onward.getresponse().status == 200
        except OSError:
            return False
        finally:
            onward.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.storage.cleanup()


class Receiver:
    """Answers 200, and remembers when each message was answered and what was in the last.

    With `behind`, the port of an Alertmanager, that is told and answers.
    """

    def __init__(self, port=0, behind=None):
        self.told = []  # (begun, answered, alerts, body of a few), on the wall clock
        self.largest = b""
        self.news = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                begun = time.time()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = self.pass_on(body) if behind else 200
                self.wfile.write(f"HTTP/1.1 {status} \r\nContent-Length: 0\r\n\r\n".encode())
                outer.take(begun, body)

            def pass_on(self, body):
                # One connection for each of the sender's, as if there were no relay.
                if not hasattr(self, "onward"):
                    self.onward = http.client.HTTPConnection("127.0.0.1", behind, timeout=PATIENCE)
                self.onward.request(
                    "POST", "/api/v2/alerts", body, {"Content-Type": "application/json"})
                answer = self.onward.getresponse()
                answer.read()
                return answer.status

            def do_GET(self):
                self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, *_):
                pass  # the daemon may have closed

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, begun, body):
        answered = time.time()
        alerts = body.count(b'"startsAt"')
        with self.news:
            self.told.append((begun, answered, alerts, body if alerts < BATCH else b""))
            if alerts == BATCH:
                self.largest = body
            self.news.notify_all()

    def wait_for(self, alerts):
        with self.news:
            done = self.news.wait_for(
                lambda: sum(each[2] for each in self.told) >= alerts, timeout=PATIENCE)
        if not done:
            raise RuntimeError(f"not told of {alerts} alerts within {PATIENCE} s")
        return list(self.told)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Daemon:
    """`trainwatchd run` on a free port; `lines`: what it logs."""

    def __init__(self, program, scratch, simulator, receiver_port):
        configuration = scratch / "trainwatchd.yaml"
        configuration.write_text(
            "connections:\n  - name: simulated\n    regions: [eu-west-1]\n"
            f"    endpoint_url: {simulator.http_url}\n"
            "    budget: {describe_per_second: 1000, list_per_second: 20}\n"
            "watch_lists: [{name: all, staleness_bound: 1s, match: {name: '*'}}]\n"
            f"receivers: [{{name: main, alertmanager: {{urls: ['http://127.0.0.1:{receiver_port}']}}}}]\n")
        self.lines = []
        self.process = subprocess.Popen(
            [program, "run", "--config.file", configuration, "--storage.path", scratch,
             "--web.listen-address", "127.0.0.1:0", "--log.format", "json"],
            env={**scrubbed_environment(), "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
                 "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY, "AWS_EC2_METADATA_DISABLED": "true"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.listening = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.listening.wait(PATIENCE) or not self.url:
            raise RuntimeError("trainwatchd does not listen:\n" + "\n".join(self.lines))

    url = ""

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if not self.url and (found := re.search(r'"address":"([^"]+)"', line)):
                self.url = "http://" + found.group(1)
                self.listening.set()
        self.listening.set()

    def metric(self, name):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/metrics", timeout=PATIENCE) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(l.rsplit(" ", 1)[1]) for l in lines if l.startswith((name + "{", name + " ")))

    def wait_for(self, name, least):
        pause = threading.Event()
        deadline = time.monotonic() + PATIENCE
        while (value := self.metric(name)) < least:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} is {value}, never {least}")
            pause.wait(0.2)

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stderr.close()


@contextlib.contextmanager
def world(build, jobs):
    """A folder, a simulator with these jobs, a port that nothing listens on."""
    with tempfile.TemporaryDirectory(dir=build) as scratch:
        scratch = pathlib.Path(scratch)
        scenario = scratch / "scenario.yaml"
        scenario.write_text(f"region: eu-west-1\njobs:\n{jobs}")
        receiver = Receiver()
        receiver.close()
        with Simulator(build / "sagemaker-sim", "--region", "eu-west-1", scenario=scenario) as sim:
            yield scratch, sim, receiver.port


def curl(port, body_file, times):
    """Seconds that curl takes for so many POSTs in a row, over one connection."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--output", os.devnull, "--noproxy", "*",
         "--header", "Content-Type: application/json", "--header", "Expect:",
         "--data-binary", f"@{body_file}", "--write-out", "%{time_total}\\n",
         f"http://127.0.0.1:{port}/api/v2/alerts?[1-{times}]"],
        check=True, capture_output=True, text=True)
    return sum(float(line) for line in done.stdout.split())


def print_figure(name, value, reference, words, goal):
    ratio = value / reference
    print(
        f"figure={name} value={value * 1e3:.2f} unit=ms reference={words}:{reference * 1e3:.2f}ms"
        f" ratio={ratio:.2f} goal=<={goal:.2f} ok={'yes' if ratio <= goal else 'no'}", flush=True)


def backlog(build):
    jobs = (
        f"  - {{name: 'bench-resnet-50-imagenet-{{n}}', kind: failed, repeat: {BACKLOG}, created: -30m,\n"
        "     durations: {Starting: 10s, Downloading: 10s, Training: 1m, Uploading: 10s}}\n")
    ours, reference = [], []
    with world(build, jobs) as (scratch, simulator, port):
        daemon = Daemon(build / "trainwatchd", scratch, simulator, port)
        try:
            daemon.wait_for("trainwatchd_alerts_firing", BACKLOG)
            for _ in range(ROUNDS):
                alertmanager = Alertmanager(scratch)
                receiver = Receiver(port, alertmanager.port)
                told = receiver.wait_for(BACKLOG)
                receiver.close()
                ours.append(told[-1][1] - told[0][0])
                body = scratch / "batch.json"
                body.write_bytes(receiver.largest)
                other = Receiver(behind=alertmanager.port)
                reference.append(curl(other.port, body, -(-BACKLOG // BATCH)))
                other.close()
                alertmanager.close()
                threading.Event().wait(AWAY)
        finally:
            daemon.close()
    print_figure("deliver.backlog_10k", min(ours), min(reference), "curl_40_posts_of_256_alerts", 1.5)


def syncs(folder, count=100):
    """Seconds that an append of 4 KB with fdatasync takes, the median."""
    took = []
    with open(folder / "appended", "ab", buffering=0) as file:
        for _ in range(count):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    return statistics.median(took)


def fired_at(lines):
    """By job, when the engine fired its alert."""
    fired = {}
    for line in lines:
        if '"alert_fired"' not in line:
            continue
        said = json.loads(line)
        job = re.search(r'training_job="([^"]+)"', said["alert"]).group(1)
        when = said["time"].replace("Z", "+00:00")
        fired[job] = datetime.datetime.fromisoformat(when).timestamp()
    return fired


def lag(build):
    with world(build, "  - {name: other, kind: in_progress, created: -1h}\n") as (scratch, simulator, port):
        receiver = Receiver(port)
        daemon = Daemon(build / "trainwatchd", scratch, simulator, port)
        try:
            pause = threading.Event()
            for i in range(SINGLE_ALERTS):
                simulator.control("POST", "/jobs", {
                    "name": f"bench-{i}", "region": "eu-west-1", "kind": "failed",
                    "durations": dict.fromkeys(("Starting", "Downloading", "Training", "Uploading"), "1s")})
                # Their ends come one by one, and the tenth of a second is no multiple of a poll's.
                pause.wait(0.11)
            daemon.wait_for("trainwatchd_alerts_firing", SINGLE_ALERTS)
            receiver.wait_for(SINGLE_ALERTS)
        finally:
            daemon.close()
        answered = {}
        for _, when, _, body in receiver.told:
            for alert in json.loads(body) if body else []:
                answered.setdefault(alert["labels"]["training_job"], when)
        fired = fired_at(daemon.lines)
        lags = sorted(answered[job] - fired[job] for job in fired)
        body = scratch / "single.json"
        body.write_text(json.dumps([alert]))
        posts = statistics.median(curl(port, body, 1) for _ in range(50))
        reference = posts + syncs(scratch)
        receiver.close()
    value = lags[min(len(lags) - 1, int(len(lags) * 0.99))]
    print_figure("deliver.lag", value, reference, "curl_post_and_fdatasync", 5)


FIGURES = {"deliver.backlog_10k": backlog, "deliver.lag": lag}
