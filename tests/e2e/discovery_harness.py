"""What the tests of discovery share: lists that find, and what became of them."""

import collections
import json
import re

import harness
from harness import get, get_json, wait_until

LIVE = "kind: in_progress, created: -1h"
ALL = "watch_lists: [{name: all, match: {name: '*'}}]\n"
FAILS = {
    "kind": "failed",
    "durations": {"Starting": "1s", "Downloading": "1s", "Training": "1s", "Uploading": "1s"},
}
SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def series_of(metrics, name):
    """[(labels, value)] of one family."""
    return [
        (dict(LABEL.findall(labels)), float(value))
        for family, labels, value in SERIES.findall(metrics) if family == name
    ]


class Discovery(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.webhook = harness.Webhook()
        # A daemon that is ended with the test leaves its connection: no news.
        self.webhook.server.handle_error = lambda *_: None
        self.addCleanup(self.webhook.close)

    def simulate(self, jobs, *arguments, more=""):
        """`jobs`: lines of a scenario; without any, one empty region."""
        text = f"region: eu-west-1\n{more}\njobs:\n{jobs}"
        return self.start_simulator(text, "--region", "eu-west-1", *arguments)

    def configure(self, simulator, lists, regions=("eu-west-1",), more="", bound="2s"):
        return self.write(
            "trainwatchd.yaml",
            f"global: {{staleness_bound: {bound}}}\n"
            f"connections:\n  - name: simulated\n    regions: {json.dumps(list(regions))}\n"
            f"    endpoint_url: {simulator.https_url}\n    ca_bundle: {simulator.ca_file}\n"
            "    budget: {describe_per_second: 50, list_per_second: 10}\n"
            f"{lists}receivers: [{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}]\n{more}",
        )

    def metrics(self, daemon):
        return get(daemon.url + "/metrics")[1]

    def series(self, daemon, name):
        return series_of(self.metrics(daemon), name)

    def lists_of(self, daemon):
        """{job: watch list} as /metrics has it."""
        return {
            labels["training_job"]: labels["watch_list"]
            for labels, _ in self.series(daemon, "sagemaker_training_job_info")
        }

    def wait_for_lists(self, daemon, expected):
        wait_until(
            lambda: self.lists_of(daemon) == expected or self.fail(str(self.lists_of(daemon))),
            f"the jobs {expected}",
        )

    def fault(self, simulator, **what):
        status, text = get(simulator.control_url + "/faults", "POST", {"probability": 1, **what})
        self.assertEqual(status, 200, text)

    def create(self, simulator, **job):
        status, text = get(simulator.control_url + "/jobs", "POST", job)
        self.assertIn(status, (200, 201), text)

    def alert_of(self, job):
        while True:
            for alert in self.webhook.next()[1]["alerts"]:
                if alert["labels"].get("training_job") == job:
                    return alert

    def requests(self, simulator):
        """{operation: how often it was asked for}"""
        operations = get_json(simulator.control_url + "/requests")["operations"]
        return collections.Counter(
            {name: sum(codes.values()) for name, codes in operations.items()}
        )
