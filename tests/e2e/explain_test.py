"""`explain JOB` and `ack JOB`: what the ledger tells of a job, and the end of its alerts."""

import harness
import ledger_harness
from harness import TRAINWATCHD, wait_until

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"


class Questions(ledger_harness.WithLedger):
    def setUp(self):
        super().setUp()
        self.socket = self.directory / "control"

    def begin(self, *more):
        daemon = self.run_until_alerted("--control.socket", self.socket, *more)
        wait_until(lambda: "taken 20" in self.ask("explain", "broken")[1], "the confirmed delivery")
        return daemon

    def ask(self, command, job, *where):
        return self.run_to_end(
            TRAINWATCHD, command, job, *(where or ("--control.socket", self.socket)))

    def test_explain_tells_what_was_seen_why_it_alerted_and_who_took_it(self):
        daemon = self.begin()
        code, out, err = self.ask("explain", "broken")
        self.assertEqual((code, err), (0, ""))
        self.assertIn(f"  ARN           {ARN}broken\n", out)
        self.assertIn("reason        AlgorithmError: exit code 1\n", out)
        self.assertIn("  Training since 20", out)
        self.assertIn("\nAlert TrainingJobFailed\n", out)
        self.assertIn("because       AWS says that the job Failed at ", out)
        origin = self.webhook.url.removesuffix("/hook")
        self.assertRegex(out, rf"sent          hook, {origin}: taken 20\S+ \S+Z\n")
        self.assertIn("ended         not yet; it fires\n", out)
        self.assertEqual(self.ask("explain", ARN + "broken")[:2], (0, out))
        self.assertIn("None.", self.ask("explain", "fine")[1])
        self.assertEqual(daemon.end(), 0)

    def test_explain_reads_the_file_beside_a_daemon_and_without_one(self):
        daemon = self.begin()
        there = ("--storage.path", self.directory)
        told = self.ask("explain", "broken")[1]
        self.assertEqual(self.ask("explain", "broken", *there), (0, told, ""))
        self.assertEqual(daemon.end(), 0)
        code, out, _ = self.ask("explain", "broken", *there)
        self.assertEqual((code, out.count("Alert TrainingJobFailed")), (0, 1))
        code, out, err = self.ask("explain", "broken")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("no running daemon listens", err)
        self.assertIn("--storage.path", err)

    def test_explain_of_what_is_not_known_says_so(self):
        daemon = self.begin()
        code, out, err = self.ask("explain", "brokn")
        self.assertEqual((code, out), (1, ""))
        self.assertIn('the ledger knows no job "brokn"', err)
        code, _, err = self.ask("explain", "not a job")
        self.assertEqual(code, 1)
        self.assertIn("is no job name", err)
        code, _, err = self.ask("explain", "broken", "--storage.path", "/nonexistent")
        self.assertEqual(code, 1)
        self.assertIn("there is no ledger /nonexistent/ledger.db", err)
        self.assertEqual(daemon.end(), 0)

    def test_ack_ends_the_alert_for_good_and_tells_the_receiver(self):
        daemon = self.begin()
        code, out, err = self.ask("ack", "broken")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("Acknowledged, 1 alert ended:\n  TrainingJobFailed{", out)

        def resolved():
            while not self.webhook.received.empty():
                for alert in self.webhook.next()[1]["alerts"]:
                    if alert["status"] == "resolved":
                        return alert["annotations"]["resolved_because"]
            return None

        self.assertEqual(wait_until(resolved, "the end of the alert"), "acknowledged")
        self.assertIn(", acknowledged\n", self.ask("explain", "broken")[1])
        code, out, _ = self.ask("ack", "broken")
        self.assertEqual((code, out), (0, 'No alert about the end of "broken" fires.\n'))
        # The answer came with the disk's word: a kill at that moment undoes nothing.
        daemon.process.kill()
        daemon.process.wait()
        again = self.start_daemon(self.configure(), more=("--control.socket", self.socket))
        again.wait_for_line("msg=watching")
        self.assertIn(", acknowledged\n", self.ask("explain", "broken")[1])
        self.assertEqual(again.end(), 0)
        firing = [a for a in self.heard() if a[1] == "firing"]
        self.assertEqual(firing, [])

    def test_ack_at_one_of_a_pair_names_the_other(self):
        daemon = self.begin("--replicas", "2")
        code, out, err = self.ask("ack", "broken")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("\nThis is one of 2 replicas: acknowledge it at the others too", out)
        self.assertEqual(daemon.end(), 0)

    def test_ack_of_what_is_not_known_or_without_a_daemon_fails(self):
        daemon = self.begin()
        code, out, err = self.ask("ack", "brokn")
        self.assertEqual((code, out), (1, ""))
        self.assertIn('no job "brokn" is known here', err)
        self.assertEqual(daemon.end(), 0)
        code, out, err = self.ask("ack", "broken")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("no running daemon listens", err)


if __name__ == "__main__":
    harness.main()
