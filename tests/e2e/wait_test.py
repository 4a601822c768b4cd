"""`wait` as a script and as a person meet it: progress, the last word, and each exit code."""

import json
import re
import signal

import harness
from harness import KEYS, TRAINWATCHD
from terminal import Terminal

# The world stands still; tests let time pass through the control port.
SCENARIO = """
region: eu-west-1
jobs:
  - {name: good, kind: completed, durations: {Starting: 1m, Downloading: 1m, Training: 10m, Uploading: 1m}}
  - {name: bad, kind: failed, failure_reason: "ClientError: no data under s3://x", durations: {Training: 5m}}
  - {name: stopped, kind: stopped_by_user, durations: {Training: 5m}}
  - {name: slow, kind: max_runtime_exceeded, limits: {max_runtime: 10m}, late: 1m}
  - {name: starved, kind: max_wait_time_exceeded, limits: {max_runtime: 10m, max_wait: 20m}}
  - {name: endless, kind: in_progress, limits: {max_runtime: 100h}}
  - {name: elsewhere, kind: in_progress, region: us-east-1}
"""


class Wait(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(SCENARIO, "--speed", "1")
        self.clock(speed=0)
        self.environment = {
            **KEYS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.simulator.https_url,
            "AWS_CA_BUNDLE": self.simulator.ca_file,
        }

    def control(self, path, method, body=None):
        status, answer = harness.get(self.simulator.control_url + path, method, body)
        self.assertLess(status, 300, answer)

    def clock(self, **change):
        self.control("/clock", "PUT", change)

    def fault(self, **rule):
        self.control("/faults", "PUT", {"faults": [rule]})

    def wait(self, *arguments, **changes):
        environment = {k: v for k, v in {**self.environment, **changes}.items() if v is not None}
        return self.run_to_end(
            TRAINWATCHD, "wait", "--interval", "1s", *arguments, environment=environment)

    def start_wait(self, *arguments):
        return self.start([TRAINWATCHD, "wait", "--interval", "1s", *arguments],
                          harness.clean_environment(**self.environment))

    def code_of(self, child):
        return child.process.wait(timeout=harness.PATIENCE)

    # ---- exit codes -----------------------------------------------------------------------------

    def test_exits_by_the_outcome_of_jobs_that_have_ended(self):
        self.clock(advance="2h")
        for names, expected in (
            (["good"], 0), (["bad"], 2), (["stopped"], 3), (["slow"], 4), (["starved"], 4),
            (["good", "stopped"], 3), (["stopped", "slow"], 4), (["slow", "bad", "good"], 2),
        ):
            code, out, err = self.wait(*names)
            self.assertEqual((code, err), (expected, ""), f"{names}: {out}")
            # Nothing but the last word on each.
            self.assertEqual(out.count("\n"), len(names), out)

    def test_says_how_and_why_in_words(self):
        self.clock(advance="2h")
        _, out, _ = self.wait("bad", "slow", "stopped")
        self.assertRegex(out, r"\d{4}-\d\d-\d\dT[\d:]+Z bad: failed after .*ClientError: no data")
        self.assertRegex(out, r"slow: stopped by AWS at its MaxRuntimeInSeconds \(10m\), after ")
        self.assertRegex(out, r"stopped: stopped on request, after ")

    def test_times_out_with_the_names_of_those_that_go_on(self):
        code, out, err = self.wait("endless", "--timeout", "1s")
        self.assertEqual(code, 5, err)
        self.assertRegex(err, r"^trainwatchd: gave up after 1s .*still going on: endless( \(\w+\))?\n$")

    def test_tells_of_a_bad_end_even_when_it_times_out(self):
        self.clock(advance="2h")
        code, _, err = self.wait("endless", "bad", "--timeout", "8s")
        self.assertEqual(code, 2)
        self.assertIn("gave up", err)

    def test_of_an_unknown_name_ends_after_a_few_looks(self):
        code, _, err = self.wait("endless", "nope")
        self.assertEqual(code, 1)
        self.assertRegex(err, r'^trainwatchd: AWS knows no training job "nope" in eu-west-1.*\n$')
        asked = harness.get_json(self.simulator.control_url + "/requests")["jobs"]
        looks = next(job["describes"] for job in asked if job["name"] == "nope")
        self.assertTrue(3 <= looks <= 5, looks)

    def test_names_all_names_that_aws_does_not_know(self):
        code, out, err = self.wait("nosuch1", "nosuch2")
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r'^[^\n]*"nosuch1" in eu-west-1, "nosuch2" in eu-west-1: check[^\n]*\n$')

    def test_takes_the_region_for_names_and_leaves_an_arn_its_own(self):
        self.clock(advance="2h")
        arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/good"
        code, out, err = self.wait(arn, "elsewhere", "--region", "us-east-1", "--timeout", "1s")
        self.assertIn(code, (0, 5), err)
        self.assertNotIn("leave --region out", err)

    def test_waits_for_a_job_that_aws_does_not_know_right_after_its_creation(self):
        self.clock(advance="2h")
        self.fault(kind="error", status=400, code="ValidationException", job="good", next=2,
                   message="Requested resource not found.")
        code, out, err = self.wait("bad", "good")
        self.assertEqual((code, err), (2, ""))
        self.assertIn("good: completed after", out)

    def test_without_permission_ends_at_once(self):
        self.fault(kind="error", status=400, code="AccessDeniedException", message="User: x may not")
        code, out, err = self.wait("endless")
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"User: x may not: allow sagemaker:DescribeTrainingJob.*\n$")

    def test_without_a_network_ends_after_the_first_looks(self):
        code, out, err = self.wait(
            "endless", "--endpoint-url", f"http://127.0.0.1:{harness.free_port()}")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("check host and port", err)
        self.assertEqual(err.count("\n"), 1, err)

    def test_used_wrongly_exits_with_1(self):
        for arguments in ([], ["a_b"], ["good", "--timeout", "soon"], ["good", "--output", "json"]):
            code, _, err = self.wait(*arguments)
            self.assertEqual(code, 1, err)
            self.assertTrue(err.startswith("trainwatchd: "), err)

    def test_leaves_at_once_when_interrupted(self):
        for number, expected in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            child = self.start_wait("endless")
            child.wait_for_line("endless: ")
            self.assertEqual(child.end(number), expected)

    # ---- progress -------------------------------------------------------------------------------

    def test_tells_each_change_on_a_line_with_its_time(self):
        child = self.start_wait("good")
        child.wait_for_line("good: Starting", "(for ")
        self.clock(advance="90s")
        child.wait_for_line("good: Downloading")
        self.clock(advance="2m")
        child.wait_for_line("good: Training")
        self.clock(advance="1h")
        self.assertEqual(self.code_of(child), 0)
        text = "\n".join(child.lines)
        self.assertNotIn("good: Completed", text)
        self.assertRegex(child.lines[-1], r"^\d{4}-\d\d-\d\dT[\d:]+Z good: completed after ")
        self.assertNotIn("\x1b", text)
        self.assertEqual(len(child.lines), len(set(child.lines)), text)

    def test_watches_jobs_of_two_regions(self):
        arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/elsewhere"
        child = self.start_wait("endless", arn)
        child.wait_for_line("endless: ")
        child.wait_for_line("elsewhere: ")
        self.assertEqual(child.end(signal.SIGINT), 130)

    def test_waits_through_an_outage_and_says_so_once(self):
        child = self.start_wait("endless")
        child.wait_for_line("endless: ")
        self.fault(kind="status", status=503, body="empty")
        child.wait_for_line("eu-west-1: no answer", "503")
        self.control("/faults", "DELETE")
        child.wait_for_line("eu-west-1: AWS answers again")
        self.assertIsNone(child.process.poll())
        self.assertEqual(child.count_lines("no answer"), 1)
        self.assertEqual(child.end(signal.SIGINT), 130)

    def test_ends_when_a_permission_is_taken_away(self):
        child = self.start_wait("endless")
        child.wait_for_line("endless: ")
        self.fault(kind="error", status=400, code="ExpiredTokenException", message="expired")
        child.wait_for_line("sign in again")
        self.assertEqual(self.code_of(child), 1)
        self.assertEqual(child.count_lines("no answer"), 0)

    # ---- on a terminal --------------------------------------------------------------------------

    def terminal(self, *arguments, columns=100, rows=24, **changes):
        terminal = Terminal(
            [TRAINWATCHD, "wait", "--interval", "1s", *arguments],
            harness.clean_environment(**{**self.environment, "TERM": "xterm", **changes}),
            columns, rows)
        self.addCleanup(lambda: terminal.process.poll() is None and terminal.process.kill())
        return terminal

    def test_redraws_a_line_for_each_job_in_place(self):
        terminal = self.terminal("good", "endless", "--timeout", "60s")
        terminal.wait_for("\x1b[34mStarting", harness.PATIENCE)
        terminal.wait_for("\x1b[2A\r\x1b[J", harness.PATIENCE)
        self.clock(advance="1h")
        terminal.wait_for("\x1b[1mgood\x1b[0m \x1b[32mcompleted after ", harness.PATIENCE)
        terminal.process.send_signal(signal.SIGINT)
        self.assertEqual(terminal.end(harness.PATIENCE), 130)
        # No line is wider than the terminal, so that going up by lines is going to the block.
        for line in re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", terminal.drawn.decode()).splitlines():
            self.assertLess(len(line), 100, line)

    def test_leaves_the_last_word_on_the_screen(self):
        self.clock(advance="2h")
        terminal = self.terminal("good", "bad", NO_COLOR="1")
        self.assertEqual(terminal.end(harness.PATIENCE), 2)
        last = terminal.drawn.decode().split("\x1b[J")[-1]
        self.assertRegex(terminal.drawn.decode(), r"good completed after \w+")
        self.assertNotIn("asking AWS", last)
        self.assertNotIn("\x1b[3", terminal.drawn.decode())

    def test_draws_no_more_lines_than_the_terminal_has(self):
        names = [f"many-{i}" for i in range(9)]
        for name in names:
            self.control("/jobs", "POST", {"name": name, "kind": "in_progress"})
        terminal = self.terminal(*names, "--timeout", "8s", rows=6)
        terminal.wait_for("and 5 more", harness.PATIENCE)
        self.assertEqual(terminal.end(harness.PATIENCE), 5)
        self.assertNotIn("\x1b[6A", terminal.drawn.decode())

    def test_keeps_jobs_of_a_sweep_apart_and_their_percentage_readable(self):
        names = ["sweep-of-learning-rates-and-batch-sizes-of-november-" + n for n in ("01", "02")]
        for name in names:
            self.control("/jobs", "POST", {
                "name": name, "kind": "in_progress", "limits": {"max_runtime": "100h"}})
        self.clock(advance="1h")
        terminal = self.terminal(*names, columns=60)
        for end in ("01  ", "02  "):
            terminal.wait_for(end, harness.PATIENCE)
        terminal.wait_for(" % of max runtime", harness.PATIENCE)
        terminal.process.send_signal(signal.SIGINT)
        self.assertEqual(terminal.end(harness.PATIENCE), 130)

    def test_leaves_no_stale_lines_when_the_window_is_narrowed(self):
        terminal = self.terminal("endless", columns=100)
        terminal.wait_for("\x1b[34mStarting", harness.PATIENCE)
        terminal.wait_for("\x1b[1A\r\x1b[J", harness.PATIENCE)
        terminal.resize(40)
        # What was one line of more than 40 columns is two rows now.
        terminal.wait_for("\x1b[2A\r\x1b[Jendless", harness.PATIENCE)
        terminal.process.send_signal(signal.SIGINT)
        self.assertEqual(terminal.end(harness.PATIENCE), 130)

    def test_says_that_it_goes_on_trying(self):
        self.fault(kind="throttle")
        dumb = self.terminal("endless", TERM="dumb")
        drawn = self.terminal("endless")
        for terminal in (dumb, drawn):
            terminal.wait_for("no answer yet (throttled), trying again", harness.PATIENCE)
        self.control("/faults", "DELETE")
        for terminal in (dumb, drawn):
            terminal.wait_for("Starting", harness.PATIENCE)
            terminal.process.send_signal(signal.SIGINT)
            self.assertEqual(terminal.end(harness.PATIENCE), 130)
        self.assertEqual(dumb.drawn.count(b"no answer yet"), 1)

    def test_on_a_dumb_terminal_prints_lines(self):
        terminal = self.terminal("endless", "--timeout", "8s", TERM="dumb")
        self.assertEqual(terminal.end(harness.PATIENCE), 5)
        self.assertNotIn("\x1b", terminal.drawn.decode())
        self.assertIn("endless: ", terminal.drawn.decode())


if __name__ == "__main__":
    harness.main()
