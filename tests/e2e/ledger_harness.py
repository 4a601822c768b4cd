"""A daemon with a ledger, a job that fails and one that completes, and a webhook that hears of it."""

import collections
import json
import re

import harness
from harness import get, wait_until

SCENARIO = """
region: eu-west-1
jobs:
  - {name: broken, kind: failed, failure_reason: "AlgorithmError: exit code 1"}
  - {name: fine, kind: completed}
  - {name: long, kind: in_progress}
"""
# An hour of a job's life in three seconds.
SPEED = "1200"


class WithLedger(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(SCENARIO, "--speed", SPEED)
        self.webhook = harness.Webhook()
        self.addCleanup(self.webhook.close)
        self.file = self.directory / "ledger.db"

    def configure(self):
        return self.configuration(
            self.simulator, {"eu-west-1": ["broken", "fine", "long"]},
            [f"{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}"], bound="1s",
        )

    def counters(self, daemon):
        """{series: value} of what the fleet has been through."""
        names = "sagemaker_training_job_transitions_total|sagemaker_training_jobs_finished_total"
        lines = re.findall(rf"(?m)^((?:{names})\{{.*\}}) (\S+)$", get(daemon.url + "/metrics")[1])
        return {series: float(value) for series, value in lines if float(value) > 0}

    def ends(self):
        return all(j["ended"] or j["name"] == "long" for j in self.truth(self.simulator)["jobs"])

    def finished(self, daemon):
        return sum(v for k, v in self.counters(daemon).items() if "finished_total" in k) == 2

    def heard(self):
        """How often each alert was sent as firing."""
        seen = collections.Counter()
        while not self.webhook.received.empty():
            for alert in self.webhook.next()[1]["alerts"]:
                seen[json.dumps(alert["labels"], sort_keys=True), alert["status"]] += 1
        return seen

    def run_until_alerted(self, *more):
        daemon = self.start_daemon(self.configure(), more=more)
        wait_until(self.ends, "the ends of the jobs")
        wait_until(lambda: self.finished(daemon), "the ends to be counted")
        wait_until(lambda: not self.webhook.received.empty(), "the alert")
        return daemon
