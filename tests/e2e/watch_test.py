"""The main job: from DescribeTrainingJob to a metric and an alert, with everything real."""

import collections
import json
import pathlib
import subprocess
import sys

import harness
from harness import KEYS, TRAINWATCHD, get, get_json, wait_until

COMPARE = pathlib.Path(__file__).parent.parent.parent / "deploy" / "demo_check.py"

# Half an hour of a job's life in three seconds.
SPEED = "600"


def names_by_region(truth):
    names = collections.defaultdict(list)
    for job in truth["jobs"]:
        if job["name"] not in names[job["region"]]:
            names[job["region"]].append(job["name"])
    return dict(names)


def called_for(truth):
    """{(alertname, job, region)} that the scenario calls for, of jobs that have ended."""
    return {
        (alert, job["name"], job["region"])
        for job in truth["jobs"] if job["ended"] for alert in job["expected_alerts"]
    }


ENDS = (
    "TrainingJobFailed", "TrainingJobMaxRuntimeExceeded", "TrainingJobMaxWaitExceeded",
    "TrainingJobStopped",
)


def of_jobs(alerts):
    """Those about ends: what goes on with a job, or with the daemon on a busy machine, comes and goes."""
    return [a for a in alerts if a["labels"]["alertname"] in ENDS]


def held(alerts):
    return {
        (a["labels"]["alertname"], a["labels"]["training_job"], a["labels"]["aws_region"])
        for a in of_jobs(alerts)
    }


class WatchingEveryKind(harness.EndToEnd):
    """One job of every kind, watched over TLS from its first minute to its end."""

    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator("every_kind.yaml", "--speed", SPEED)
        self.jobs = names_by_region(self.truth(self.simulator))
        self.webhook = harness.Webhook()
        self.addCleanup(self.webhook.close)

    def test_prometheus_and_alertmanager_hold_what_is_true(self):
        alertmanager = self.start_alertmanager(self.webhook)
        configuration = self.configuration(
            self.simulator, self.jobs,
            [f"{{name: main, alertmanager: {{urls: ['{alertmanager.url}']}}}}"], bound="1s",
            every_metric=True,
        )
        daemon = self.start_daemon(configuration)
        said = daemon.wait_for_line("msg=watching")
        self.assertRegex(said, r'"watching \d+ jobs, \d+ live, next sweep in \d+s, \d+ alerts"')
        prometheus = self.start_prometheus(daemon.url.removeprefix("http://"))
        done = subprocess.run(
            [sys.executable, COMPARE, "--truth", self.simulator.control_url + "/truth",
             "--prometheus", prometheus.url, "--alertmanager", alertmanager.url,
             "--within", str(int(2 * harness.PATIENCE))],
            env=harness.clean_environment(), capture_output=True, text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + "\n".join(daemon.lines))
        status, metrics = get(daemon.url + "/metrics")
        self.assertEqual(status, 200)
        # Each of these is there because the configuration asks for it.
        self.assertRegex(metrics, r"(?m)^trainwatchd_documents [1-9]")
        self.assertRegex(metrics, r"(?m)^trainwatchd_document_bytes [1-9]")
        self.assertIn('label_cost_centre="a"', metrics)
        self.assertRegex(metrics, r'(?m)^sagemaker_training_job_checkpointing\{.*\} [01]$')
        self.assertRegex(metrics, r'(?m)^sagemaker_training_job_status\{.*"Deleting"\} 0$')
        lint = subprocess.run(
            ["promtool", "check", "metrics"], input=metrics, capture_output=True, text=True,
            env=harness.clean_environment(),
        )
        self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ""))
        self.assertEqual(daemon.end(), 0, "\n".join(daemon.lines))

    def test_a_webhook_hears_of_each_alert_once(self):
        configuration = self.configuration(
            self.simulator, self.jobs,
            [f"{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}"], bound="1s",
        )
        daemon = self.start_daemon(configuration)
        wait_until(
            lambda: all(
                job["ended"] or job["outcome"] is None
                for job in self.truth(self.simulator)["jobs"]
            ),
            "the end of every job that ends",
        )
        expected = called_for(self.truth(self.simulator))
        self.assertGreater(len(expected), 4)
        heard = collections.Counter()
        while set(heard) != expected:
            _, document = self.webhook.next()
            self.assertEqual(document["version"], "1")
            for alert in of_jobs(document["alerts"]):
                self.assertEqual(alert["status"], "firing")
                heard.update(held([alert]))
            self.assertLessEqual(set(heard), expected)
        self.assertEqual(daemon.end(), 0)
        while not self.webhook.received.empty():
            for alert in self.webhook.next()[1]["alerts"]:
                heard.update(held([alert]))
        self.assertEqual(set(heard.values()), {1}, heard)

    def test_once_prints_metrics_and_would_be_alerts_and_sends_nothing(self):
        wait_until(lambda: called_for(self.truth(self.simulator)), "the first alert's cause")
        before = called_for(self.truth(self.simulator))
        configuration = self.configuration(
            self.simulator, self.jobs,
            [f"{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}"],
        )
        code, out, err = self.run_to_end(TRAINWATCHD, "once", "--config.file", configuration)
        self.assertEqual(code, 0, err)
        self.assertIn("# TYPE sagemaker_training_job_info gauge", out)
        for alertname, job, _ in before:
            self.assertRegex(err, f"would alert: {alertname}.*training_job=\"{job}\"")
        self.assertTrue(self.webhook.received.empty())


class FirstStart(harness.EndToEnd):
    """What ended before the horizon is shown, never alerted."""

    SCENARIO = """
jobs:
  - {name: long-gone, kind: failed, created: -3d}
  - {name: just-failed, kind: failed, created: -30m, durations: {Training: 5m}}
"""

    def test_old_endings_are_shown_and_recent_ones_alert(self):
        simulator = self.start_simulator(self.SCENARIO, "--speed", "1", "--region", "eu-west-1")
        configuration = self.configuration(
            simulator, {"eu-west-1": ["long-gone", "just-failed"]}
        )
        code, out, err = self.run_to_end(TRAINWATCHD, "once", "--config.file", configuration)
        self.assertEqual(code, 0, err)
        for job in ("long-gone", "just-failed"):
            self.assertRegex(out, f'sagemaker_training_job_outcome{{[^}}]*training_job="{job}"')
        self.assertIn('training_job="just-failed"', err)
        self.assertNotIn("long-gone", err)


if __name__ == "__main__":
    harness.main()
