"""Another configuration for the running daemon: asked for in each way, good, bad and impossible."""

import os
import re
import signal
import socket
import threading

import harness
from harness import TRAINWATCHD, get, get_json, wait_until

SCENARIO = """
jobs:
  - {name: first, kind: in_progress, created: -1h}
  - {name: second, kind: in_progress, created: -2h}
"""


class Reloading(harness.EndToEnd):
    """A daemon that watches `first`, and may be told to watch `second` as well."""

    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(SCENARIO, "--region", "eu-west-1")
        self.socket = self.directory / "control"

    def configure(self, *jobs, simulator=None, more=""):
        path = self.configuration(simulator or self.simulator, {"eu-west-1": list(jobs)}, bound="1s")
        path.write_text(path.read_text() + more)
        return path

    def start_with(self, *jobs, more=(), environment=None):
        return self.start_daemon(
            self.configure(*jobs), environment, more=("--control.socket", self.socket, *more)
        )

    def reload(self, *arguments, environment=None):
        where = arguments or ("--control.socket", self.socket)
        return self.run_to_end(TRAINWATCHD, "reload", *where, environment=environment)

    def metrics(self, daemon):
        return get(daemon.url + "/metrics")[1]

    def metric(self, daemon, name):
        return float(re.search(rf"^{name} (\S+)$", self.metrics(daemon), re.MULTILINE)[1])

    def reload_facts(self, daemon):
        return (
            self.metric(daemon, "trainwatchd_config_last_reload_successful"),
            self.metric(daemon, "trainwatchd_config_last_reload_success_timestamp_seconds"),
        )

    def watched(self, daemon):
        found = re.findall(
            r'^sagemaker_training_job_info\{.*training_job="([^"]+)"', self.metrics(daemon),
            re.MULTILINE,
        )
        return set(found)

    def described(self, simulator, job):
        """How often the simulator was asked for it."""
        jobs = get_json(simulator.control_url + "/requests")["jobs"]
        return sum(each["describes"] for each in jobs if each["name"] == job)

    def assert_still_polled(self, job, simulator=None):
        simulator = simulator or self.simulator
        before = self.described(simulator, job)
        wait_until(lambda: self.described(simulator, job) > before + 1, f"looks at {job}")


