"""What deploy/prometheus ships, by promtool."""

import collections
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
SHIPPED = ROOT / "deploy" / "prometheus"
RULES = SHIPPED / "trainwatchd.rules.yml"
JOB_ALERTS = SHIPPED / "job-alerts.rules.yml"


def promtool(*arguments):
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def switched_on(text):
    """With the rules that are off by default."""
    return re.sub(r"(?m)^( *)#:", r"\1", text)


class Prometheus(unittest.TestCase):
    def assert_fires_as(self, tests, rules):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "test.yml"
            text = pathlib.Path(__file__).with_name(tests).read_text()
            path.write_text(text.replace("RULES", str(rules)))
            code, text = promtool("test", "rules", path)
        self.assertEqual(code, 0, text)

    def assert_documented(self, names):
        documented = (ROOT / "config" / "README.md").read_text()
        for name in names:
            self.assertIn(f"`{name}`", documented)

    def test_takes_the_configuration_and_the_rules(self):
        for what, path in (
            ("config", SHIPPED / "prometheus.yml"), ("rules", RULES), ("rules", JOB_ALERTS)
        ):
            code, text = promtool("check", what, path)
            self.assertEqual(code, 0, text)

    def test_fires_as_the_rules_say(self):
        self.assert_fires_as("rules.yml", RULES)

    def test_fires_as_the_rules_about_jobs_say(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "job-alerts.rules.yml"
            path.write_text(switched_on(JOB_ALERTS.read_text()))
            code, text = promtool("check", "rules", path)
            self.assertEqual(code, 0, text)
            self.assert_fires_as("job-alerts.yml", path)

    def test_asks_for_metrics_that_there_are(self):
        names = set(re.findall(r"trainwatchd_[a-z_]+", RULES.read_text()))
        self.assertEqual(len(names), 3)
        self.assert_documented(names)
        # A recorded series of its own has a colon before its name.
        names = set(
            re.findall(r"(?<![a-z_:])(?:trainwatchd|sagemaker)_[a-z_]+", JOB_ALERTS.read_text())
        )
        self.assertEqual(len(names), 16)
        self.assert_documented(names)

    def test_has_each_alert_of_the_daemon_under_its_name_and_severity(self):
        shipped = yaml.safe_load(switched_on(JOB_ALERTS.read_text()))
        found = collections.defaultdict(set)
        for group in shipped["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    found[rule["alert"]].add(rule["labels"]["severity"])
        documented = {}
        for row in re.findall(r"(?m)^\| (`TrainingJob.*) \|$", (ROOT / "config" / "README.md").read_text()):
            cells = row.split(" | ")
            documented[cells[0].strip("`")] = set(re.findall(r"critical|warning|info", cells[-1]))
        for name in re.findall(r"(?m)^\| `(Trainwatchd\w+)`", (ROOT / "README.md").read_text()):
            documented[name] = {"none" if name == "TrainwatchdHeartbeat" else "warning"}
        # What jobs of its kind took no series tells.
        documented.pop("TrainingJobSuspiciousLimit")
        self.assertEqual(dict(found), documented)


if __name__ == "__main__":
    unittest.main(verbosity=2)
