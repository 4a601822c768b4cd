"""The README's promise: each row of its table names a test that there is."""

import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
BUILD = os.environ["TRAINWATCH_BUILD_DIR"]


def rows(text):
    """(what happens, what holds, test) of the section's table."""
    section = text.split("## What it promises", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"(?m)^\| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|$", section)


class Promise(unittest.TestCase):
    def setUp(self):
        self.rows = rows((ROOT / "README.md").read_text())

    def test_each_row_is_shown_by_a_test(self):
        listed = subprocess.run(
            ["ctest", "--test-dir", BUILD, "--show-only=json-v1"],
            capture_output=True, text=True, check=True,
        )
        known = {test["name"] for test in json.loads(listed.stdout)["tests"]}
        for happens, _, test in self.rows:
            self.assertIn(test, known, happens)

    def test_no_row_of_the_table_is_overlooked(self):
        section = (ROOT / "README.md").read_text().split("## What it promises", 1)[1].split("\n## ", 1)[0]
        lines = [line for line in section.splitlines() if line.startswith("|")]
        self.assertGreaterEqual(len(self.rows), 8)
        self.assertEqual(len(lines) - 2, len(self.rows))


if __name__ == "__main__":
    unittest.main()
