"""An Alertmanager's 200 is not believed: what it holds is confirmed, what it drops is sent again."""

import http.server
import json
import threading

import harness
from discovery_harness import ALL, FAILS, LIVE, Discovery
from harness import get_json, wait_until


class Liar:
    """Takes alerts with a 200; holds them once it is told to. `asked`: paths of its GETs."""

    def __init__(self):
        self.holds = False
        self.asked = []
        self.told = 0
        self.refuses = False
        held = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                alerts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                held[:] = alerts if outer.holds else []
                outer.told += len(alerts)
                self.answer(200, b"")

            def do_GET(self):
                outer.asked.append(self.path)
                if outer.refuses:
                    self.answer(403, b"no questions")
                else:
                    self.answer(200, json.dumps(held).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ReadBack(Discovery):
    def watch(self, *urls):
        """A daemon that tells them of a job which has failed."""
        simulator = self.simulate(f"  - {{name: other, {LIVE}}}\n")
        configuration = self.configure(simulator, ALL, bound="1s")
        text = configuration.read_text()
        receivers = f"receivers: [{{name: main, alertmanager: {{urls: {json.dumps(urls)}}}}}]\n"
        configuration.write_text(text[:text.index("receivers:")] + receivers)
        daemon = self.start_daemon(configuration)
        self.create(simulator, name="broken", region="eu-west-1", **FAILS)
        daemon.wait_for_line("alert_fired", "broken")
        return daemon

    def unconfirmed(self, daemon):
        return [v for _, v in self.series(daemon, "trainwatchd_notifications_unconfirmed")]

    def wait_for_held(self, alertmanager):
        # None is unconfirmed before the first is on its way, either.
        wait_until(lambda: get_json(alertmanager.url + "/api/v2/alerts"), "the alert")
        (held,) = get_json(alertmanager.url + "/api/v2/alerts")
        self.assertEqual(held["labels"]["training_job"], "broken")

    def wait_for_confirmation(self, daemon):
        wait_until(lambda: self.unconfirmed(daemon) == [0], "the confirmation", 150)

    def test_believes_a_real_alertmanager_that_holds_the_alert(self):
        alertmanager = self.start_alertmanager(self.webhook)
        daemon = self.watch(alertmanager.url)
        self.wait_for_held(alertmanager)
        self.wait_for_confirmation(daemon)

    def test_tells_what_was_dropped_again_until_it_is_held(self):
        liar = Liar()
        self.addCleanup(liar.close)
        daemon = self.watch(liar.url)
        daemon.wait_for_line("alert_not_held", "broken")
        self.assertEqual(self.unconfirmed(daemon), [1])
        self.assertIn("filter=training_job%3D%22broken%22", liar.asked[0])
        told = liar.told
        liar.holds = True
        self.wait_for_confirmation(daemon)
        self.assertGreater(liar.told, told)

    def test_takes_one_at_its_word_that_may_not_be_asked(self):
        liar = Liar()
        liar.refuses = True
        self.addCleanup(liar.close)
        daemon = self.watch(liar.url)
        daemon.wait_for_line("read_back_refused", "403")
        self.wait_for_confirmation(daemon)
        self.assertEqual(len(liar.asked), 1)

    def test_finds_an_alertmanager_by_its_name(self):
        alertmanager = self.start_alertmanager(self.webhook)
        port = alertmanager.url.rsplit(":", 1)[1]
        daemon = self.watch(f"dns+http://localhost:{port}")
        self.wait_for_held(alertmanager)
        self.wait_for_confirmation(daemon)


if __name__ == "__main__":
    harness.main()
