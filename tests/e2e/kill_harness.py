"""A daemon that is killed at chosen instants, and receivers that remember all that they were told.

A trap is set for one moment of one message: the receiver's own thread springs it, so that the kill
falls between two steps of a delivery and not some milliseconds later.
"""

import collections
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

import harness
import kill_verdict
from harness import KEYS, TRAINWATCHD, get_json

# The moments of a message at which a trap may spring.
MOMENTS = ("first bytes", "taken", "answered")


class Trap:
    """Kills `process` at one moment of the next message, once."""

    def __init__(self, moment, process):
        self.moment = moment
        self.sprung = threading.Event()
        self._process = process
        self._once = threading.Lock()

    def reach(self, moment):
        if moment == self.moment and self._once.acquire(blocking=False):
            self._process.kill()
            self.sprung.set()


class Memory:
    """All that was told to anybody."""

    def __init__(self):
        self._heard = collections.Counter()
        self._lock = threading.Lock()

    def keep(self, alerts):
        with self._lock:
            self._heard.update(each for each in alerts if each)

    def heard(self):
        with self._lock:
            return collections.Counter(self._heard)


class Recorder:
    """An HTTP server that remembers each message; `read` makes it a list of Told."""

    def __init__(self, memory, read):
        self.trap = None
        self.messages = 0
        self.trouble = lambda: None  # an answer other than 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                trap = outer.trap
                reach = trap.reach if trap else lambda _: None
                reach("first bytes")
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender died in the middle of it: nobody was told anything
                memory.keep(read(json.loads(body)))
                outer.messages += 1
                status = outer.trouble() or outer.pass_on(self.path, body)
                reach("taken")
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                reach("answered")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Whoever is killed leaves its connection: no news.
        self.server.handle_error = lambda *_: None
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.url = self.address + "/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pass_on(self, _path, _body):
        return 200

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay(Recorder):
    """Stands in front of an Alertmanager, which may be away: what it was sent is remembered."""

    def __init__(self, memory, read, target):
        self._host = target.split("/")[2]
        super().__init__(memory, read)

    def pass_on(self, path, body):
        onward = http.client.HTTPConnection(self._host, timeout=harness.PATIENCE)
        try:
            onward.request("POST", path, body, {"Content-Type": "application/json"})
            return onward.getresponse().status
        except OSError:
            return 502
        finally:
            onward.close()


def of_webhook(document):
    return [
        kill_verdict.told("webhook", a["labels"], a["starts_at"], a["status"] == "firing")
        for a in document["alerts"]
    ]


def of_alertmanagers_input(alerts):
    now = time.time() * 1000
    return [
        kill_verdict.told(
            "Alertmanager's input", a["labels"], a["startsAt"],
            kill_verdict.milliseconds(a["endsAt"]) > now,
        )
        for a in alerts
    ]


def of_pager(document):
    return [
        kill_verdict.told("pager", a["labels"], a["startsAt"], a["status"] == "firing")
        for a in document["alerts"]
    ]


def of_alertmanager(url):
    """What it holds as active now."""
    alerts = get_json(url + "/api/v2/alerts?active=true&silenced=false&inhibited=false")
    return [
        kill_verdict.told("Alertmanager", a["labels"], a["startsAt"], True) for a in alerts
    ]