class Command(Reloading):
    def test_good_file_is_told_and_measured(self):
        daemon = self.start_with("first")
        ok, at = self.reload_facts(daemon)
        self.assertEqual(ok, 1)
        self.configure("first", "second")
        self.assertEqual(self.reload(), (0, "The configuration was reloaded.\n", ""))
        daemon.wait_for_line("configuration reloaded", 'asked_by="control socket"')
        ok, later = self.reload_facts(daemon)
        self.assertEqual(ok, 1)
        self.assertGreater(later, at)
        self.assert_still_polled("first")
        self.assertEqual(daemon.end(), 0)
        self.assertFalse(self.socket.exists())

    def test_job_that_is_added_is_watched(self):
        daemon = self.start_with("first")
        wait_until(lambda: self.watched(daemon) == {"first"}, "the first look")
        self.configure("first", "second")
        self.assertEqual(self.reload()[0], 0)
        wait_until(lambda: self.watched(daemon) == {"first", "second"}, "the second job")

    def test_job_that_is_taken_out_is_not_watched_any_more(self):
        daemon = self.start_with("first", "second")
        wait_until(lambda: self.watched(daemon) == {"first", "second"}, "the first look")
        self.configure("second")
        self.assertEqual(self.reload()[0], 0)
        wait_until(lambda: self.watched(daemon) == {"second"}, "the first job's end")
        self.assert_still_polled("second")

    def test_bad_file_changes_nothing_and_every_error_is_named(self):
        daemon = self.start_with("first")
        _, at = self.reload_facts(daemon)
        path = self.configure("first", more="pricess: {}\nglobal_: 1\n")
        code, out, problems = self.reload()
        self.assertEqual((code, out), (1, ""))
        checked = self.run_to_end(TRAINWATCHD, "check-config", path)[1]
        self.assertRegex(checked, r"trainwatchd\.yaml:\d+:\d+: pricess: ")
        for line in checked.splitlines():
            self.assertIn(line, problems.splitlines())
        self.assertIn("nothing was reloaded", problems)
        daemon.wait_for_line("configuration not reloaded", "errors=2")
        self.assertEqual(self.reload_facts(daemon), (0, at))
        self.assert_still_polled("first")

        self.configure("first")
        self.assertEqual(self.reload()[0], 0)
        ok, later = self.reload_facts(daemon)
        self.assertEqual(ok, 1)
        self.assertGreater(later, at)

    def test_teams_file_that_becomes_wrong_keeps_its_last_good_version(self):
        folder = self.directory / "teams"
        folder.mkdir()
        team = folder / "team.yaml"
        team.write_text("name: team\njobs: [second]\n")
        included = "watch_list_files: [teams/*.yaml]\n"
        path = self.configure("first", more=included)
        daemon = self.start_daemon(path, more=("--control.socket", self.socket))
        ok = f'trainwatchd_watch_list_file_ok\\{{file="{team}"\\}}'
        self.assertEqual(self.metric(daemon, ok), 1)
        self.assert_still_polled("second")
        team.write_text("name: team\njobbs: [second]\n")
        code, out, problems = self.reload()
        self.assertEqual((code, out), (0, "The configuration was reloaded.\n"))
        self.assertRegex(problems, r"warning: \S*team\.yaml:2:1: jobbs: ")
        self.assertIn("its last good version stays in force", problems)
        self.assertEqual(self.metric(daemon, ok), 0)
        self.assertEqual(self.reload_facts(daemon)[0], 1)
        self.assert_still_polled("second")

    def test_teams_file_that_is_broken_at_a_start_keeps_its_list_and_its_alerts(self):
        webhook = harness.Webhook()
        self.addCleanup(webhook.close)
        (self.directory / "teams").mkdir()
        team = self.directory / "teams" / "team.yaml"
        team.write_text("name: team\njobs: [broken]\n")
        simulator = self.start_simulator(
            "region: eu-west-1\njobs:\n  - {name: broken, kind: failed, created: -30m,"
            " durations: {Training: 1m}}\n  - {name: first, kind: in_progress}\n"
        )
        hook = f"receivers: [{{name: hook, webhook: {{url: '{webhook.url}'}}}}]\n"
        path = self.configure(
            "first", simulator=simulator, more="watch_list_files: [teams/*.yaml]\n" + hook
        )
        control = ("--control.socket", self.socket)
        ok = f'trainwatchd_watch_list_file_ok\\{{file="{team}"\\}}'
        firing = 'trainwatchd_alerts_firing\\{alert="TrainingJobFailed"\\}'

        daemon = self.start_daemon(path, more=control)
        told = {}
        while told.get("training_job") != "broken":
            told = webhook.next()[1]["alerts"][0]["labels"]
        self.assertEqual(daemon.end(), 0)
        kept = list((self.directory / "watch-lists").iterdir())
        self.assertEqual([each.stat().st_mode & 0o777 for each in kept], [0o600])
        self.assertIn("jobs: [broken]", kept[0].read_text())

        def write_half():
            team.write_text("name: team\njobs: [broken")
            # Those that only look leave the copies alone, and say what is in the file.
            checked = self.run_to_end(TRAINWATCHD, "check-config", path)
            self.assertEqual(checked[0], 1)
            self.assertIn("1 of 1 watch list file would be left out", checked[1])
            self.assertEqual(self.run_to_end(TRAINWATCHD, "once", "--config.file", path)[0], 0)

        def put_a_folder_in_its_place():
            team.unlink()
            team.mkdir()

        for spoil in (write_half, put_a_folder_in_its_place):
            spoil()
            daemon = self.start_daemon(path, more=control)
            daemon.wait_for_line("team.yaml: its last good version stays in force")
            self.assertEqual(self.metric(daemon, ok), 0)
            wait_until(lambda: self.metric(daemon, firing) == 1, "the alert of the ledger")
            self.assert_still_polled("first", simulator)
            self.assertEqual(self.watched(daemon), {"broken", "first"})
            self.assertEqual(daemon.end(), 0)
            self.assertEqual(list((self.directory / "watch-lists").iterdir()), kept)
        while not webhook.received.empty():
            for alert in webhook.next()[1]["alerts"]:
                if "training_job" in alert["labels"]:
                    self.assertEqual(alert["status"], "firing")

        # A file that is gone takes its list with it, at a start as at a reload; mended it is back.
        team.rmdir()
        daemon = self.start_daemon(path, more=control)
        wait_until(lambda: self.metric(daemon, firing) == 0, "the end of the unwatched alert")
        wait_until(
            lambda: not list((self.directory / "watch-lists").iterdir()), "the copy's removal"
        )
        team.write_text("name: team\njobs: [second]\n")
        self.assertEqual(self.reload()[0], 0)
        self.assertEqual(self.metric(daemon, ok), 1)
        wait_until(lambda: list((self.directory / "watch-lists").iterdir()) == kept, "the copy")
        self.assertEqual(daemon.end(), 0)

    def test_teams_file_that_does_not_fit_at_a_start_keeps_its_alerts_until_it_does(self):
        webhook = harness.Webhook()
        self.addCleanup(webhook.close)
        (self.directory / "teams").mkdir()
        team = self.directory / "teams" / "vision.yaml"
        team.write_text("name: team\njobs: [broken]\nconnections: [simulated]\n")
        simulator = self.start_simulator(
            "region: eu-west-1\njobs:\n  - {name: broken, kind: failed, created: -30m,"
            " durations: {Training: 1m}}\n  - {name: first, kind: in_progress}\n"
        )
        hook = f"receivers: [{{name: hook, webhook: {{url: '{webhook.url}'}}}}]\n"
        path = self.configure(
            "first", simulator=simulator, more="watch_list_files: [teams/*.yaml]\n" + hook
        )
        control = ("--control.socket", self.socket)
        firing = 'trainwatchd_alerts_firing\\{alert="TrainingJobFailed"\\}'

        daemon = self.start_daemon(path, more=control)
        told = {}
        while told.get("training_job") != "broken":
            told = webhook.next()[1]["alerts"][0]["labels"]
        self.assertEqual(told["watch_list"], "team")
        self.assertEqual(daemon.end(), 0)

        # A reload would refuse that; a start has to do with it.
        path.write_text(path.read_text().replace("name: simulated", "name: renamed"))
        daemon = self.start_daemon(path, more=control)
        daemon.wait_for_line("vision.yaml: left out")
        self.assert_still_polled("first", simulator)
        self.assertEqual(self.watched(daemon), {"first"})
        self.assertEqual(self.metric(daemon, firing), 1)
        self.assertEqual(self.reload()[0], 0)
        self.assertEqual(self.metric(daemon, firing), 1)

        before = self.described(simulator, "broken")
        team.write_text("name: team\njobs: [broken]\nconnections: [renamed]\n")
        self.assertEqual(self.reload()[0], 0)
        wait_until(lambda: self.described(simulator, "broken") > before, "the job of the list")
        self.assert_still_polled("first", simulator)
        self.assertEqual(self.metric(daemon, firing), 1)
        while not webhook.received.empty():
            for alert in webhook.next()[1]["alerts"]:
                if "training_job" in alert["labels"]:
                    self.assertEqual(alert["status"], "firing")

        team.unlink()
        self.assertEqual(self.reload()[0], 0)
        over = {"labels": {}}
        while "training_job" not in over["labels"]:
            over = webhook.next()[1]["alerts"][0]
        self.assertEqual(over["status"], "resolved")
        self.assertEqual(over["annotations"]["resolved_because"], "unwatched")
        self.assertEqual(daemon.end(), 0)

    def test_copies_of_teams_files_that_cannot_be_written_are_told_once(self):
        (self.directory / "teams").mkdir()
        (self.directory / "teams" / "team.yaml").write_text("name: team\njobs: [second]\n")
        (self.directory / "watch-lists").write_text("in the way")
        path = self.configure("first", more="watch_list_files: [teams/*.yaml]\n")
        daemon = self.start_daemon(path, more=("--control.socket", self.socket))
        said = "the last good versions of watch list files are not kept"
        daemon.wait_for_line(said, str(self.directory / "watch-lists"))
        self.assertEqual(self.reload()[0], 0)
        self.assertEqual(self.reload()[0], 0)
        self.assert_still_polled("second")
        self.assertEqual(daemon.end(), 0)
        self.assertEqual(daemon.count_lines(said), 1)

    def test_connection_that_would_lose_its_keys_is_refused(self):
        daemon = self.start_with("first")
        path = self.configure("first")
        path.write_text(
            path.read_text().replace("name: simulated\n", "name: simulated\n    profile: nobody\n")
        )
        code, _, problems = self.reload()
        self.assertEqual(code, 1)
        self.assertIn('connection "simulated": ', problems)
        self.assertIn("nobody", problems)
        self.assert_still_polled("first")

    def test_endpoint_that_changes_is_asked_from_then_on(self):
        daemon = self.start_with("first")
        self.assert_still_polled("first")
        other = self.start_simulator(SCENARIO, "--region", "eu-west-1")
        self.configure("first", simulator=other)
        self.assertEqual(self.reload()[0], 0)
        self.assert_still_polled("first", other)
        self.assertEqual(daemon.end(), 0)

    def test_many_at_once_each_get_an_answer(self):
        daemon = self.start_with("first")
        outcomes = []
        askers = [
            threading.Thread(target=lambda: outcomes.append(self.reload()[0])) for _ in range(12)
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        self.assertEqual(outcomes, [0] * 12)
        self.assertEqual(daemon.end(), 0)

    def test_hostile_lines_do_no_harm(self):
        daemon = self.start_with("first")
        for line, answer in (
            (b"\n", b""),
            (b"reload\n", b'{"ok":false,"errors":["not a JSON object on one line"]}\n'),
            (b'{"command":"rm"}\n', b'this daemon does not know the command \\"rm\\"'),
            (b"[" * 20000 + b"\n", b"more than 16384 bytes on one line"),
            (b"\xff\x00{}\n", b"not a JSON object on one line"),
        ):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(harness.PATIENCE)
                peer.connect(str(self.socket))
                try:
                    peer.sendall(line)
                except BrokenPipeError:
                    pass
                heard = b"".join(iter(lambda: peer.recv(4096), b""))
                self.assertIn(answer, heard)
        self.assertEqual(self.reload()[0], 0)
        self.assertEqual(daemon.end(), 0)

    def test_without_a_daemon_says_where_it_looked_and_what_to_do(self):
        code, out, problems = self.reload()
        self.assertEqual((code, out), (1, ""))
        self.assertIn(f"no running daemon listens at {self.socket}", problems)
        self.assertIn("--control.socket", problems)
        # As from a shell, where systemd has set nothing.
        code, _, problems = self.run_to_end(TRAINWATCHD, "reload")
        self.assertEqual(code, 1)
        self.assertIn("/run/trainwatchd/control", problems)

    def test_runtime_directory_is_where_both_look(self):
        runtime = {"RUNTIME_DIRECTORY": str(self.directory)}
        daemon = self.start_daemon(self.configure("first"), runtime)
        self.assertEqual(os.stat(self.socket).st_mode & 0o777, 0o600)
        self.assertEqual(
            self.run_to_end(TRAINWATCHD, "reload", environment=runtime)[0], 0
        )
        self.assertEqual(daemon.end(), 0)

    def test_socket_of_a_killed_daemon_is_taken_over_and_that_of_a_living_one_is_not(self):
        killed = self.start_with("first")
        killed.end(signal.SIGKILL)
        self.assertTrue(self.socket.exists())
        self.assertEqual(self.reload()[0], 1)
        daemon = self.start_with("first")
        code, _, problems = self.run_to_end(
            TRAINWATCHD, "run", "--config.file", self.directory / "trainwatchd.yaml",
            "--web.listen-address", "127.0.0.1:0", "--control.socket", self.socket,
        )
        self.assertEqual(code, 1)
        self.assertIn("another daemon listens there", problems)
        self.assertEqual(self.reload()[0], 0)
        self.assertEqual(daemon.end(), 0)


class Hangup(Reloading):
    def test_hangup_before_the_start_is_over_reloads_when_it_is(self):
        begun, pipe = self.directory / "begun.yaml", self.directory / "pipe"
        os.mkfifo(pipe)
        begun.symlink_to(pipe)
        text = self.configure("first").read_text()
        daemon = self.start(
            [TRAINWATCHD, "run", "--config.file", begun, "--web.listen-address", "127.0.0.1:0",
             "--storage.path", self.directory],
            harness.clean_environment(**harness.KEYS),
        )
        # Opens once the daemon has begun to read, and it reads until this closes.
        with open(pipe, "w") as being_read:
            later = self.directory / "later.yaml"
            later.symlink_to(self.configure("first", "second"))
            later.rename(begun)
            daemon.process.send_signal(signal.SIGHUP)
            being_read.write(text)
        daemon.wait_for_line("configuration reloaded", "asked_by=SIGHUP")
        line = daemon.wait_for_line("listening")
        daemon.url = "http://" + re.search(r"address=\"?([^\" ]+)", line).group(1)
        wait_until(lambda: self.watched(daemon) == {"first", "second"}, "both jobs")
        self.assertEqual(daemon.end(), 0)

    def test_reloads_and_the_log_has_the_outcome(self):
        daemon = self.start_with("first")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_line("configuration reloaded", "asked_by=SIGHUP")
        self.configure("first", more="pricess: {}\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_line("pricess", "asked_by=SIGHUP")
        daemon.wait_for_line("configuration not reloaded", "asked_by=SIGHUP")
        self.assertEqual(self.reload_facts(daemon)[0], 0)
        self.assert_still_polled("first")
        self.assertEqual(daemon.end(), 0)

    def test_needs_no_control_socket(self):
        daemon = self.start_daemon(self.configure("first"))
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_line("configuration reloaded")
        self.assertEqual(daemon.end(), 0)


class Http(Reloading):
    def test_is_refused_with_a_sentence_unless_it_is_enabled(self):
        daemon = self.start_with("first")
        status, body = get(daemon.url + "/-/reload", "POST")
        self.assertEqual(status, 403)
        self.assertIn("Lifecycle API is not enabled", body)
        self.assertIn("--web.enable-lifecycle", body)

    def test_answers_as_prometheus_does(self):
        daemon = self.start_with("first", more=("--web.enable-lifecycle",))
        for method in ("POST", "PUT"):
            self.assertEqual(get(daemon.url + "/-/reload", method)[0], 200)
        self.assertEqual(get(daemon.url + "/-/reload")[0], 405)
        self.configure("first", more="pricess: {}\n")
        status, body = get(daemon.url + "/-/reload", "POST")
        self.assertEqual(status, 500)
        self.assertIn("failed to reload config", body)
        self.assertRegex(body, r"trainwatchd\.yaml:\d+:\d+: pricess: ")
        self.assertEqual(self.reload_facts(daemon)[0], 0)
        self.assertEqual(daemon.end(), 0)


class ServiceManager(Reloading):
    def test_hears_when_a_reload_begins_and_ends_and_what_came_of_it(self):
        path = self.directory / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(path))
            manager.settimeout(harness.PATIENCE)
            daemon = self.start_with("first", environment={"NOTIFY_SOCKET": str(path)})
            heard = []

            def wait_for(message):
                while not heard or message not in heard[-1]:
                    heard.append(manager.recv(4096).decode())

            wait_for("READY=1")
            self.configure("first", more="pricess: {}\n")
            self.assertEqual(self.reload()[0], 1)
            wait_for("RELOADING=1\nMONOTONIC_USEC=")
            wait_for("STATUS=watching 1 jobs, ")
            wait_for("the last reload failed, see the log")
            wait_for("READY=1")
            self.configure("first")
            self.assertEqual(self.reload()[0], 0)
            wait_for("RELOADING=1\nMONOTONIC_USEC=")
            wait_for("STATUS=watching 1 jobs")
            while "reload failed" in heard[-1]:
                wait_for("STATUS=watching 1 jobs")
            wait_for("READY=1")
            self.assertEqual(daemon.end(), 0)


if __name__ == "__main__":
    harness.main()
