"""What goes wrong in the world, and what the daemon makes of it."""

import os
import signal
import socket
import time

import harness
from harness import KEYS, TRAINWATCHD, get, get_json, wait_until

ONE_FAILURE = """
jobs:
  - {name: steady, kind: in_progress, created: -1h}
  - {name: fails, kind: failed, created: -1m, durations: {Starting: 20s, Downloading: 10s, Training: 60s, Uploading: 5s}}
"""
JOBS = {"eu-west-1": ["steady", "fails"]}


class Troubled(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(ONE_FAILURE, "--region", "eu-west-1", "--speed", "0.001")
        self.webhook = harness.Webhook()
        self.addCleanup(self.webhook.close)

    def configure(self, **more):
        return self.configuration(
            self.simulator, JOBS,
            [f"{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}"], bound="1s", **more,
        )

    def fault(self, **what):
        status, text = get(self.simulator.control_url + "/faults", "PUT", what)
        self.assertEqual(status, 200, text)

    def heal(self):
        self.assertEqual(get(self.simulator.control_url + "/faults", "DELETE")[0], 200)

    def play(self, speed):
        status, text = get(self.simulator.control_url + "/clock", "PUT", {"speed": speed})
        self.assertEqual(status, 200, text)

    def alert_of(self, job):
        while True:
            for alert in self.webhook.next()[1]["alerts"]:
                if alert["labels"].get("training_job") == job:
                    return alert

    def metric(self, daemon, name, *parts):
        for line in get(daemon.url + "/metrics")[1].splitlines():
            if line.startswith(name) and all(p in line for p in parts):
                return float(line.rsplit(" ", 1)[1])
        return None


class ServiceTrouble(Troubled):
    """Each kind of fault hits every describe; the job fails meanwhile; then AWS recovers."""

    def goes_on_after(self, **fault):
        daemon = self.start_daemon(self.configure())
        daemon.wait_for_line("watching")
        self.fault(**fault)
        wait_until(
            lambda: self.metric(
                daemon, "trainwatchd_api_requests_total", f'code="{self.expected_code}"'
            ),
            "a failed request",
        )
        self.play(1000)
        wait_until(
            lambda: any(j["ended"] for j in self.truth(self.simulator)["jobs"]), "the job's end"
        )
        self.play(0.001)
        self.assertEqual(get(daemon.url + "/-/healthy")[0], 200)
        self.assertEqual(get(daemon.url + "/-/ready")[0], 200)
        self.assertEqual(daemon.count_lines("alert_fired", "TrainingJob"), 0)
        self.heal()
        alert = self.alert_of("fails")
        self.assertEqual(alert["labels"]["alertname"], "TrainingJobFailed")
        self.assertEqual(daemon.end(), 0)

    def test_an_empty_503(self):
        self.expected_code = "transient"
        self.goes_on_after(operation="DescribeTrainingJob", kind="status", status=503, probability=1)

    def test_a_proxys_html(self):
        self.expected_code = "transient"
        self.goes_on_after(operation="DescribeTrainingJob", kind="html", probability=1)

    def test_a_reset(self):
        self.expected_code = "transient"
        self.goes_on_after(operation="DescribeTrainingJob", kind="reset", probability=1)

    def test_a_truncated_answer(self):
        self.expected_code = "transient"
        self.goes_on_after(operation="DescribeTrainingJob", kind="truncate", probability=1)

    def test_throttling(self):
        self.expected_code = "throttled"
        self.goes_on_after(operation="DescribeTrainingJob", kind="throttle", probability=1)

    def test_an_answer_about_another_job(self):
        self.expected_code = "malformed"
        self.goes_on_after(operation="DescribeTrainingJob", kind="wrong_job", probability=1)


class ReceiverTrouble(Troubled):
    def test_an_alert_waits_for_its_receiver(self):
        self.webhook.answer = 503
        daemon = self.start_daemon(self.configure())
        daemon.wait_for_line("watching")
        self.play(1000)
        daemon.wait_for_line("alert_fired")
        first = self.alert_of("fails")
        self.webhook.answer = 200
        again = self.alert_of("fails")
        self.assertEqual(first["labels"], again["labels"])
        daemon.wait_for_line("delivery_recovered")
        self.assertEqual(daemon.end(), 0)


class Refusals(Troubled):
    def test_a_certificate_that_is_not_trusted_is_explained(self):
        self.simulator.ca_file = "/etc/ssl/certs/ca-certificates.crt"
        code, _, err = self.run_to_end(TRAINWATCHD, "once", "--config.file", self.configure())
        self.assertEqual(code, 1)
        self.assertIn("not trusted", err)
        self.assertIn("ca_bundle", err)

    def test_a_wrong_key_is_explained(self):
        keys = {**KEYS, "AWS_SECRET_ACCESS_KEY": "wrong"}
        code, _, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", self.configure(), environment=keys
        )
        self.assertEqual(code, 1)
        self.assertIn("InvalidSignatureException", err)

    def test_a_refused_signature_does_not_show_the_session_token(self):
        self.simulator = self.start_simulator(
            ONE_FAILURE, "--region", "eu-west-1", "--session-token", "SESSIONTOKENVALUE"
        )
        keys = {**KEYS, "AWS_SECRET_ACCESS_KEY": "wrong", "AWS_SESSION_TOKEN": "SESSIONTOKENVALUE"}
        code, out, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", self.configure(), "--log.level", "debug",
            environment=keys,
        )
        self.assertEqual(code, 1)
        self.assertIn("InvalidSignatureException", err)
        self.assertNotIn("SESSIONTOKENVALUE", out + err)

    def test_a_name_that_aws_does_not_know_is_waited_for(self):
        path = self.configuration(self.simulator, {"eu-west-1": ["not-yet"]}, bound="1s")
        daemon = self.start_daemon(path)
        daemon.wait_for_line("watching")
        status, text = get(
            self.simulator.control_url + "/jobs", "POST", {"name": "not-yet", "kind": "in_progress"}
        )
        self.assertIn(status, (200, 201), text)
        daemon.wait_for_line("job_appeared", "not-yet")