class Life:
    """One run of the daemon, from its start to its SIGKILL. Its log is a file."""

    def __init__(self, folder, configuration, number):
        self.log = folder / f"life-{number:04}.log"
        self.notify = folder / "notify"
        self.notify.unlink(missing_ok=True)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(self.notify))
        with open(self.log, "wb") as log:
            self.begun = time.monotonic()
            self.process = subprocess.Popen(
                [str(TRAINWATCHD), "run", "--config.file", str(configuration),
                 "--web.listen-address", "127.0.0.1:0", "--storage.path", str(folder)],
                env=harness.clean_environment(**KEYS, NOTIFY_SOCKET=str(self.notify)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self):
        """Seconds from the start to READY=1; None when it ended before."""
        deadline = self.begun + harness.PATIENCE
        self.manager.settimeout(0.2)
        while time.monotonic() < deadline:
            try:
                if b"READY=1" in self.manager.recv(4096):
                    return time.monotonic() - self.begun
            except TimeoutError:
                if self.process.poll() is not None:
                    return None
        raise AssertionError(f"not ready within {harness.PATIENCE:.0f} s:\n" + self.text())

    def leave_manager(self):
        """Nobody reads its socket any more: a full queue would hold the daemon up."""
        self.manager.close()

    def kill(self):
        self.process.kill()
        return self.process.wait()

    def is_degraded(self):
        """It went on from memory: then alerts do not wait for a disk that does not answer."""
        return "storage_degraded" in self.text()

    def text(self):
        return self.log.read_text(errors="replace")


def kept_by_ledger(folder):
    """{key: startsAt} of the alerts in the ledger that a kill has left, read from a copy."""
    with tempfile.TemporaryDirectory(prefix="trainwatch-kept-") as copies:
        for name in ("ledger.db", "ledger.db-wal"):
            if (folder / name).exists():
                shutil.copy(folder / name, copies)
        path = pathlib.Path(copies) / "ledger.db"
        if not path.exists():
            return {}
        with contextlib.closing(sqlite3.connect(path)) as ledger:
            (whole,), = ledger.execute("PRAGMA integrity_check")
            assert whole == "ok", f"the ledger is damaged after a kill: {whole}"
            kept = {}
            for labels, starts_at in ledger.execute(
                "SELECT labels, starts_at FROM alerts WHERE training_job IS NOT NULL"
            ):
                kept[kill_verdict.key_of(json.loads(labels))] = starts_at
            return kept


class Killer:
    """Starts a daemon and kills it at an instant that the dice choose, again and again."""

    # The share of each in every dozen: around the start, inside a delivery, inside a commit, any.
    INSTANTS = ("starting", "starting", "ready", "delivery", "delivery", "delivery", "commit",
                "commit", "commit", "any", "any", "any")
    LONGEST = 2.5  # seconds that a trap waits for its moment

    def __init__(self, seed, folder, configuration, recorders, memory):
        self.dice = random.Random(seed)
        self.folder = folder
        self.configuration = configuration
        self.recorders = recorders
        self.memory = memory
        self.degraded = False
        self.story = []  # a line for each kill
        self.ready_after = []
        self.hit = collections.Counter()  # by instant: the moment itself came
        self._pause = threading.Event()
        self._instants = []

    def next_instant(self):
        if not self._instants:
            self._instants = list(self.INSTANTS)
            self.dice.shuffle(self._instants)
        return self._instants.pop()

    def kill_once(self, number):
        instant = self.next_instant()
        life = Life(self.folder, self.configuration, number)
        try:
            where = getattr(self, "at_" + instant)(life)
        finally:
            code = life.kill()
            life.leave_manager()
            for recorder in self.recorders:
                recorder.trap = None
        lived = time.monotonic() - life.begun
        # In this order: what is told by now was to be kept before the kill.
        heard = self.memory.heard()
        kept = kept_by_ledger(self.folder)
        self.hit[instant] += where is not None
        self.story.append(
            f"kill {number} at {time.time():.3f}, after {lived:.3f} s: {instant}, {where}"
        )
        assert code == -signal.SIGKILL, (
            f"the daemon ended by itself with {code} in life {number}:\n" + life.text()[-4000:]
        )
        self.degraded = self.degraded or life.is_degraded()
        if not self.degraded:
            early = list(kill_verdict.told_before_kept(heard, kept))
            assert not early, "\n".join([*early, *self.story])

    def at_starting(self, life):
        """Mostly before anybody could know that it runs."""
        delay = 0.08 * self.dice.random() ** 2
        life.leave_manager()
        self._pause.wait(delay)
        return f"{delay * 1000:.1f} ms after the start"

    def at_ready(self, life):
        ready = life.wait_until_ready()
        life.leave_manager()
        if ready is None:
            return None
        self.ready_after.append(ready)
        delay = self.dice.choice([0, 0.002, 0.02, 0.05]) * self.dice.random()
        self._pause.wait(delay)
        return f"{delay * 1000:.1f} ms after READY"

    def at_delivery(self, life):
        life.leave_manager()
        which = self.dice.randrange(len(self.recorders))
        trap = Trap(self.dice.choice(MOMENTS), life.process)
        # Not always the first: that is what a new life repeats.
        self._pause.wait(self.dice.choice([0, 1, 1]) * self.dice.random())
        self.recorders[which].trap = trap
        if not trap.sprung.wait(self.LONGEST):
            return None
        return f"{trap.moment} of a message to receiver {which}"

    def at_commit(self, life):
        """A change of the write-ahead log was seen: the sync of it, or what follows, is under way."""
        life.leave_manager()
        self._pause.wait(self.dice.choice([0, 1, 1]) * self.dice.random())
        delay = self.dice.choice([0, 0, 0.002, 0.01]) * self.dice.random()
        before = self.written()
        deadline = time.monotonic() + self.LONGEST
        while self.written() == before:
            if time.monotonic() > deadline or life.process.poll() is not None:
                return None
            self._pause.wait(0.001)
        self._pause.wait(delay)
        return f"{delay * 1000:.1f} ms after a write"

    def at_any(self, life):
        life.leave_manager()
        delay = 2 * self.dice.random()
        self._pause.wait(delay)
        return "at no special moment"

    def written(self):
        try:
            state = os.stat(self.folder / "ledger.db-wal")
        except FileNotFoundError:
            return None
        return state.st_mtime_ns, state.st_size

    def lines_about(self, word, most=40):
        """What all lives said about `word`."""
        found = []
        for path in sorted(self.folder.glob("life-*.log")):
            for line in path.read_text(errors="replace").splitlines():
                if word in line:
                    found.append(f"{path.stem}: {line}")
        return found[:most] + ([f"… {len(found) - most} more"] if len(found) > most else [])
