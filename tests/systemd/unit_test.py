"""The shipped unit: systemd understands every line of it, and its exposure stays at most 1.0."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT = pathlib.Path(__file__).parents[2] / "systemd" / "trainwatchd.service"
EXPOSURE_MAX = 1.0


def analyze(*arguments):
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )


class Unit(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.copy = pathlib.Path(directory.name) / UNIT.name
        self.copy.write_text(self.with_a_program_that_is_here())

    def with_a_program_that_is_here(self):
        # The daemon need not be installed for its unit to be checked.
        return UNIT.read_text().replace("/usr/bin/trainwatchd", shutil.which("true"))

    def verify(self):
        done = analyze("verify", "--man=no", str(self.copy))
        return [line for line in done.stderr.splitlines() if UNIT.name in line]

    def exposure(self):
        done = analyze("security", "--offline=true", "--no-pager", str(self.copy))
        return float(re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)[1])

    def test_every_line_is_understood(self):
        self.assertEqual(self.verify(), [])

    def test_a_misspelt_line_would_be_noticed(self):
        self.copy.write_text(self.copy.read_text().replace("WatchdogSec", "WatchDogSecs"))
        self.assertEqual(len(self.verify()), 1)

    def test_exposure_is_at_most_the_promised(self):
        self.assertLessEqual(self.exposure(), EXPOSURE_MAX)

    def test_a_lost_protection_would_be_noticed(self):
        for line in ("PrivateUsers=yes", "RestrictNamespaces=yes", "CapabilityBoundingSet="):
            self.copy.write_text(self.with_a_program_that_is_here().replace(line + "\n", ""))
            self.assertGreater(self.exposure(), EXPOSURE_MAX, line)

    def test_it_is_a_notify_service_with_a_watchdog(self):
        lines = UNIT.read_text().splitlines()
        # notify-reload would silently become simple on Debian 12 (systemd 252).
        self.assertIn("Type=notify", lines)
        self.assertIn("WatchdogSec=30", lines)
        # A reload that tells what came of it, over the socket in this folder.
        self.assertIn("ExecReload=/usr/bin/trainwatchd reload", lines)
        self.assertIn("RuntimeDirectory=trainwatchd", lines)
        self.assertIn("Restart=on-failure", lines)
        self.assertIn("RestartPreventExitStatus=78", lines)


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("skipped: no systemd-analyze here (deploy/install-deps.sh test)")
        sys.exit(77)
    unittest.main()