class ServiceManager(Troubled):
    """The protocol of sd_notify(3), spoken to a socket of ours."""

    def test_hears_ready_status_watchdog_and_stopping(self):
        path = self.directory / "notify"
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(path))
        manager.settimeout(harness.PATIENCE)
        daemon = self.start_daemon(
            self.configure(), {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}
        )
        heard = []

        def wait_for(message):
            while not any(message in h for h in heard):
                heard.append(manager.recv(4096).decode())

        wait_for("READY=1")
        wait_for("WATCHDOG=1")
        wait_for("STATUS=watching 2 jobs")
        daemon.process.send_signal(signal.SIGTERM)
        wait_for("STOPPING=1")
        self.assertEqual(daemon.end(), 0)


class Stopping(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        # Its queue is full: the kernel drops whoever else wants to connect, as a firewall would.
        self.silent = self.open_socket()
        self.silent.bind(("127.0.0.1", 0))
        self.silent.listen(0)
        self.port = self.silent.getsockname()[1]
        for _ in range(4):
            guest = self.open_socket()
            guest.setblocking(False)
            guest.connect_ex(("127.0.0.1", self.port))

    def open_socket(self):
        made = socket.socket()
        self.addCleanup(made.close)
        return made

    def dialling(self, daemon):
        """Whether a connection of the daemon waits for its answer (SYN_SENT)."""
        owned = set()
        for entry in os.scandir(f"/proc/{daemon.process.pid}/fd"):
            try:
                owned.add(os.readlink(entry.path))
            except FileNotFoundError:
                pass  # closed meanwhile
        with open("/proc/net/tcp", encoding="ascii") as table:
            for fields in (line.split() for line in table):
                if fields[2].endswith(f":{self.port:04X}") and fields[3] == "02":
                    if f"socket:[{fields[9]}]" in owned:
                        return True
        return False

    def test_is_not_held_up_by_a_connection_that_is_being_made(self):
        path = self.write("trainwatchd.yaml", f"""
connections: [{{name: silent, regions: [eu-west-1], endpoint_url: "http://127.0.0.1:{self.port}"}}]
watch_lists: [{{name: all, jobs: [a]}}]
""")
        daemon = self.start_daemon(path)
        wait_until(lambda: self.dialling(daemon), "the daemon to dial")
        begun = time.monotonic()
        self.assertEqual(daemon.end(), 0)
        # A look may take ten seconds; this one had hardly begun.
        self.assertLess(time.monotonic() - begun, 5)


class Budget(harness.EndToEnd):
    def test_polls_are_spread_within_it(self):
        names = [f"job-{n:03}" for n in range(40)]
        jobs = "".join(f"  - {{name: {n}, kind: in_progress, created: -1h}}\n" for n in names)
        simulator = self.start_simulator(
            "jobs:\n" + jobs, "--region", "eu-west-1", "--describe-rate", "20", "--burst", "2"
        )
        path = self.configuration(simulator, {"eu-west-1": names}, bound="1s")
        path.write_text(path.read_text().replace("describe_per_second: 50", "describe_per_second: 15"))
        daemon = self.start_daemon(path)
        daemon.wait_for_line("watching")
        requests = get_json(simulator.control_url + "/requests")
        counts = requests["operations"]["DescribeTrainingJob"]
        self.assertEqual(set(counts), {"200"}, "an account that gives 20 a second never throttled 15")


if __name__ == "__main__":
    harness.main()
