"""What is printed for Prometheus and Alertmanager, as promtool and amtool take it."""

import datetime
import pathlib
import subprocess
import sys

import yaml

import harness
from harness import ROOT, TRAINWATCHD

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "deploy"))
from vendors import Vendors  # noqa: E402

CONFIGURATION = """\
global: {labels: {platform: "it's ours"}}
watch_lists:
  - name: nightly
    regions: [eu-west-1]
    match: {name: "nightly-*"}
    labels: {team: vision}
    alerts:
      TrainingJobStopped: {enabled: true, severity: page}
  - name: rest
    regions: [eu-west-1]
    match: {name: "*"}
    labels_from_tags: {owner: Owner}
receivers:
  - {name: main, alertmanager: {urls: [http://127.0.0.1:9093]}}
"""
ENDS = ("TrainingJobFailed", "TrainingJobMaxRuntimeExceeded", "TrainingJobMaxWaitExceeded",
        "TrainingJobStopped")
OTHERS = ("TrainingJobNearDeadline", "TrainingJobPastDeadline", "TrainingJobStuck",
          "TrainingJobSpotLoop", "TrainingJobRuleIssue", "TrainingJobOverBudget",
          "TrainingJobSuspiciousLimit", "TrainingJobOverdue", "TrainwatchdStale",
          "TrainwatchdConnectionDown", "TrainwatchdUnknownStatus", "TrainwatchdStorageDegraded")


def tool(*arguments):
    done = subprocess.run(
        [str(a) for a in arguments], capture_output=True, text=True, timeout=harness.PATIENCE
    )
    return done.returncode, done.stdout + done.stderr


class Printed(harness.EndToEnd):
    def print(self, command, *more, text=CONFIGURATION):
        path = self.write("trainwatchd.yaml", text)
        code, out, err = self.run_to_end(
            TRAINWATCHD, command, "--config.file", path, *more, environment={}
        )
        self.assertEqual((code, err), (0, ""))
        return out

    def print_for_any(self, command):
        """Without a configuration: there is none where this runs."""
        code, out, err = self.run_to_end(TRAINWATCHD, command, environment={})
        self.assertEqual(code, 0, err)
        self.assertIn("there is no /etc/trainwatchd/trainwatchd.yaml", err)
        return out

    def refuse(self, command):
        path = self.write("trainwatchd.yaml", "watch_list: []\n")
        code, out, err = self.run_to_end(TRAINWATCHD, command, "--config.file", path, environment={})
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"trainwatchd\.yaml:1:1: .*did you mean")
        code, out, err = self.run_to_end(
            TRAINWATCHD, command, "--config.file", "/nonexistent.yaml", environment={}
        )
        self.assertEqual((code, out), (1, ""))
        self.assertIn("/nonexistent.yaml", err)
        before = self.run_to_end(
            TRAINWATCHD, "--config.file", "/nonexistent.yaml", command, environment={}
        )
        self.assertEqual(before, (code, out, err))


class PrintPrometheusConfig(Printed):
    COMMAND = "print-prometheus-config"

    def check(self, text):
        path = self.write("prometheus.yml", text)
        code, said = tool("promtool", "check", "config", path)
        self.assertEqual(code, 0, said)
        (scrape,) = yaml.safe_load(text)["scrape_configs"]
        return scrape["static_configs"]

    def test_is_taken_by_promtool(self):
        self.assertEqual(
            self.check(self.print(self.COMMAND)),
            [{"targets": ["localhost:9717"], "labels": {"platform": "it's ours"}}],
        )

    def test_needs_no_configuration(self):
        self.assertEqual(self.check(self.print_for_any(self.COMMAND)), [{"targets": ["localhost:9717"]}])

    def test_names_an_address_that_prometheus_can_reach(self):
        printed = self.print(
            self.COMMAND, "--web.listen-address", "127.0.0.1:1", "--web.listen-address=10.0.0.7:9717"
        )
        self.assertEqual(self.check(printed)[0]["targets"], ["10.0.0.7:9717"])
        self.assertIn("It serves the same at 127.0.0.1:1", printed)
        for address, target in (("[::]:80", "localhost:80"), ("[::1]:80", "[::1]:80")):
            printed = self.print(self.COMMAND, "--web.listen-address", address)
            self.assertEqual(self.check(printed)[0]["targets"], [target])

    def test_refuses_a_port_that_is_never_the_same(self):
        code, out, err = self.run_to_end(
            TRAINWATCHD, self.COMMAND, "--web.listen-address", ":0", environment={}
        )
        self.assertEqual((code, out), (1, ""))
        self.assertIn("--web.listen-address :0: the port is another one at each start", err)

    def test_says_what_is_wrong_with_the_configuration(self):
        self.refuse(self.COMMAND)


