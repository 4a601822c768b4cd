"""Slack, PagerDuty, SNS and a mail server on loopback: what Alertmanager tells them is kept."""

import email
import email.policy
import http.server
import json
import queue
import socketserver
import threading
import urllib.parse

PATIENCE = 60


class Vendors:
    """`told` has what came, as (vendor, content): JSON, form fields, or a parsed message."""

    def __init__(self):
        self.told = queue.Queue()
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._web())
        self._mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._post())
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.smarthost = f"127.0.0.1:{self._mail.server_address[1]}"
        for server in (self._http, self._mail):
            server.daemon_threads = True
            # An Alertmanager that ends leaves its connection: no news.
            server.handle_error = lambda *_: None
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self):
        for server in (self._http, self._mail):
            server.shutdown()
            server.server_close()

    def next(self, *vendors):
        """One message of each of `vendors`, by vendor, in whatever order they come."""
        found = {}
        while set(vendors) - set(found):
            vendor, content = self.told.get(timeout=PATIENCE)
            assert vendor in vendors and vendor not in found, f"{vendor} too: {content}"
            found[vendor] = content
        return found

    def _web(self):
        told = self.told
        sns = (
            "<PublishResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'><PublishResult>"
            "<MessageId>1</MessageId></PublishResult></PublishResponse>"
        )
        answers = {"slack": "ok", "pagerduty": '{"status": "success"}', "sns": sns, "switch": ""}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                vendor = self.path.strip("/")
                is_form = vendor == "sns"
                told.put((vendor, dict(urllib.parse.parse_qsl(body)) if is_form else json.loads(body)))
                self.send_response(202 if vendor == "pagerduty" else 200)
                self.end_headers()
                self.wfile.write(answers[vendor].encode())

            def log_message(self, *_):
                pass

        return Handler

    def _post(self):
        told = self.told

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 mail.example.com ESMTP")
                while line := self.rfile.readline():
                    word = line.split()[0].upper() if line.split() else b""
                    if word == b"DATA":
                        self.say("354 go on")
                        told.put(("mail", self.message()))
                        self.say("250 taken")
                    elif word == b"QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 mail.example.com")

            def message(self):
                lines = []
                while (line := self.rfile.readline()) and line != b".\r\n":
                    lines.append(line[1:] if line.startswith(b"..") else line)
                return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

        return Handler
