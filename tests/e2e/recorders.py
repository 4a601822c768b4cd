"""Receivers that remember all that they were told, and kill the teller at a chosen moment of it.

A trap is set for one moment of one message: the receiver's own thread springs it, so that the kill
falls between two steps of a delivery and not some milliseconds later.
"""

import collections
import http.client
import http.server
import json
import threading
import time

import harness
import kill_verdict
from harness import get_json

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

            def do_GET(self):
                status, body = outer.ask_on(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

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

    def ask_on(self, _path):
        return 501, b""

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay(Recorder):
    """Stands in front of an Alertmanager, which may be away: what it was sent is remembered."""

    def __init__(self, memory, read, target):
        self._host = target.split("/")[2]
        super().__init__(memory, read)

    def pass_on(self, path, body):
        return self._onward("POST", path, body)[0]

    def ask_on(self, path):
        return self._onward("GET", path, None)

    def _onward(self, method, path, body):
        onward = http.client.HTTPConnection(self._host, timeout=harness.PATIENCE)
        try:
            onward.request(method, path, body, {"Content-Type": "application/json"})
            answer = onward.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 502, b""
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
