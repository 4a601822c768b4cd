"""A restart goes on where the last run ended: what the ledger on the disk keeps."""

import collections
import json
import os
import re
import resource
import sqlite3
import stat
import subprocess

import harness
import ledger_harness
from harness import TRAINWATCHD, get, wait_until


class Restart(ledger_harness.WithLedger):
    def ask(self, query):
        done = subprocess.run(
            ["sqlite3", "-readonly", "-json", self.file, query],
            capture_output=True, text=True, env=harness.clean_environment(),
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout or "[]")

    def run_again(self):
        """Starts it, lets it look at everything, and ends it; its counters."""
        daemon = self.start_daemon(self.configure())
        daemon.wait_for_line("msg=restored", "known_jobs=3", "known_alerts=1")
        daemon.wait_for_line("msg=watching")
        counted = self.counters(daemon)
        self.assertEqual(daemon.end(), 0, "\n".join(daemon.lines))
        return counted

    def test_sends_no_alert_twice_and_counts_nothing_twice(self):
        daemon = self.run_until_alerted()
        before = self.counters(daemon)
        self.assertEqual(daemon.end(), 0, "\n".join(daemon.lines))
        first = self.heard()
        self.assertEqual(list(first.values()), [1], first)
        self.assertEqual(self.run_again(), before)
        self.assertEqual(self.heard(), collections.Counter())

    def test_after_a_kill_is_the_same(self):
        daemon = self.run_until_alerted()
        before = self.counters(daemon)
        daemon.process.kill()
        daemon.process.wait()
        self.assertEqual(len(self.heard()), 1)
        self.assertEqual(self.run_again(), before)
        # The answer of the one before may have come after the kill: the same alert then.
        self.assertLessEqual(sum(self.heard().values()), 1)

    def test_the_file_is_the_owners_and_can_be_asked_with_sqlite(self):
        daemon = self.run_until_alerted()
        for name in ("ledger.db", "ledger.db-wal", "ledger.db.lock"):
            self.assertEqual(stat.S_IMODE(os.stat(self.directory / name).st_mode), 0o600, name)
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as asked:
            rows = asked.execute(
                "SELECT training_job_name, outcome, failure_reason FROM jobs_readable "
                "WHERE outcome = 'failed'"
            ).fetchall()
        asked.close()
        self.assertEqual(rows, [("broken", "failed", "AlgorithmError: exit code 1")])
        self.assertEqual(daemon.end(), 0)
        # A clean end leaves one file.
        self.assertFalse((self.directory / "ledger.db-wal").exists())

    def test_the_queries_of_the_documentation_answer(self):
        daemon = self.run_until_alerted()
        text = (harness.ROOT / "deploy" / "README.md").read_text()
        queries = re.findall(r"(?s)```sql\n(.*?)```", text)
        self.assertEqual(len(queries), 3)
        failed, phases, unconfirmed = queries
        self.assertEqual([row["training_job_name"] for row in self.ask(failed)], ["broken"])
        self.assertIn("Training", [row["status"] for row in self.ask(phases)])
        # The webhook has the alert; that it confirmed follows within a moment.
        wait_until(lambda: self.ask(unconfirmed) == [], "the confirmation")
        self.assertEqual(daemon.end(), 0)

    def test_a_second_daemon_is_refused_with_the_reason(self):
        daemon = self.start_daemon(self.configure())
        code, _, err = self.run_to_end(
            TRAINWATCHD, "run", "--config.file", self.directory / "trainwatchd.yaml",
            "--web.listen-address", "127.0.0.1:0", "--storage.path", self.directory,
        )
        self.assertEqual(code, 1)
        self.assertIn(f"another trainwatchd has it (process {daemon.process.pid})", err)
        self.assertIn("--storage.path", err)
        self.assertEqual(daemon.end(), 0)

    def test_a_damaged_file_stands_aside_and_the_daemon_goes_on(self):
        daemon = self.run_until_alerted()
        self.assertEqual(daemon.end(), 0)
        self.assertEqual(len(self.heard()), 1)
        with open(self.file, "r+b") as damaged:
            damaged.seek(0, os.SEEK_END)
            damaged.truncate(damaged.tell() // 2)
        daemon = self.start_daemon(self.configure())
        line = daemon.wait_for_line("the ledger cannot be read", "is damaged")
        self.assertIn(f"{self.file}.damaged-", line)
        daemon.wait_for_line("msg=watching")
        self.assertEqual(daemon.end(), 0)
        self.assertEqual(len(list(self.directory.glob("ledger.db.damaged-*Z"))), 1)

    def test_a_log_that_is_lost_after_a_kill_is_no_first_start(self):
        daemon = self.run_until_alerted()
        daemon.process.kill()
        daemon.process.wait()
        os.unlink(f"{self.file}-wal")
        daemon = self.start_daemon(self.configure())
        daemon.wait_for_line("msg=restored")
        self.assertEqual(daemon.end(), 0)

    # A folder in its place stands for what refuses to be read.
    def test_one_that_cannot_be_read_is_not_damaged_and_looked_back_over(self):
        self.file.mkdir()
        os.utime(self.file, (1_000_000_000, 1_000_000_000))
        daemon = self.start_daemon(self.configure())
        line = daemon.wait_for_line("msg=ledger_unreadable")
        self.assertIn("alerts_since=2001-09-09T01:46:40", line)
        self.assertIn("the file stays as it is", line)
        wait_until(lambda: not self.webhook.received.empty(), "the alert all the same")
        self.assertFalse([said for said in daemon.lines if "ledger_damaged" in said])
        self.assertEqual(daemon.end(), 0)
        self.assertTrue(self.file.is_dir())

    def test_a_folder_that_cannot_be_made_degrades_storage_and_nothing_else(self):
        daemon = self.start_daemon(
            self.configure(), storage="/proc/nowhere/state")
        line = daemon.wait_for_line("the ledger cannot be written")
        self.assertIn("/proc/nowhere/state/ledger.db", line)
        self.assertIn("--storage.path", line)
        wait_until(lambda: "trainwatchd_storage_degraded 1" in get(daemon.url + "/metrics")[1],
                   "the metric")
        wait_until(lambda: not self.webhook.received.empty(), "the alert all the same")
        self.assertEqual(daemon.end(), 0)

    def test_a_limit_on_the_size_of_files_degrades_storage_and_nothing_else(self):
        limited = resource.getrlimit(resource.RLIMIT_FSIZE)
        # For the daemon alone, which inherits it: 4 KiB hold no ledger.
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limited[1]))
        try:
            daemon = self.start_daemon(self.configure())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limited)
        daemon.wait_for_line("the ledger cannot be written")
        wait_until(lambda: not self.webhook.received.empty(), "the alert all the same")
        self.assertEqual(daemon.end(), 0)


if __name__ == "__main__":
    harness.main()
