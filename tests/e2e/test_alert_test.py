"""`test-alert`: what each receiver answered, and whether an Alertmanager really has the alert."""

import http.server
import threading

import harness
from harness import TRAINWATCHD, get_json

LISTS = "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: [resnet]}\n"


class Double:
    """Answers each request as `answers` says by its method: status and body."""

    def __init__(self, **answers):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                outer.requests.append((self.command, self.path, body))
                status, text = answers[self.command]
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class TestAlert(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.webhook = harness.Webhook()
        self.addCleanup(self.webhook.close)

    def double(self, **answers):
        double = Double(**answers)
        self.addCleanup(double.close)
        return double

    def send(self, receivers, *more, labels=""):
        text = LISTS + labels + "receivers:\n" + "".join(f"  - {r}\n" for r in receivers)
        path = self.write("trainwatchd.yaml", text)
        # No keys: AWS is nobody's business here.
        return self.run_to_end(
            TRAINWATCHD, "test-alert", "--config.file", path, *more, environment={}
        )

    def test_reaches_the_pager_through_a_real_alertmanager(self):
        alertmanager = self.start_alertmanager(self.webhook)
        code, out, err = self.send(
            [f"{{name: main, alertmanager: {{urls: ['{alertmanager.url}']}}}}"],
            "--replica", "left", labels="global: {labels: {team: vision}}\n",
        )
        self.assertEqual(code, 0, out + err)
        self.assertRegex(
            out,
            rf"^main, {alertmanager.url}: ok, HTTP 200 in \d+ ms, read back;"
            r" its routes give it to hook\n$",
        )
        (held,) = get_json(alertmanager.url + "/api/v2/alerts")
        self.assertEqual(
            {k: v for k, v in held["labels"].items() if k != "test"},
            {"alertname": "TrainwatchdTest", "severity": "info", "replica": "left",
             "team": "vision"},
        )
        _, page = self.webhook.next()
        self.assertEqual(page["status"], "firing")
        self.assertIn("nothing is wrong", page["alerts"][0]["annotations"]["summary"])

    def test_is_told_once_more_each_time(self):
        alertmanager = self.start_alertmanager(self.webhook)
        receivers = [f"{{name: main, alertmanager: {{urls: ['{alertmanager.url}']}}}}"]
        for _ in range(2):
            self.assertEqual(self.send(receivers)[0], 0)
        self.assertEqual(len(get_json(alertmanager.url + "/api/v2/alerts")), 2)

    def test_says_that_a_silence_keeps_it_quiet(self):
        alertmanager = self.start_alertmanager(self.webhook)
        status, answer = harness.get(
            alertmanager.url + "/api/v2/silences", "POST",
            {"matchers": [{"name": "severity", "value": "info", "isRegex": False}],
             "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z",
             "createdBy": "a test", "comment": "quiet"},
            {"Content-Type": "application/json"},
        )
        self.assertEqual(status, 200, answer)
        code, out, _ = self.send(
            [f"{{name: main, alertmanager: {{urls: ['{alertmanager.url}']}}}}"]
        )
        self.assertEqual(code, 0, out)
        self.assertIn("but a silence there keeps it quiet", out)

    def test_tells_a_webhook_of_its_end_too(self):
        code, out, err = self.send(
            [f"{{name: pipeline, webhook: {{url: '{self.webhook.url}?key=s3cr3t'}}}}"]
        )
        self.assertEqual(code, 0, out + err)
        self.assertRegex(
            out, r"^pipeline, webhook http://127\.0\.0\.1:\d+/…: ok, HTTP 200 in \d+ ms, its end HTTP"
        )
        self.assertNotIn("s3cr3t", out + err)
        told = [self.webhook.next()[1] for _ in range(2)]
        self.assertEqual([t["status"] for t in told], ["firing", "resolved"])
        self.assertEqual(told[0]["alerts"][0]["identity"], told[1]["alerts"][0]["identity"])

    def test_does_not_believe_a_200_that_drops_the_alert(self):
        liar = self.double(POST=(200, ""), GET=(200, "[]"))
        code, out, _ = self.send(
            [f"{{name: main, alertmanager: {{urls: ['{liar.url}/am']}}}}"]
        )
        self.assertEqual(code, 1)
        self.assertRegex(out, r"/am: FAILED: HTTP 200 in \d+ ms, but it does not have the alert: ")
        self.assertEqual([r[0] for r in liar.requests], ["POST", "GET"])
        self.assertTrue(liar.requests[1][1].startswith("/am/api/v2/alerts?filter=alertname%3D%22"))

    def test_has_a_line_for_each_and_fails_when_one_does_not_take_it(self):
        alertmanager = self.start_alertmanager(self.webhook)
        dead = f"http://127.0.0.1:{harness.free_port()}"
        refuses = self.double(POST=(401, "who\n\x1b[31m are you?"))
        picky = self.double(POST=(400, "bad label " + "x" * 5000))
        path = self.write("hook.url", picky.url + "/T0K3N")
        code, out, err = self.send([
            f"{{name: main, alertmanager: {{urls: ['{alertmanager.url}', '{dead}']}}}}",
            f"{{name: guarded, alertmanager: {{urls: ['{refuses.url}']}}}}",
            f"{{name: hook, webhook: {{url_file: {path}}}}}",
        ])
        self.assertEqual((code, err), (1, ""), out)
        lines = out.splitlines()
        self.assertEqual(len(lines), 4, out)
        self.assertRegex(lines[0], r"^main, .*: ok, ")
        self.assertRegex(
            lines[1], rf"^main, {dead}: FAILED after \d+ ms: connecting to .* check host and port: nothing listens"
        )
        self.assertRegex(lines[2], r"^guarded, .*: FAILED after \d+ ms: HTTP 401: who .* it asks for a login")
        self.assertNotIn("\x1b", lines[2])
        self.assertRegex(lines[3], rf"^hook, webhook in {path}: FAILED after \d+ ms: HTTP 400: bad label x+")
        self.assertLess(len(lines[3]), 500)
        self.assertNotIn("T0K3N", out)

    def test_goes_to_the_receivers_that_are_named(self):
        other = harness.Webhook()
        self.addCleanup(other.close)
        receivers = [
            f"{{name: one, webhook: {{url: '{self.webhook.url}'}}}}",
            f"{{name: other, webhook: {{url: '{other.url}'}}}}",
        ]
        code, out, _ = self.send(receivers, "--receiver", "other")
        self.assertEqual((code, len(out.splitlines())), (0, 1), out)
        self.assertTrue(self.webhook.received.empty())
        self.assertFalse(other.received.empty())
        code, out, err = self.send(receivers, "--receiver", "othr")
        self.assertEqual((code, out), (1, ""))
        self.assertIn('no receiver "othr" in the configuration, which has one, other', err)
        self.assertTrue(self.webhook.received.empty())

    def test_says_what_is_wrong_with_the_configuration(self):
        code, out, err = self.send(["{name: main, alertmanager: {url: x}}"])
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"trainwatchd\.yaml:4:\d+: receivers\[0\]\.alertmanager")
        path = self.write("none.yaml", LISTS)
        code, _, err = self.run_to_end(
            TRAINWATCHD, "test-alert", "--config.file", path, environment={}
        )
        self.assertEqual(code, 1)
        self.assertIn("has no receivers", err)


if __name__ == "__main__":
    harness.main()
