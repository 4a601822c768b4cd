"""Three hundred jobs of one sweep fail together: whoever is on call is paged once.

The daemon, the routes that ship with their times, and the real Alertmanager. Only what a person would
wait for is shortened: the five minutes after which a group may tell more.
"""

import pathlib
import queue
import re
import sys

import harness
import yaml
from harness import get, get_json, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "deploy"))
from alertmanager_test import Shipped  # noqa: E402

REGION = "eu-west-1"
JOBS = 300
SPEED = 60


def scenario():
    # All end 25 to 30 seconds from the start on: one bad image, three hundred failures.
    jobs = "".join(
        f"  - {{name: sweep-{i:03}, kind: failed, created: 0s, tuning_job: sweep, durations: "
        f"{{Starting: 5m, Downloading: 5m, Training: {900 + i}s, Uploading: 1s}}, "
        "failure_reason: 'AlgorithmError: CUDA out of memory'}\n"
        for i in range(JOBS)
    )
    return f"region: {REGION}\njobs:\n{jobs}"


class Together(Shipped):
    def start_shipped(self):
        child = super().start_shipped()
        shipped = yaml.safe_load((pathlib.Path(harness.ROOT) / "deploy/alertmanager/alertmanager.yml").read_text())
        path = self.directory / "alertmanager.yml"
        configuration = yaml.safe_load(path.read_text())
        configuration["route"]["group_wait"] = shipped["route"]["group_wait"]
        path.write_text(yaml.safe_dump(configuration, sort_keys=False))
        self.assertEqual(get(child.url + "/-/reload", "POST")[0], 200)
        return child

    def start_watching(self, simulator):
        path = self.write(
            "trainwatchd.yaml",
            "global: {staleness_bound: 10s}\n"
            f"connections:\n  - name: simulated\n    regions: [{REGION}]\n"
            f"    endpoint_url: {simulator.https_url}\n    ca_bundle: {simulator.ca_file}\n"
            "    budget: {describe_per_second: 40, list_per_second: 4}\n"
            "watch_lists: [{name: nightly, match: {name: 'sweep-*'}}]\n"
            f"receivers: [{{name: main, alertmanager: {{urls: ['{self.alertmanager.url}']}}}}]\n",
        )
        return self.start_daemon(path)

    def metric(self, at, name):
        found = re.search(rf"(?m)^{re.escape(name)} (\S+)$", get(at.url + "/metrics")[1])
        return float(found.group(1)) if found else 0.0

    def pages(self):
        found = []
        while True:
            try:
                vendor, content = self.vendors.told.get_nowait()
            except queue.Empty:
                return found
            if vendor == "pagerduty":
                found.append(content["payload"])

    def held(self):
        alerts = get_json(self.alertmanager.url + "/api/v2/alerts")
        return [a for a in alerts if a["labels"]["alertname"] == "TrainingJobFailed"]

    def test_jobs_that_fail_for_one_reason_are_one_page(self):
        daemon = self.start_watching(self.start_simulator(scenario(), "--speed", str(SPEED)))
        wait_until(lambda: len(self.held()) == JOBS, "all alerts in Alertmanager", 3 * harness.PATIENCE)
        pages = []
        wait_until(lambda: pages.extend(self.pages()) or pages, "a page", 2 * harness.PATIENCE)

        # Each is told again within a minute, and says by then how many others there are.
        def all_say_so():
            others = f"same reason as {JOBS - 1} others since"
            return all(others in a["annotations"].get("same_reason", "") for a in self.held())

        wait_until(all_say_so, "re-sends that tell of the others", 3 * harness.PATIENCE)
        # That is no reason to page anew: the group has been looked at since.
        looked = "alertmanager_nflog_queries_total"
        before = self.metric(self.alertmanager, looked)
        wait_until(
            lambda: self.metric(self.alertmanager, looked) >= before + 6, "two more looks at the group"
        )
        pages.extend(self.pages())
        self.assertEqual([page["summary"] for page in pages], [pages[0]["summary"]])
        self.assertIn(f"TrainingJobFailed: {JOBS} of nightly", pages[0]["summary"])
        self.assertEqual(len({domain_of(a) for a in self.held()}), JOBS)
        self.assertEqual(daemon.end(), 0)


def domain_of(alert):
    return tuple(sorted(alert["labels"].items()))


if __name__ == "__main__":
    harness.main()
