"""What deploy/prometheus ships, by promtool."""

import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
SHIPPED = ROOT / "deploy" / "prometheus"
RULES = SHIPPED / "trainwatchd.rules.yml"


def promtool(*arguments):
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


class Prometheus(unittest.TestCase):
    def test_takes_the_configuration_and_the_rules(self):
        for what, path in (("config", SHIPPED / "prometheus.yml"), ("rules", RULES)):
            code, text = promtool("check", what, path)
            self.assertEqual(code, 0, text)

    def test_fires_as_the_rules_say(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "test.yml"
            text = pathlib.Path(__file__).with_name("rules.yml").read_text()
            path.write_text(text.replace("RULES", str(RULES)))
            code, text = promtool("test", "rules", path)
        self.assertEqual(code, 0, text)

    def test_asks_for_metrics_that_there_are(self):
        documented = (ROOT / "config" / "README.md").read_text()
        names = set(re.findall(r"trainwatchd_[a-z_]+", RULES.read_text()))
        self.assertEqual(len(names), 3)
        for name in names:
            self.assertIn(f"`{name}`", documented)


if __name__ == "__main__":
    unittest.main(verbosity=2)
