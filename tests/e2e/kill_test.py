"""SIGKILL at random instants, under load: nothing is lost, nothing doubled, nothing falsely ended.

TRAINWATCH_KILLS, TRAINWATCH_KILL_SEED and TRAINWATCH_KILL_KEEP are explained in tests/README.md. The
seed decides what is drawn; when a process comes to run is the machine's, so a seed repeats the
attempt and not each microsecond of it.
"""

import collections
import os
import random
import shutil
import statistics
import sys
import time
import unittest

import harness
import kill_scenario
import kill_verdict
from discovery_harness import series_of
from harness import get, wait_until
from kill_harness import Killer
from recorders import Memory, Recorder, Relay
from recorders import of_alertmanager, of_alertmanagers_input, of_pager, of_webhook

# A sanitizer makes each start many times as long, and finds nothing else here.
KILLS = int(os.environ.get("TRAINWATCH_KILLS", "30" if harness.BUILD.name != "asan" else "8"))
SEED = int(os.environ.get("TRAINWATCH_KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
KEEP = os.environ.get("TRAINWATCH_KILL_KEEP")  # a folder for the logs and the ledger

# How long a life lasts on average, measured; ends are spread over all of them.
LIFE_SECONDS = 0.65
JOBS = min(max(100, 10 * KILLS), max(300, 5 * KILLS // 2))
ALERTMANAGER_STOPS = max(2, KILLS // 15)

FAULTS = [
    {"kind": "throttle", "probability": 0.03},
    {"kind": "status", "status": 500, "probability": 0.03},
    {"kind": "reset", "probability": 0.02},
    {"kind": "truncate", "probability": 0.02},
    {"kind": "short_page", "operation": "ListTrainingJobs", "probability": 0.1},
    {"kind": "slow", "milliseconds": 100, "probability": 0.1},
]
HOLDERS = ("webhook", "Alertmanager", "pager")


class Verdict(unittest.TestCase):
    """The comparison itself, on worlds that are wrong in one way each."""

    CREATED = "2026-11-24T09:12:00.250Z"
    TRUTH = {"jobs": [
        {"name": "broken", "created": 1795511520.25, "ended": True, "ended_at": 1795511600.0,
         "expected_alerts": ["TrainingJobFailed"]},
        {"name": "fine", "created": 1795511520.25, "ended": True, "ended_at": 1795511600.0,
         "expected_alerts": []},
        {"name": "running", "created": 1795511520.25, "ended": False, "ended_at": None,
         "expected_alerts": ["TrainingJobFailed"]},
        {"name": "past", "created": 1795411520.25, "ended": True, "ended_at": 1795411600.0,
         "expected_alerts": ["TrainingJobFailed"]},
    ]}

    def told(self, by="webhook", job="broken", starts="2026-11-24T09:13:21.000Z", firing=True,
             **labels):
        labels = {"alertname": "TrainingJobFailed", "training_job": job, "created": self.CREATED,
                  **labels}
        return kill_verdict.told(by, labels, starts, firing)

    def judge(self, *heard, pages=1):
        heard = collections.Counter(heard)
        expected = kill_verdict.expected_of(self.TRUTH, not_before=1795511000)
        return [
            *kill_verdict.complaints(expected, heard, ("webhook", "pager")),
            *kill_verdict.paged_again(heard, "pager", pages),
        ]

    def complains(self, found, *words):
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_is_content_with_what_is_true_however_often_it_is_sent(self):
        self.assertEqual(self.judge(self.told(), self.told(), self.told("pager")), [])

    def test_names_a_lost_alert_and_who_misses_it(self):
        self.complains(self.judge(self.told("pager")), "LOST", "broken", "webhook")

    def test_names_an_alert_of_a_job_that_ended_well(self):
        found = self.judge(self.told(), self.told("pager"), self.told(job="fine"))
        self.complains(found, "FALSE", "fine")

    def test_names_an_alert_of_a_job_that_goes_on(self):
        found = self.judge(self.told(), self.told("pager"), self.told(job="running"))
        self.complains(found, "FALSE", "running")

    def test_names_an_alert_of_an_earlier_job_of_the_name(self):
        found = self.judge(
            self.told(), self.told("pager"), self.told(created="2026-11-24T09:11:00.000Z")
        )
        self.complains(found, "FALSE", "broken", "09:11:00")

    def test_names_a_job_that_ended_before_anybody_watched(self):
        found = self.judge(
            self.told(), self.told("pager"),
            self.told(job="past", created="2026-11-23T05:25:20.250Z"),
        )
        self.complains(found, "FALSE", "past")

    def test_names_a_second_identity(self):
        found = self.judge(self.told(), self.told("pager", failure_class="unknown"))
        self.complains(found, "DUPLICATE", "broken", "2 identities")

    def test_names_a_beginning_that_moved(self):
        found = self.judge(self.told(), self.told("pager", starts="2026-11-24T09:13:22.000Z"))
        self.complains(found, "MOVED", "broken")

    def test_names_an_alert_that_was_ended(self):
        found = self.judge(self.told(), self.told("pager"), self.told("pager", firing=False))
        self.complains(found, "FALSE RESOLVE", "broken", "pager")

    def test_takes_an_end_alone_for_no_alert(self):
        found = self.judge(self.told(firing=False), self.told("pager"))
        self.assertEqual([each.split(":")[0] for each in found], ["LOST", "FALSE RESOLVE"])

    def test_names_a_second_page(self):
        heard = [self.told(), self.told("pager"), self.told("pager")]
        self.complains(self.judge(*heard), "PAGED 2 times", "broken")
        self.assertEqual(self.judge(*heard, pages=2), [])

    def test_names_what_was_told_before_it_was_kept(self):
        heard = self.told()
        early = lambda kept: list(kill_verdict.told_before_kept({heard: 1}, kept))
        self.assertEqual(early({heard.key: heard.starts_at}), [])
        self.complains(early({}), "NOT KEPT", "broken")
        self.complains(early({heard.key: heard.starts_at + 1}), "NOT KEPT", "broken")

    def test_counts_ends_by_their_outcome(self):
        jobs = [{"outcome": o, "ended": e, "ended_at": at} for o, e, at in (
            ("failed", True, 10), ("failed", True, 12), ("stopped", True, 9), ("stopped", False, 11)
        )]
        self.assertEqual(kill_verdict.ends_of({"jobs": jobs}, 10), {"failed": 2})

    def test_leaves_out_what_a_daemon_says_of_itself(self):
        labels = {"alertname": "TrainwatchdStale", "watch_list": "all"}
        self.assertIsNone(kill_verdict.told("webhook", labels, self.CREATED, False))

    def test_leaves_out_what_goes_on_with_a_job(self):
        self.assertIsNone(self.told(alertname="TrainingJobNearDeadline"))


class KillAtRandom(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        print(f"TRAINWATCH_KILL_SEED={SEED} TRAINWATCH_KILLS={KILLS}", file=sys.stderr)
        if KEEP:
            self.addCleanup(
                shutil.copytree, self.directory, KEEP, dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("notify", "*.sock"),
            )
        scenario, self.named = kill_scenario.draw(SEED, JOBS, 3 + KILLS * LIFE_SECONDS)
        self.simulator = self.start_simulator(
            scenario, "--speed", str(kill_scenario.SPEED), "--seed", str(SEED)
        )
        self.memory = Memory()
        self.pager = self.recorder(Recorder(self.memory, of_pager))
        self.alertmanager = self.start_alertmanager(self.pager)
        self.webhook = self.recorder(Recorder(self.memory, of_webhook))
        self.relay = self.recorder(
            Relay(self.memory, of_alertmanagers_input, self.alertmanager.url)
        )
        self.stops = 0

    def recorder(self, made):
        self.addCleanup(made.close)
        return made

    def configure(self):
        return self.write(
            "trainwatchd.yaml",
            "global: {staleness_bound: 5s}\n"
            "connections:\n  - name: simulated\n    regions: [eu-west-1]\n"
            f"    endpoint_url: {self.simulator.https_url}\n"
            f"    ca_bundle: {self.simulator.ca_file}\n"
            "    budget: {describe_per_second: 50, list_per_second: 10}\n"
            "watch_lists:\n"
            f"  - {{name: named, jobs: [{', '.join(self.named)}]}}\n"
            "  - {name: found, match: {name: '*'}}\n"
            "receivers:\n"
            f"  - {{name: hook, webhook: {{url: '{self.webhook.url}'}}}}\n"
            f"  - {{name: main, alertmanager: {{urls: ['{self.relay.address}']}}}}\n",
        )

    def trouble(self):
        """Faults of AWS and refusals of the webhook, while the killing goes on."""
        status, text = get(self.simulator.control_url + "/faults", "PUT", {"faults": FAULTS})
        self.assertEqual(status, 200, text)
        dice = random.Random(f"{SEED} refusals")
        self.webhook.trouble = lambda: 503 if dice.random() < 0.1 else None

    def heal(self):
        self.assertEqual(get(self.simulator.control_url + "/faults", "DELETE")[0], 200)
        self.webhook.trouble = lambda: None

    def toggle_alertmanager(self):
        """Stops it, or starts it again at its place: it has forgotten all alerts then."""
        if self.alertmanager.process.poll() is None:
            self.alertmanager.end()
            self.stops += 1
        else:
            self.start_alertmanager_again()

    def start_alertmanager_again(self):
        url = self.alertmanager.url
        self.alertmanager = self.start(self.alertmanager.process.args)
        self.alertmanager.url = url

    def kill_again_and_again(self, killer):
        dice = random.Random(f"{SEED} alertmanager")
        toggled = set(dice.sample(range(KILLS), min(KILLS, 2 * ALERTMANAGER_STOPS)))
        for number in range(KILLS):
            if number in toggled:
                self.toggle_alertmanager()
            killer.kill_once(number)
        self.heal()
        if self.alertmanager.process.poll() is not None:
            self.start_alertmanager_again()
        wait_until(self.alertmanager.is_ready, "Alertmanager")

    def heard(self):
        heard = self.memory.heard()
        heard.update(each for each in of_alertmanager(self.alertmanager.url) if each)
        return heard

    def expected(self):
        return kill_verdict.expected_of(self.truth(self.simulator), self.horizon)

    def counts_agree(self, daemon):
        """The counters were carried over every kill: each end is in them once."""
        counted = collections.Counter()
        metrics = get(daemon.url + "/metrics")[1]
        for labels, value in series_of(metrics, "sagemaker_training_jobs_finished_total"):
            counted[labels["outcome"]] += int(value)
        ends = kill_verdict.ends_of(self.truth(self.simulator), self.horizon)
        self.assertEqual(+counted, ends)
        return True

    def is_over(self):
        return all(
            job["ended"] or job["outcome"] is None or job["gone_at"]
            for job in self.truth(self.simulator)["jobs"]
        )

    def give_up(self, killer, daemon, found):
        """Fails with each complaint, what the lives said about its job, and where kills fell."""
        said = []
        for job in [job for _, job, _ in self.expected() if any(f" {job}," in c for c in found)]:
            said += killer.lines_about(f"={job}") + [
                "last life: " + line for line in daemon.lines if f"={job}" in line
            ][:20]
        self.fail("\n".join(
            [f"TRAINWATCH_KILL_SEED={SEED} TRAINWATCH_KILLS={KILLS}", *found, *said[:200],
             *killer.story]
        ))

    def test_loses_nothing_doubles_nothing_and_ends_nothing(self):
        # What ended before is the past to a first start.
        self.horizon = time.time() - 3600 * kill_scenario.LOOKBACK_HOURS
        killer = Killer(
            SEED, self.directory, self.configure(), [self.webhook, self.relay], self.memory
        )
        self.trouble()
        self.kill_again_and_again(killer)
        print("\n".join(killer.story), file=sys.stderr)
        if KILLS >= 30:
            missed = set(Killer.INSTANTS) - set(+killer.hit)
            self.assertEqual(missed, set(), "no kill fell there")
        daemon = self.start_daemon(self.configure())
        wait_until(self.is_over, "the end of every job")
        expected = self.expected()
        self.assertGreater(len(expected), JOBS // 3)

        def all_told():
            missing = list(kill_verdict.lost(expected, self.heard(), HOLDERS))
            self.assertEqual(missing, [])
            return True

        try:
            wait_until(all_told, "every alert at every receiver")
        except AssertionError:
            self.give_up(killer, daemon, kill_verdict.complaints(expected, self.heard(), HOLDERS))
        wait_until(lambda: self.counts_agree(daemon), "counters that equal the truth")
        self.assertEqual(daemon.end(), 0, "\n".join(daemon.lines))
        heard = self.heard()
        found = kill_verdict.complaints(expected, heard, HOLDERS)
        found += kill_verdict.paged_again(heard, "pager", 1 + self.stops)
        found += [f"{path} stands aside" for path in self.directory.glob("ledger.db.damaged-*")]
        if found:
            self.give_up(killer, daemon, found)
        print(
            f"{KILLS} kills {dict(killer.hit)}, {self.stops} stops of Alertmanager, "
            f"{len(expected)} alerts, {self.webhook.messages} and {self.relay.messages} messages, "
            f"{len(killer.ready_after)} starts ready after "
            f"{1000 * statistics.median(killer.ready_after or [0]):.0f} ms (median)",
            file=sys.stderr,
        )


if __name__ == "__main__":
    harness.main()
