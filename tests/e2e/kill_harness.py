"""A daemon that is started, and killed at an instant that the dice choose, again and again."""

import collections
import contextlib
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
from harness import KEYS, TRAINWATCHD
from recorders import MOMENTS, Trap


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

    # The share of each in every dozen.
    INSTANTS = ("starting", "starting", "ready", "delivery", "delivery", "delivery", "commit",
                "commit", "commit", "any", "any", "stopping")
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
        # Who was asked to stop may have been quick enough, or not have begun yet.
        asked = instant == "stopping" and code in (0, -signal.SIGTERM)
        assert asked or code == -signal.SIGKILL, (
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
        """A change of the write-ahead log was seen: its sync, or what follows, is under way."""
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

    def at_stopping(self, life):
        """It was asked to stop: it drains what it has to deliver, and closes its ledger."""
        life.leave_manager()
        self._pause.wait(2 * self.dice.random())
        life.process.terminate()
        delay = 0.05 * self.dice.random() ** 2
        self._pause.wait(delay)
        return f"{delay * 1000:.1f} ms after SIGTERM"

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
