"""Starts the real programs on free ports and waits for what they do, never for time.

Every child gets an environment of its own: nothing of the machine's AWS, proxy or certificate
settings leaks in. Whatever a test starts ends with the test, by process id.
"""

import http.client
import http.server
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

BUILD = pathlib.Path(os.environ["TRAINWATCH_BUILD_DIR"])
TRAINWATCHD = BUILD / "trainwatchd"
SIMULATOR = BUILD / "sagemaker-sim"
ROOT = pathlib.Path(__file__).parent.parent.parent
SCENARIOS = pathlib.Path(__file__).parent.parent / "simulator" / "scenarios"

# Generous: these bound a hang, they time nothing. Sanitizers and busy machines are slow.
PATIENCE = float(os.environ.get("TRAINWATCH_TEST_PATIENCE", "60"))

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}


def clean_environment(**extra):
    """PATH and a home that does not exist; sanitizer options pass through."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
    # No test asks the metadata service of the machine that it runs on.
    quiet = {"AWS_EC2_METADATA_DISABLED": "true"}
    return {**kept, **quiet, "LANG": "C.UTF-8", "HOME": "/nonexistent", **extra}


def get(url, method="GET", body=None, headers=None):
    """Status and body, whatever the status is."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def get_json(url):
    status, body = get(url)
    assert status == 200, f"{url}: {status} {body[:200]}"
    return json.loads(body)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, patience=PATIENCE):
    """The value of `condition` once it is true; asks again until `patience` (seconds) ends."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while True:
        try:
            value = condition()
            if value:
                return value
        except (OSError, AssertionError, ValueError) as trouble:
            value = trouble
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s for {what}; last: {value!r}")
        pause.wait(0.05)


class Child:
    """A process whose output lines can be waited for."""

    def __init__(self, arguments, environment, name):
        self.name = name
        self.lines = []
        self._arrived = threading.Condition()
        self._ended = 0
        self.process = subprocess.Popen(
            [str(a) for a in arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._readers = [
            threading.Thread(target=self._collect, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _collect(self, stream):
        for line in stream:
            with self._arrived:
                self.lines.append(line.rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._ended += 1
            self._arrived.notify_all()

    def close(self):
        """After its end: what it still printed is read, its pipes are closed."""
        for reader in self._readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def wait_for_line(self, *parts):
        """The first line that holds all of `parts`, already printed or to come."""

        def found():
            return next((l for l in self.lines if all(p in l for p in parts)), None)

        with self._arrived:
            self._arrived.wait_for(lambda: found() or self._ended == 2, timeout=PATIENCE)
            line = found()
        assert line, f"{self.name} never printed {parts}; it printed:\n" + "\n".join(self.lines)
        return line

    def is_ready(self):
        """True once /-/ready says so; ends the wait at once for a process that has ended."""
        ended = self.process.poll()
        if ended is not None:
            raise RuntimeError(
                f"{self.name} ended with {ended} before it was ready; it printed:\n" + "\n".join(self.lines)
            )
        return get(self.url + "/-/ready")[0] == 200

    def count_lines(self, *parts):
        with self._arrived:
            return sum(all(p in l for p in parts) for l in self.lines)

    def end(self, how=signal.SIGTERM):
        """Asks it to end and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end; it printed:\n" + "\n".join(self.lines))