class PrintAlertmanagerConfig(Printed):
    COMMAND = "print-alertmanager-config"

    def check(self, text):
        path = self.write("alertmanager.yml", text)
        code, said = tool("amtool", "check-config", path)
        self.assertEqual(code, 0, said)
        return path

    def receivers_of(self, path, **labels):
        code, said = tool(
            "amtool", "config", "routes", "test", f"--config.file={path}",
            *(f"{name}={value}" for name, value in labels.items()),
        )
        self.assertEqual(code, 0, said)
        return said.splitlines()[0]

    def test_gives_each_alert_to_whom_its_severity_says(self):
        path = self.check(self.print(self.COMMAND))
        for severity in ("critical", "warning", "info", "page"):
            for name in ENDS:
                self.assertEqual(
                    self.receivers_of(path, alertname=name, severity=severity), severity + "/ended"
                )
            for name in OTHERS:
                self.assertEqual(self.receivers_of(path, alertname=name, severity=severity), severity)

    def test_gives_a_test_to_everybody(self):
        path = self.check(self.print(self.COMMAND))
        self.assertEqual(
            self.receivers_of(path, alertname="TrainwatchdTest", severity="info"),
            "critical,warning,info,page",
        )

    def test_needs_no_configuration_and_is_what_ships(self):
        printed = self.print_for_any(self.COMMAND)
        self.check(printed)
        printed = yaml.safe_load(printed)
        shipped = yaml.safe_load((ROOT / "deploy" / "alertmanager" / "alertmanager.yml").read_text())
        for part in ("route", "inhibit_rules"):
            self.assertEqual(printed[part], shipped[part])
        self.assertEqual(
            [r["name"] for r in printed["receivers"]], [r["name"] for r in shipped["receivers"]]
        )

    def test_offers_routes_of_their_own_to_lists_and_teams(self):
        printed = self.print(self.COMMAND)
        lines = []
        for line in printed.splitlines():
            is_offer = line.startswith(("    # - ", "    #   "))
            lines.append(line.replace("# ", "", 1) if is_offer else line)
        names = ["VALUE-OF-Owner", "vision", "nightly", "rest"]
        path = self.check("\n".join(lines + [f"  - name: {name}" for name in names]))
        self.assertEqual(
            self.receivers_of(path, alertname=ENDS[0], severity="critical", team="vision"), "vision"
        )
        self.assertEqual(
            self.receivers_of(path, alertname=ENDS[0], severity="critical", watch_list="rest"), "rest"
        )
        self.assertEqual(
            self.receivers_of(path, alertname=ENDS[0], severity="critical", team="x"), "critical/ended"
        )

    def start_printed(self, vendors):
        """What is printed in the real Alertmanager, with Slack and PagerDuty played."""
        self.addCleanup(vendors.close)
        configuration = yaml.safe_load(self.print(self.COMMAND))
        configuration["global"] = {
            "slack_api_url": vendors.url + "/slack", "pagerduty_url": vendors.url + "/pagerduty",
        }
        for receiver in configuration["receivers"]:
            for page in receiver.get("pagerduty_configs", []):
                page["routing_key_file"] = str(self.write("key", "k" * 32))
        configuration["route"].update(group_wait="1s", group_interval="1s")
        path = self.write("alertmanager.yml", yaml.safe_dump(configuration))
        port = harness.free_port()
        alertmanager = self.start(
            ["prometheus-alertmanager", f"--config.file={path}",
             f"--storage.path={self.directory / 'alertmanager'}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        )
        alertmanager.url = f"http://127.0.0.1:{port}"
        harness.wait_until(alertmanager.is_ready, "Alertmanager")
        return alertmanager

    def tell(self, alertmanager, name, *jobs, starts, ends="2099-01-01T00:00:00Z", summary=None):
        status, answer = harness.get(
            alertmanager.url + "/api/v2/alerts", "POST",
            [{"labels": {"alertname": name, "severity": "critical", "training_job": job,
                         "watch_list": "nightly"},
              "annotations": {"summary": summary or f"Training job {job} failed."},
              "startsAt": starts, "endsAt": ends} for job in jobs],
            {"Content-Type": "application/json"},
        )
        self.assertEqual(status, 200, answer)

    def test_tells_a_failure_once_and_never_that_it_is_over(self):
        vendors = Vendors()
        alertmanager = self.start_printed(vendors)

        def tell(name, ends):
            self.tell(alertmanager, name, "a", starts="2026-11-24T09:12:00Z", ends=ends,
                      summary="<!channel> & \x1b[31mreason")

        def next_chat():
            (chat,) = vendors.next("slack", "pagerduty")["slack"]["attachments"]
            return chat["title"], chat["text"]

        later, earlier = "2099-01-01T00:00:00Z", "2026-11-24T09:13:00Z"
        tell("TrainingJobFailed", later)
        title, text = next_chat()
        self.assertEqual(title, "TrainingJobFailed nightly (firing, 1)")
        self.assertEqual(text, "&lt;!channel&gt; &amp;  [31mreason\n")
        tell("TrainingJobFailed", earlier)
        # The end of another one is told: so that of the failure would have been.
        tell("TrainingJobPastDeadline", later)
        self.assertEqual(next_chat()[0], "TrainingJobPastDeadline nightly (firing, 1)")
        tell("TrainingJobPastDeadline", earlier)
        title, text = next_chat()
        self.assertEqual(title, "TrainingJobPastDeadline nightly (resolved, 1)")
        self.assertTrue(text.startswith("Over: &lt;"), text)

    # How a job ended fires for a day, and Alertmanager orders a group by labels: zulu is its last.
    def test_names_the_failure_that_came_last_first(self):
        vendors = Vendors()
        alertmanager = self.start_printed(vendors)
        now = datetime.datetime.now(datetime.timezone.utc)
        early = [f"alpha-{n}" for n in range(1, 7)]
        self.tell(alertmanager, "TrainingJobFailed", *early, starts=now.isoformat())
        vendors.next("slack", "pagerduty")
        later = now + datetime.timedelta(minutes=20)
        self.tell(alertmanager, "TrainingJobFailed", "zulu", starts=later.isoformat())
        told = vendors.next("slack", "pagerduty")
        (chat,) = told["slack"]["attachments"]
        self.assertEqual(
            chat["text"].splitlines(),
            [f"Training job {job} failed." for job in ["zulu", *early[:4]]]
            + ["Five of 7, the latest first."],
        )
        self.assertEqual(
            told["pagerduty"]["payload"]["summary"], "Training job zulu failed. (the latest of 7)"
        )

    def test_says_what_is_wrong_with_the_configuration(self):
        self.refuse(self.COMMAND)


if __name__ == "__main__":
    harness.main()
