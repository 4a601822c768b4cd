"""How soon the real binary sees what happens to a fleet that it discovers, within its budget.

The bounds are multiples of F, the fewest pages of a hundred jobs that cover the live ones through
the rate of lists, with room for a busy machine: tests/sim/fleet measures finely, this proves that
the daemon, its clients and its API hold together at speed.
"""

import collections
import math
import threading
import time

import harness
from aws_call import list_all
from harness import get, get_json, wait_until

REGION = "eu-west-1"
LISTS, DESCRIBES = 5, 20

ENDS = {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}

# Some three hundred jobs are live at a time; a minute of a life is 0.6 s.
SPEED = 100
FLEET = """
region: eu-west-1
jobs:
  - {name: "done-{n}", kind: completed, repeat: 250, created: -30h, every: 5m}
  - {name: "running-{n}", kind: in_progress, repeat: 150, created: -10h, every: 3m}
  - {name: "completing-{n}", kind: completed, repeat: 100, created: -20m, every: 20s}
  - {name: "failing-{n}", kind: failed, repeat: 40, created: -10m, every: 30s}
  - {name: "late-{n}", kind: max_runtime_exceeded, repeat: 15, created: -10m, every: 1m,
     limits: {max_runtime: 15m}, late: 2m}
  - {name: "spot-{n}", kind: spot, repeat: 15, created: -10m, every: 1m}
"""


def percentile(values, share):
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0


def floor(jobs, now):
    """F at `now`: greedy from the newest live job down, a hundred jobs a page."""
    pages, left = 0, 0
    for job in sorted((j for j in jobs if j["created"] <= now), key=lambda j: -j["created"]):
        left = max(0, left - 1)
        is_live = job["outcome"] is None or now < job["ended_at"]
        if is_live and left == 0:
            pages, left = pages + 1, 100
    return pages / LISTS


class Watch(threading.Thread):
    """Notes when the API first tells each job's status, until it is stopped."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.url = daemon.url + "/api/v1/jobs?limit=1000"
        self.seen = collections.defaultdict(dict)  # job -> status -> when first
        self.stopped = threading.Event()
        self.trouble = None

    def run(self):
        try:
            while not self.stopped.wait(0.05):
                jobs = get_json(self.url)["jobs"]
                now = time.time()
                for job in jobs:
                    self.seen[job["name"]].setdefault(job["secondary_status"], now)
        except Exception as trouble:  # pylint: disable=broad-except
            self.trouble = trouble

    def stop(self):
        self.stopped.set()
        self.join()


class Fleet(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        # A little above the budget, so that whoever keeps it is never refused.
        self.simulator = self.start_simulator(
            FLEET, "--speed", str(SPEED), "--list-rate", str(LISTS * 1.2),
            "--describe-rate", str(DESCRIBES * 1.2), "--burst", "5",
        )
        configuration = self.write("trainwatchd.yaml", f"""
global: {{staleness_bound: 5s}}
connections:
  - name: simulated
    regions: [{REGION}]
    endpoint_url: {self.simulator.https_url}
    ca_bundle: {self.simulator.ca_file}
    budget: {{describe_per_second: {DESCRIBES}, list_per_second: {LISTS}}}
watch_lists:
  - {{name: everything, match: {{name: "*"}}}}
""")
        self.daemon = self.start_daemon(configuration)
        wait_until(
            lambda: get_json(self.daemon.url + "/api/v1/status")["first_pass_complete"],
            "the first pass",
        )

    def listed(self):
        """What AWS lists of every job of the account, by name."""
        return {
            job["TrainingJobName"]: (job["TrainingJobStatus"], job["SecondaryStatus"])
            for job in list_all(self.simulator, REGION)
        }

    def shown(self):
        jobs = get_json(self.daemon.url + "/api/v1/jobs?limit=1000")["jobs"]
        names = collections.Counter(job["name"] for job in jobs)
        self.assertEqual([n for n, count in names.items() if count > 1], [])
        return {job["name"]: (job["status"], job["secondary_status"]) for job in jobs}

    def lags(self, watch, began, until, truth):
        """Of each status that began between: how long until it, or a later one, was told."""
        lags, lost = [], []
        for job in truth["jobs"]:
            changes = [c for c in job["changes"] if c["change"] == "transition"]
            statuses = [c["secondary_status"] for c in changes]
            # Where one comes again, a picture of it does not tell which it is.
            if len(set(statuses)) < len(statuses):
                continue
            for i, change in enumerate(changes):
                at = change["visible_at"]
                if not began <= at < until:
                    continue
                later = set(statuses[i:])
                told = [t for s, t in watch.seen[job["name"]].items() if s in later]
                if told:
                    lags.append(max(0, min(told) - at))
                else:
                    lost.append((job["name"], change))
        return lags, lost

    def test_changes_are_seen_within_a_few_sweeps_and_none_is_lost(self):
        watch = Watch(self.daemon)
        watch.start()
        self.addCleanup(watch.stop)
        began = time.time()
        ending = {
            job["name"] for job in self.truth(self.simulator)["jobs"]
            if job["outcome"] is not None and not job["ended"]
        }
        self.assertGreater(len(ending), 100)
        wait_until(
            lambda: watch.trouble or all(ENDS & set(watch.seen[name]) for name in ending),
            "the end of every job that ends",
        )
        until = time.time()
        truth = self.truth(self.simulator)
        status, _ = get(self.simulator.control_url + "/clock", "PUT", {"speed": 0})
        self.assertEqual(status, 200)
        requests = get_json(self.simulator.control_url + "/requests")
        # Nothing moves any more: what is told now is what stays.
        listed = self.listed()
        running = {name for name in listed if not name.startswith("done-")}

        def is_true():
            shown = self.shown()
            return all(shown.get(name) == listed[name] for name in running) and all(
                listed.get(name) == status for name, status in shown.items()
            )

        wait_until(is_true, "a view that equals what boto3 lists")
        watch.stop()
        self.assertIsNone(watch.trouble)
        lags, lost = self.lags(watch, began, until, truth)
        self.assertEqual(lost, [])
        self.assertGreater(len(lags), 300)
        sweep = max(floor(truth["jobs"], began + (until - began) * i / 8) for i in range(9))
        bound = 3 * sweep + 3
        told = f"F {sweep:.2f} s; p50 {percentile(lags, 0.5):.2f}, p99 {percentile(lags, 0.99):.2f} s"
        self.assertLess(percentile(lags, 0.5), 1.5 * sweep + 1, told)
        self.assertLess(percentile(lags, 0.99), bound, told)
        print(told, flush=True)
        self.within_budget(requests, until - began)

    def within_budget(self, requests, seconds):
        """Each API kept its rate, and a describe was not spent on what lists tell."""
        self.assertEqual(
            [code for codes in requests["operations"].values() for code in codes
             if "Throttling" in code], []
        )


if __name__ == "__main__":
    harness.main()