class Webhook:
    """A receiver that keeps what it was sent; `answer` may be changed while it runs."""

    def __init__(self):
        self.received = queue.Queue()
        self.answer = 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.put((dict(self.headers), json.loads(body)))
                self.send_response(outer.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        return self.received.get(timeout=PATIENCE)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay:
    """Passes requests on as they are and keeps the last answer's body, byte for byte."""

    def __init__(self, target):
        self.last_body = b""
        outer = self
        host = target.split("/")[2]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                onward = http.client.HTTPConnection(host, timeout=PATIENCE)
                onward.request("POST", self.path, body, dict(self.headers))
                answer = onward.getresponse()
                outer.last_body = answer.read()
                onward.close()
                self.send_response(answer.status)
                for name in ("Content-Type", "Date", "x-amzn-RequestId"):
                    if answer.getheader(name):
                        self.send_header(name, answer.getheader(name))
                self.send_header("Content-Length", str(len(outer.last_body)))
                self.end_headers()
                self.wfile.write(outer.last_body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class EndToEnd(unittest.TestCase):
    """What the tests start, and its end."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="trainwatch-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def start(self, arguments, environment=None, name=None):
        environment = clean_environment() if environment is None else environment
        child = Child(arguments, environment, name or pathlib.Path(str(arguments[0])).name)
        self.addCleanup(self._end_quietly, child)
        return child

    @staticmethod
    def _end_quietly(child):
        if child.process.poll() is None:
            child.process.kill()
        child.process.wait()
        child.close()

    def start_simulator(self, scenario, *arguments):
        """`scenario`: a file of the simulator's, or YAML text."""
        path = SCENARIOS / scenario if "\n" not in scenario else self.write("scenario.yaml", scenario)
        ready = self.directory / "simulator.json"
        ready.unlink(missing_ok=True)
        child = self.start(
            [SIMULATOR, "--scenario", path, "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0",
             "--control-listen", "127.0.0.1:0", "--tls-directory", self.directory / "tls",
             "--ready-file", ready, *arguments]
        )
        wait_until(lambda: ready.exists() or child.process.poll() is not None, "the simulator")
        assert ready.exists(), "\n".join(child.lines)
        child.__dict__.update(json.loads(ready.read_text()))
        return child

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def truth(self, simulator):
        return get_json(simulator.control_url + "/truth")

    def configuration(
        self, simulator, jobs, receivers=(), connection="", bound="2s", every_metric=False
    ):
        """A configuration that watches `jobs` ({region: [names]}) through TLS.

        With `every_metric` each group of metrics is on, and there are labels and prices.
        """
        more = ", metrics: [phases, final_metrics, details, state_sets], labels: {costCentre: a}"
        more = more if every_metric else ""
        lists = "".join(
            f"  - {{name: {region}, regions: [{region}], jobs: {json.dumps(names)}{more}}}\n"
            for region, names in jobs.items()
        )
        text = (
            f"global: {{staleness_bound: {bound}}}\n"
            f"connections:\n  - name: simulated\n    regions: {json.dumps(list(jobs))}\n"
            f"    endpoint_url: {simulator.https_url}\n    ca_bundle: {simulator.ca_file}\n"
            f"    budget: {{describe_per_second: 50, list_per_second: 1}}\n{connection}"
            f"watch_lists:\n{lists}"
        )
        if every_metric:
            text += "prices: {ml.m5.large: 0.115, ml.m5.xlarge: 0.23, ml.g5.xlarge: 1.408}\n"
        if receivers:
            text += "receivers:\n" + "".join(f"  - {r}\n" for r in receivers)
        return self.write("trainwatchd.yaml", text)

    def start_daemon(self, configuration, environment=None, keys=KEYS, more=(), storage=None):
        """Runs it on a free port and waits until it is ready. `keys`: {} for none in variables.

        `more`: further flags. `storage`: another folder for its ledger than the test's own.
        """
        child = self.start(
            [TRAINWATCHD, "run", "--config.file", configuration, "--web.listen-address",
             "127.0.0.1:0", "--storage.path", storage or self.directory, "--log.level", "debug", *more],
            clean_environment(**{**keys, **(environment or {})}),
        )
        line = child.wait_for_line("listening")
        child.url = "http://" + re.search(r"address=\"?([^\" ]+)", line).group(1)
        wait_until(child.is_ready, "readiness")
        return child

    def run_to_end(self, *arguments, environment=None):
        """Exit code, standard output and standard error of a one-shot command."""
        done = subprocess.run(
            [str(a) for a in arguments],
            env=clean_environment(**(KEYS if environment is None else environment)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout, done.stderr

    def start_alertmanager(self, webhook):
        """Debian's, on loopback, telling `webhook` at once what it is told."""
        port = free_port()
        configuration = self.write(
            "alertmanager.yml",
            "route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s,"
            " repeat_interval: 1h}\n"
            f"receivers: [{{name: hook, webhook_configs: [{{url: '{webhook.url}'}}]}}]\n",
        )
        child = self.start(
            ["prometheus-alertmanager", f"--config.file={configuration}",
             f"--storage.path={self.directory / 'alertmanager'}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        )
        child.url = f"http://127.0.0.1:{port}"
        wait_until(child.is_ready, "Alertmanager")
        return child

    def start_prometheus(self, target):
        port = free_port()
        configuration = self.write(
            "prometheus.yml",
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"  - {{job_name: trainwatchd, static_configs: [{{targets: ['{target}']}}]}}\n",
        )
        child = self.start(
            ["prometheus", f"--config.file={configuration}",
             f"--storage.tsdb.path={self.directory / 'prometheus'}",
             f"--web.listen-address=127.0.0.1:{port}"]
        )
        child.url = f"http://127.0.0.1:{port}"
        wait_until(child.is_ready, "Prometheus")
        return child


def main():
    unittest.main(module=sys.modules["__main__"], verbosity=2)
