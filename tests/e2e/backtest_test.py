"""`backtest` as a user meets it: an account's history, saved answers, a terminal, and each way to fail."""

import json
import re
import signal

import harness
from harness import KEYS, ROOT, TRAINWATCHD
from terminal import Terminal, run_in_terminal

VECTORS = ROOT / "tests" / "vectors" / "describe"

SCENARIO = """
region: eu-west-1
jobs:
  - {name: bad-one, kind: failed, created: -30h, failure_reason: "AlgorithmError: CUDA out of memory, exit code 1"}
  - {name: bad-two, kind: failed, created: -20h, failure_reason: "AlgorithmError: CUDA out of memory, exit code 1"}
  - {name: cut-off, kind: max_runtime_exceeded, created: -26h, limits: {max_runtime: 2h}}
  - {name: good, kind: completed, created: -25h}
  - {name: brief, kind: quick_phases, created: -24h}
  - {name: no-machines, kind: pending_for_capacity, created: -23h, durations: {Pending: 5h}}
  - {name: ancient, kind: failed, created: -900h}
"""


class Backtest(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(SCENARIO, "--speed", "1")
        self.environment = {
            **KEYS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.simulator.https_url,
            "AWS_CA_BUNDLE": self.simulator.ca_file,
        }

    def backtest(self, *arguments, **changes):
        environment = {k: v for k, v in {**self.environment, **changes}.items() if v is not None}
        return self.run_to_end(TRAINWATCHD, "backtest", *arguments, environment=environment)

    def report(self, *arguments, **changes):
        code, out, err = self.backtest("--output", "json", *arguments, **changes)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def fault(self, **rule):
        status, body = harness.get(
            self.simulator.control_url + "/faults", "PUT", {"faults": [rule]})
        self.assertEqual(status, 200, body)

    def fired(self, report):
        return sorted(
            (a["labels"]["training_job"], a["labels"]["alertname"]) for a in report["alerts"])

    def described(self):
        jobs = harness.get_json(self.simulator.control_url + "/requests")["jobs"]
        return {job["name"] for job in jobs if job["describes"] > 0}

    # ---- an account's history -------------------------------------------------------------------

    def test_tells_what_the_truth_says_and_when(self):
        report = self.report()
        truth = {
            j["name"]: j for j in harness.get_json(self.simulator.control_url + "/truth")["jobs"]}
        wanted = sorted(
            (name, alert) for name, job in truth.items() if name != "ancient"
            for alert in job["expected_alerts"])
        ends = [a for a in self.fired(report) if a[1] not in (
            "TrainingJobNearDeadline", "TrainingJobStuck")]
        self.assertEqual(ends, wanted)
        for alert in report["alerts"]:
            if alert["labels"]["alertname"] == "TrainingJobFailed":
                job = truth[alert["labels"]["training_job"]]
                self.assertEqual(alert["fired_at"], alert["annotations"]["ended_at"])
                self.assertTrue(job["failure_reason"].startswith("AlgorithmError"))

    def test_tells_what_came_before_the_end(self):
        report = self.report()
        fired = self.fired(report)
        self.assertIn(("no-machines", "TrainingJobStuck"), fired)
        self.assertEqual(fired.count(("cut-off", "TrainingJobNearDeadline")), 2, fired)
        times = [a["fired_at"] for a in report["alerts"]]
        self.assertEqual(times, sorted(times, reverse=True))

    def test_shows_it_to_a_person(self):
        code, out, err = self.backtest()
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"^trainwatchd: 6 jobs listed, \d to describe, which takes \d+s ")
        self.assertEqual(err.count("\n"), 1, err)
        self.assertRegex(
            out, r"\d{4}-\d\d-\d\d \d\d:\d\d  critical +TrainingJobFailed +bad-two +failed after")
        for part in (", as did 1 other before it: AlgorithmError", "would have fired between", "a week",
                     "One cause, several alerts", "2 jobs, ", "What was at stake",
                     "instance-hours", "6 jobs created since", "eu-west-1", "--config.file FILE"):
            self.assertIn(part, out)
        self.assertNotIn("\x1b", out)
        self.assertNotIn("ancient", out)

    def test_asks_only_for_what_may_have_alerted(self):
        self.report()
        self.assertNotIn("brief", self.described())
        report = self.report("--every-job")
        self.assertIn("brief", self.described())
        self.assertEqual(report["jobs"]["short_lived"], 0)

    def test_looks_back_as_far_as_it_is_told(self):
        report = self.report("--since", "60d")
        self.assertIn(("ancient", "TrainingJobFailed"), self.fired(report))
        report = self.report("--since", "10h")
        self.assertEqual((report["alerts"], report["jobs"]["listed"]), ([], 0))
        code, out, _ = self.backtest("--since", "10h")
        self.assertEqual(code, 0)
        self.assertIn("Nothing would have fired", out)

    def test_takes_the_prices_of_the_command_line(self):
        report = self.report()
        self.assertIsNone(report["stakes"]["failed_or_cut_off"]["cost"])
        types = {
            i.split(" x ")[1] for a in report["alerts"]
            for i in a["annotations"]["instances"].split(", ")}
        flags = [f for t in types for f in ("--price", t + "=2")]
        stakes = self.report(*flags)["stakes"]["failed_or_cut_off"]
        self.assertAlmostEqual(stakes["cost"], 2 * stakes["instance_hours"], places=3)

    # ---- with a configuration file --------------------------------------------------------------

    def test_takes_watch_lists_thresholds_and_labels_of_a_file(self):
        config = self.write("trainwatchd.yaml", f"""
global: {{labels: {{site: north}}}}
connections:
  - {{name: research, regions: [eu-west-1], endpoint_url: "{self.simulator.https_url}",
      ca_bundle: "{self.simulator.ca_file}"}}
watch_lists:
  - name: failures
    match: {{name: "bad-*"}}
    labels: {{team: vision}}
    alerts: {{TrainingJobFailed: {{severity: warning}}}}
  - name: waiting
    jobs: [no-machines]
    limits: {{Pending: 6h}}
receivers:
  - {{name: main, alertmanager: {{urls: ["http://127.0.0.1:9"]}}}}
""")
        report = self.report("--config.file", str(config), AWS_ENDPOINT_URL=None)
        self.assertEqual(self.fired(report), [
            ("bad-one", "TrainingJobFailed"), ("bad-two", "TrainingJobFailed")])
        labels = report["alerts"][0]["labels"]
        self.assertEqual(
            (labels["severity"], labels["site"], labels["team"], labels["watch_list"]),
            ("warning", "north", "vision", "failures"))
        self.assertGreater(report["jobs"]["unwatched"], 0)

    def test_reads_tags_where_a_list_needs_them(self):
        self.simulator = self.start_simulator("""
region: eu-west-1
jobs:
  - {name: ours, kind: failed, created: -3h, tags: {team: vision, Owner: ada}}
  - {name: theirs, kind: failed, created: -4h, tags: {team: speech}}
""", "--speed", "1")
        config = self.write("trainwatchd.yaml", f"""
connections:
  - {{name: research, regions: [eu-west-1], endpoint_url: "{self.simulator.https_url}",
      ca_bundle: "{self.simulator.ca_file}"}}
watch_lists:
  - {{name: vision, match: {{tags: {{team: vision}}}}, labels_from_tags: {{owner: Owner}}}}
receivers:
  - {{name: main, alertmanager: {{urls: ["http://127.0.0.1:9"]}}}}
""")
        report = self.report("--config.file", str(config))
        self.assertEqual(self.fired(report), [("ours", "TrainingJobFailed")])
        self.assertEqual(report["alerts"][0]["labels"]["owner"], "ada")
        self.assertEqual(report["jobs"]["unwatched"], 1)

    def test_judges_what_a_list_expects(self):
        config = self.write("trainwatchd.yaml", f"""
connections:
  - {{name: research, regions: [eu-west-1], endpoint_url: "{self.simulator.https_url}",
      ca_bundle: "{self.simulator.ca_file}"}}
watch_lists:
  - {{name: nightly, match: {{name: "good"}}, expect: {{completed_within: 20h}}}}
receivers:
  - {{name: main, alertmanager: {{urls: ["http://127.0.0.1:9"]}}}}
""")
        alerts = self.report("--config.file", str(config))["alerts"]
        # Before its first job nobody watched for one.
        self.assertEqual([a["labels"]["alertname"] for a in alerts], ["TrainingJobOverdue"])
        self.assertIn("last_completed_at", alerts[0]["annotations"])
        self.assertIsNone(alerts[0]["ended_at"])

    def test_one_region_that_refuses_takes_nothing_from_the_others(self):
        config = self.write("trainwatchd.yaml", f"""
connections:
  - {{name: research, regions: [eu-west-1, us-east-1], endpoint_url: "{self.simulator.https_url}",
      ca_bundle: "{self.simulator.ca_file}"}}
watch_lists:
  - {{name: all, match: {{name: "*"}}}}
receivers:
  - {{name: main, alertmanager: {{urls: ["http://127.0.0.1:9"]}}}}
""")
        self.fault(kind="error", status=400, code="AccessDeniedException", message="no",
                   operation="ListTrainingJobs", region="us-east-1")
        code, out, err = self.backtest("--config.file", str(config), AWS_ENDPOINT_URL=None)
        self.assertEqual(code, 1, err)
        self.assertRegex(err, r"trainwatchd: us-east-1: .*\n")
        self.assertNotIn("trainwatchd: eu-west-1", err)
        self.assertIn("TrainingJobFailed", out)
        self.assertIn("in eu-west-1, us-east-1", out)

    def test_mistakes_of_the_file_are_told(self):
        config = self.write("trainwatchd.yaml", "watch_list: []\n")
        code, out, err = self.backtest("--config.file", str(config))
        self.assertEqual((code, out), (1, ""))
        self.assertIn("watch_list", err)

    # ---- trouble --------------------------------------------------------------------------------

    def refused(self, *arguments, **changes):
        code, out, err = self.backtest(*arguments, **changes)
        self.assertEqual((code, out), (1, ""), err)
        return err

    def test_says_what_is_missing_when_lists_are_denied(self):
        self.fault(kind="error", status=400, code="AccessDeniedException",
                   message="no", operation="ListTrainingJobs")
        err = self.refused()
        self.assertIn("eu-west-1: AccessDeniedException", err)

    def test_says_that_there_are_no_keys_and_no_region(self):
        nothing = {name: None for name in KEYS}
        self.assertIn("key", self.refused(**nothing).lower())
        self.assertIn("no region: give --region", self.refused(AWS_REGION=None))

    def test_outlasts_trouble_on_the_way(self):
        self.fault(kind="status", status=500, body="empty", next=2)
        self.assertGreater(len(self.report()["alerts"]), 3)
        self.fault(kind="throttle", operation="DescribeTrainingJob", next=2)
        self.assertGreater(len(self.report()["alerts"]), 3)

    def test_prints_what_it_has_when_it_cannot_go_on(self):
        self.fault(kind="error", status=400, code="UnrecognizedClientException",
                   message="The security token is invalid", operation="DescribeTrainingJob")
        code, out, err = self.backtest()
        self.assertEqual(code, 1)
        self.assertIn("UnrecognizedClientException", err)
        self.assertRegex(out, r"It was broken off: \d jobs are missing here")

    def test_wrong_usage_is_told(self):
        for arguments, part in (
                (["--since", "soon"], 'since "soon" is no duration'),
                (["--since", "0s"], "is no time to look back"),
                (["--from", ".", "--region", "eu-west-1"], "--region does not go with --from"),
                (["--config.file", "x", "--profile", "p"], "--profile does not go with"),
                (["--output", "yaml"], "--output is text or json"),
                (["resnet"], 'unexpected argument "resnet"')):
            self.assertIn(part, self.refused(*arguments))

    # ---- saved answers --------------------------------------------------------------------------

    def offline(self, *arguments):
        return self.run_to_end(TRAINWATCHD, "backtest", *arguments, environment={})

    def save(self, *names):
        for name in names:
            (self.directory / "saved").mkdir(exist_ok=True)
            text = (VECTORS / f"{name}.json").read_text()
            (self.directory / "saved" / f"{name}.json").write_text(text)
        return str(self.directory / "saved")

    def test_replays_saved_answers_without_keys(self):
        folder = self.save("failed-long-reason", "max-runtime-exceeded", "spot-never-launched")
        code, out, err = self.offline("--from", folder, "--output", "json")
        self.assertEqual((code, err), (0, ""))
        names = {a["labels"]["alertname"] for a in json.loads(out)["alerts"]}
        self.assertLessEqual(
            {"TrainingJobFailed", "TrainingJobMaxRuntimeExceeded", "TrainingJobMaxWaitExceeded"},
            names)

    def test_what_describe_prints_can_be_replayed(self):
        code, document, _ = self.run_to_end(
            TRAINWATCHD, "describe", "bad-one", "--output", "json", environment=self.environment)
        self.assertEqual(code, 0)
        self.write("bad-one.json", document)
        code, out, err = self.offline("--from", str(self.directory), "--output", "json")
        self.assertEqual(code, 0, err)
        report = json.loads(out)
        self.assertEqual(self.fired(report), [("bad-one", "TrainingJobFailed")])
        online = next(a for a in self.report()["alerts"]
                      if a["labels"]["training_job"] == "bad-one")
        self.assertEqual(report["alerts"][0]["labels"], online["labels"])
        self.assertEqual(report["alerts"][0]["fired_at"], online["fired_at"])

    def test_names_and_skips_what_is_neither(self):
        folder = self.save("failed-long-reason")
        for name, text in (("notes.txt", "hello"), ("other.json", '{"a": 1}')):
            (self.directory / "saved" / name).write_text(text)
        code, out, err = self.offline("--from", folder)
        self.assertEqual(code, 0)
        self.assertIn("notes.txt: no JSON object: left out", err)
        self.assertIn("other.json: neither a DescribeTrainingJob document", err)
        self.assertIn("1 job replayed", out)

    def test_saved_answers_are_of_the_lists_of_a_file(self):
        folder = self.save("failed-long-reason", "max-runtime-exceeded")
        self.write("broken.yaml", "watch_list: 1\n")
        config = self.write("trainwatchd.yaml", """
connections: [{name: main, regions: [us-east-1]}]
watch_lists: [{name: limits, match: {name: "demo-max-*"}}]
watch_list_files: [broken.yaml]
receivers: [{name: main, alertmanager: {urls: ["http://127.0.0.1:9"]}}]
""")
        code, out, err = self.offline(
            "--from", folder, "--config.file", str(config), "--output", "json")
        self.assertEqual(code, 0, err)
        self.assertIn("broken.yaml: left out", err)
        report = json.loads(out)
        self.assertEqual(
            {a["labels"]["watch_list"] for a in report["alerts"]}, {"limits"}, report)
        self.assertEqual(report["jobs"]["unwatched"], 1)

    def test_a_folder_without_a_job_is_no_good_news(self):
        folder = self.directory / "saved"
        folder.mkdir()
        for saved in (None, '{"TrainingJobName": "a", "CreationTime": "2026-11-24T09:12:00+00:00"}'):
            if saved:
                (folder / "a.json").write_text(saved)
            for arguments in ((), ("--output", "json")):
                code, out, err = self.offline("--from", str(folder), *arguments)
                self.assertEqual((code, out), (1, ""), err)
                self.assertIn(f"no job could be read in {folder}", err)

    def test_a_folder_that_is_not_there_is_an_error(self):
        code, out, err = self.offline("--from", str(self.directory / "nowhere"))
        self.assertEqual((code, out), (1, ""))
        self.assertIn("nowhere: No such file or directory", err)

    # ---- a terminal -----------------------------------------------------------------------------

    def test_is_never_wider_than_the_terminal(self):
        environment = harness.clean_environment(TERM="xterm", **self.environment)
        for columns in (50, 80, 130):
            code, drawn = run_in_terminal(
                [TRAINWATCHD, "backtest"], environment, columns, harness.PATIENCE)
            self.assertEqual(code, 0, drawn)
            self.assertIn("\x1b[", drawn)
            page = drawn.split("within the budget\n")[1]
            for line in page.split("\n"):
                shown = re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", line.split("\x1b[K")[-1])
                self.assertLessEqual(len(shown), columns, shown)

    def test_prints_what_it_has_after_ctrl_c(self):
        self.fault(kind="slow", milliseconds=1500, operation="DescribeTrainingJob")
        environment = harness.clean_environment(TERM="xterm", **self.environment)
        terminal = Terminal([TRAINWATCHD, "backtest"], environment, 100)
        terminal.wait_for("1 of ", harness.PATIENCE)
        terminal.process.send_signal(signal.SIGINT)
        code = terminal.end(harness.PATIENCE)
        drawn = terminal.drawn.decode()
        self.assertEqual(code, 130, drawn)
        self.assertIn("It was broken off", drawn)
        self.assertIn("1 job replayed", drawn)


if __name__ == "__main__":
    harness.main()
