"""Two daemons and two Alertmanagers, no leader: one page a failure, whichever of them is killed when.

Each daemon has half of the budget and tells both Alertmanagers, which gossip about what was paged.
"""

import collections
import os
import queue
import random
import signal
import sys

import harness
from harness import free_port, get, get_json, wait_until

REGION = "eu-west-1"
SEED = int(os.environ.get("TRAINWATCH_PAIR_SEED", random.randrange(10**6)))
JOBS = 24
# Of the simulated time, so that failures come one after the other while this goes on.
EVERY = 75
SPEED = 60


def scenario():
    jobs = "".join(
        f"  - {{name: fails-{i}, kind: failed, created: {i * EVERY}s, durations: "
        "{Starting: 20s, Downloading: 20s, Training: 2m}}\n"
        for i in range(JOBS)
    )
    stays = "  - {name: stays, kind: in_progress, created: -60s}\n"
    return f"region: {REGION}\njobs:\n{stays}{jobs}"


class Pair(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(scenario(), "--speed", str(SPEED))
        self.found = collections.Counter()
        self.pager = harness.Webhook()
        self.addCleanup(self.pager.close)
        self.gossip = [free_port(), free_port()]
        self.ports = [free_port(), free_port()]
        routes = self.write(
            "pair-alertmanager.yml",
            "route: {receiver: pager, group_by: [training_job], group_wait: 1s, group_interval: 5s,"
            " repeat_interval: 1d}\n"
            f"receivers: [{{name: pager, webhook_configs: [{{url: '{self.pager.url}'}}]}}]\n",
        )
        self.routes = routes
        self.alertmanagers = [self.start_member(0), self.start_member(1)]
        wait_until(self.is_clustered, "a cluster of two Alertmanagers")
        self.daemons = [self.start_replica(0), self.start_replica(1)]

    def start_member(self, number):
        child = self.start(
            ["prometheus-alertmanager", f"--config.file={self.routes}",
             f"--storage.path={self.directory / f'alertmanager-{number}'}",
             f"--web.listen-address=127.0.0.1:{self.ports[number]}",
             f"--cluster.listen-address=127.0.0.1:{self.gossip[number]}",
             f"--cluster.peer=127.0.0.1:{self.gossip[1 - number]}",
             "--cluster.peer-timeout=3s", "--cluster.gossip-interval=50ms",
             "--cluster.pushpull-interval=1s", "--cluster.settle-timeout=1s",
             "--cluster.reconnect-interval=1s"]
        )
        child.url = f"http://127.0.0.1:{self.ports[number]}"
        wait_until(child.is_ready, "Alertmanager")
        return child

    def is_clustered(self):
        return all(
            len(get_json(each.url + "/api/v2/status")["cluster"].get("peers", [])) == 2
            for each in self.alertmanagers
        )

    def start_replica(self, number):
        urls = ", ".join(f"'http://127.0.0.1:{port}'" for port in self.ports)
        path = self.write(
            f"replica-{number}.yaml",
            "global: {staleness_bound: 5s}\n"
            f"connections:\n  - name: simulated\n    regions: [{REGION}]\n"
            f"    endpoint_url: {self.simulator.https_url}\n    ca_bundle: {self.simulator.ca_file}\n"
            "    budget: {describe_per_second: 20, list_per_second: 4}\n"
            "watch_lists: [{name: all, match: {name: '*'}}]\n"
            f"receivers: [{{name: main, alertmanager: {{urls: [{urls}]}}}}]\n",
        )
        storage = self.directory / f"replica-{number}"
        storage.mkdir(exist_ok=True)
        return self.start_daemon(
            path, more=["--replicas", "2", "--replica", "ab"[number]], storage=storage
        )

    def pages(self):
        """{job: how many pages}, of all that came so far."""
        found = self.found
        while True:
            try:
                _, message = self.pager.received.get_nowait()
            except queue.Empty:
                return found
            found[message["groupLabels"].get("training_job", "")] += 1

    def ended(self):
        return {job["name"] for job in self.truth(self.simulator)["jobs"] if job["ended"]}

    def both_hold_all(self):
        return all(
            sum("training_job" in alert["labels"] for alert in get_json(each.url + "/api/v2/alerts")) >= JOBS
            for each in self.alertmanagers
        )

    def test_pages_once_whichever_of_them_is_killed(self):
        dice = random.Random(SEED)
        victims = ["daemon", "alertmanager", "daemon", "alertmanager"]
        dice.shuffle(victims)
        print(f"TRAINWATCH_PAIR_SEED={SEED} {victims}", file=sys.stderr)
        for number, victim in enumerate(victims):
            due = (number + 1) * JOBS // (len(victims) + 1)
            wait_until(lambda: len(self.ended()) >= due, f"{due} ends")
            which = dice.randrange(2)
            if victim == "daemon":
                self.daemons[which].end(signal.SIGKILL)
                # The other one is alone for a while.
                wait_until(lambda: len(self.ended()) >= due + 1, "one more end")
                self.daemons[which] = self.start_replica(which)
            else:
                self.alertmanagers[which].end(signal.SIGKILL)
                wait_until(lambda: len(self.ended()) >= due + 1, "one more end")
                self.alertmanagers[which] = self.start_member(which)
                wait_until(self.is_clustered, "a cluster of two Alertmanagers")
        wait_until(lambda: len(self.ended()) == JOBS, "the end of every job")
        names = {f"fails-{i}" for i in range(JOBS)}
        wait_until(lambda: set(self.pages()) >= names, "a page for each job")
        # One that was started again has forgotten everything, and is told again within a minute: what
        # would be paged twice is paged then.
        wait_until(self.both_hold_all, "all alerts in both", 2 * harness.PATIENCE)
        for daemon in self.daemons:
            self.assertEqual(daemon.end(), 0, "\n".join(daemon.lines[-40:]))
        self.assertEqual(
            {job: count for job, count in self.pages().items() if job and count != 1}, {},
            f"TRAINWATCH_PAIR_SEED={SEED} {victims}",
        )

    def test_shares_the_budget_and_each_speaks_for_itself(self):
        rates = {}
        for number, daemon in enumerate(self.daemons):
            text = get(daemon.url + "/metrics")[1]
            for line in text.splitlines():
                if line.startswith("trainwatchd_api_budget_requests_per_second{") and "Describe" in line:
                    rates[number] = float(line.rsplit(" ", 1)[1])
        self.assertEqual(rates, {0: 10.0, 1: 10.0})
        for daemon in self.daemons:
            wait_until(
                lambda at=daemon.url: 'training_job="stays"' in get(at + "/metrics")[1], "a live job"
            )
        # Nobody answers: each says so with its own label.
        faults = {"faults": [{"kind": "error", "code": "AccessDeniedException", "message": "no"}]}
        self.assertEqual(get(self.simulator.control_url + "/faults", "PUT", faults)[0], 200)

        def stale():
            alerts = get_json(self.alertmanagers[0].url + "/api/v2/alerts")
            return {
                alert["labels"]["replica"] for alert in alerts
                if alert["labels"]["alertname"] == "TrainwatchdStale"
            } == {"a", "b"}

        wait_until(stale, "TrainwatchdStale of both")


if __name__ == "__main__":
    harness.main()
