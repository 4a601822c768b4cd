"""Whole fleets: one pass over them, a long history, very many jobs, and shares of the work."""

import collections
import json
import shutil

import harness
from discovery_harness import ALL, LIVE, SERIES, Discovery, series_of
from harness import KEYS, TRAINWATCHD, get, get_json, wait_until


class OnePass(Discovery):
    JOBS = """
  - {name: running, kind: in_progress, created: -1h}
  - {name: failed-now, kind: failed, created: -30m, durations: {Training: 5m}}
  - {name: failed-long-ago, kind: failed, created: -3d}
"""

    def test_once_finds_describes_and_tells_what_ended_of_late(self):
        simulator = self.simulate(self.JOBS, "--speed", "1")
        configuration = self.configure(simulator, ALL)
        code, out, err = self.run_to_end(TRAINWATCHD, "once", "--config.file", configuration)
        self.assertEqual(code, 0, err)
        self.assertRegex(err, 'would alert: TrainingJobFailed.*training_job="failed-now"')
        self.assertNotIn("failed-long-ago", err)
        statuses = {
            labels["training_job"]: labels["status"]
            for labels, _ in series_of(out, "sagemaker_training_job_status")
        }
        self.assertEqual(statuses, {"running": "InProgress", "failed-now": "Failed"})
        # It is described: a page tells of no limit.
        self.assertTrue(series_of(out, "sagemaker_training_job_deadline_timestamp_seconds"))
        self.assertTrue(self.webhook.received.empty())

    # What is not decided yet is not seen yet.
    def test_once_waits_for_what_tags_decide(self):
        simulator = self.simulate(
            "  - {name: 'seen-{n}', repeat: 5, kind: in_progress, created: -1h,"
            " tags: {team: vision}}\n"
            "  - {name: other, kind: in_progress, created: -1h, tags: {team: audio}}\n"
        )
        lists = "watch_lists: [{name: vision, match: {tags: {team: vision}}}]\n"
        code, out, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", self.configure(simulator, lists)
        )
        self.assertEqual(code, 0, err)
        found = {
            labels["training_job"] for labels, _ in series_of(out, "sagemaker_training_job_info")
        }
        self.assertEqual(found, {f"seen-{n}" for n in range(1, 6)})

    def test_policy_that_is_printed_is_enough_and_no_more(self):
        simulator = self.simulate(
            "  - {name: nightly-1, kind: in_progress, created: -1h, tags: {Owner: ann}}\n"
            f"  - {{name: other, {LIVE}}}\n"
        )
        lists = (
            "watch_lists: [{name: nights, match: {name: 'nightly-*'},"
            " labels_from_tags: {owner: Owner}}]\n"
        )
        configuration = self.configure(simulator, lists)
        code, out, err = self.run_to_end(
            TRAINWATCHD, "print-iam-policy", "--config.file", configuration
        )
        self.assertEqual(code, 0, err)
        allowed = {}
        for statement in json.loads(out)["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                allowed[action] = json.dumps(statement["Resource"])
        self.assertEqual(
            set(allowed),
            {"sagemaker:DescribeTrainingJob", "sagemaker:ListTrainingJobs", "sagemaker:ListTags"},
        )
        self.assertIn("training-job/nightly-*", allowed["sagemaker:DescribeTrainingJob"])
        self.assertIn("training-job/nightly-*", allowed["sagemaker:ListTags"])
        self.assertEqual(allowed["sagemaker:ListTrainingJobs"], '["*"]')
        # Whatever else is asked for, or of whatever else, is denied.
        for operation in ("DescribeTrainingJob", "ListTags"):
            self.fault(
                simulator, kind="error", operation=operation, job="other", status=400,
                code="AccessDeniedException", message="no",
            )
        self.fault(
            simulator, kind="error", operation="ListTrainingJobsForHyperParameterTuningJob",
            status=400, code="AccessDeniedException", message="no",
        )
        daemon = self.start_daemon(configuration)
        wait_until(
            lambda: self.series(daemon, "sagemaker_training_job_labels"), "a label of a tag"
        )
        self.wait_for_lists(daemon, {"nightly-1": "nights"})
        denied = [
            labels for labels, value in self.series(daemon, "trainwatchd_api_requests_total")
            if labels["code"] == "denied" and value
        ]
        self.assertEqual(denied, [])
        self.assertEqual([l for l in daemon.lines if "level=error" in l], [])

    def test_plan_and_online_check_know_what_is_found(self):
        simulator = self.simulate(f"  - {{name: nightly-1, {LIVE}}}\n")
        configuration = self.configure(simulator, ALL)
        code, out, err = self.run_to_end(TRAINWATCHD, "check-config", "--online", configuration)
        self.assertEqual(code, 0, out + err)
        self.assertRegex(out, "connection simulated, eu-west-1: ok.*lists jobs")
        code, out, err = self.run_to_end(TRAINWATCHD, "check-config", "--plan", configuration)
        self.assertEqual(code, 0, out + err)
        self.assertIn("found by all", out)
        self.assertRegex(out, r"10,000 ")
        self.fault(
            simulator, kind="error", operation="ListTrainingJobs", status=400,
            code="AccessDeniedException", message="no",
        )
        code, out, err = self.run_to_end(TRAINWATCHD, "check-config", "--online", configuration)
        self.assertEqual(code, 1, out + err)
        self.assertRegex(out, "FAILED: .*sagemaker:ListTrainingJobs")


class Shards(Discovery):
    REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")
    SUMS = (
        "sagemaker_training_jobs", "sagemaker_training_jobs_finished_total",
        "sagemaker_training_job_transitions_total",
    )

    def test_four_shards_together_are_one_daemon(self):
        jobs = "".join(
            f"  - {{name: 'live-{{n}}-{r}', region: {r}, repeat: 3, {LIVE}}}\n"
            f"  - {{name: failed-{r}, region: {r}, kind: failed, created: -30m,"
            " durations: {Training: 5m}}\n"
            for r in self.REGIONS
        )
        simulator = self.simulate(
            jobs + "".join(
                f"  - {{name: abroad-{r}, region: {r}, account: '999988887777', {LIVE}}}\n"
                for r in self.REGIONS
            ),
            "--speed", "1", "--region", "us-east-1", "--region", "ap-southeast-2",
            more="access: {keys: [{user: abroad, account: '999988887777',"
            " access_key_id: AKIAABROAD0000000001, secret_access_key: abroad}]}",
        )
        profiles = self.write(
            "credentials",
            f"[research]\naws_access_key_id={KEYS['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key={KEYS['AWS_SECRET_ACCESS_KEY']}\n"
            "[product]\naws_access_key_id=AKIAABROAD0000000001\naws_secret_access_key=abroad\n",
        )
        connections = "".join(
            f"  - {{name: {name}, profile: {name}, regions: {json.dumps(list(self.REGIONS))},"
            f" endpoint_url: '{simulator.https_url}', ca_bundle: '{simulator.ca_file}',"
            " budget: {describe_per_second: 50, list_per_second: 10}}\n"
            for name in ("research", "product")
        )
        configuration = self.write("shards.yaml", "connections:\n" + connections + ALL)
        environment = {"AWS_SHARED_CREDENTIALS_FILE": profiles}

        def pass_of(*flags):
            code, out, err = self.run_to_end(
                TRAINWATCHD, "once", "--config.file", configuration, *flags,
                environment=environment,
            )
            self.assertEqual(code, 0, err)
            return out

        whole = pass_of()
        parts = [pass_of(f"--shard={i}/4") for i in (1, 2, 3, 4)]

        def per_job(metrics):
            return {
                (family, labels) for family, labels, _ in SERIES.findall(metrics)
                if "training_job=" in labels
            }

        together = [each for part in parts for each in per_job(part)]
        self.assertEqual(len(together), len(set(together)))
        self.assertEqual(set(together), per_job(whole))
        self.assertEqual(len(series_of(whole, "sagemaker_training_job_info")), 15)
        self.assertGreater(sum(bool(per_job(part)) for part in parts), 1)
        for name in self.SUMS:
            with self.subTest(name):
                sums = collections.Counter()
                for part in parts:
                    for labels, value in series_of(part, name):
                        sums[tuple(sorted(labels.items()))] += value
                expected = {
                    tuple(sorted(labels.items())): value for labels, value in series_of(whole, name)
                }
                self.assertEqual(
                    {k: v for k, v in sums.items() if v}, {k: v for k, v in expected.items() if v}
                )
                self.assertTrue(any(expected.values()))


    def test_ledger_of_one_daemon_is_divided_without_a_word(self):
        regions = self.REGIONS[:2]
        simulator = self.simulate(
            "".join(
                f"  - {{name: failed-{r}, region: {r}, kind: failed, created: -30m,"
                " durations: {Training: 5m}}\n"
                for r in regions
            ),
            "--speed", "1", "--region", "us-east-1",
        )
        configuration = self.configure(simulator, ALL, regions)
        names = {f"failed-{r}" for r in regions}

        def shown(daemon):
            alerts = get_json(daemon.url + "/api/v1/alerts")["alerts"]
            fires = {each["training_job"] for each in alerts if each["state"] == "firing"}
            return fires & names

        storage = self.directory / "whole"
        storage.mkdir()
        daemon = self.start_daemon(configuration, storage=storage)
        told = set()
        while not names <= told:
            told |= {
                each["labels"].get("training_job") for each in self.webhook.next()[1]["alerts"]
            }
        self.assertEqual(daemon.end(), 0)
        parts = []
        for i in (1, 2, 3, 4):
            part = self.directory / f"shard-{i}"
            shutil.copytree(storage, part)
            daemon = self.start_daemon(configuration, storage=part, more=(f"--shard={i}/4",))
            wait_until(lambda: get(daemon.url + "/-/ready")[0] == 200, "its first pass")
            parts.append(shown(daemon))
            self.assertEqual(daemon.end(), 0)
        self.assertEqual(sorted(name for part in parts for name in part), sorted(names))
        while not self.webhook.received.empty():
            for each in self.webhook.next()[1]["alerts"]:
                self.assertNotIn("training_job", each["labels"], "it was told of all that fires")


class VeryManyJobs(Discovery):
    def test_list_that_finds_more_than_anybody_means_is_told_once(self):
        simulator = self.simulate(
            "  - {name: 'many-{n}', repeat: 10100, every: 1s, kind: in_progress, created: -10h}\n",
            "--speed", "1",
        )
        configuration = self.configure(simulator, ALL)
        text = configuration.read_text()
        configuration.write_text(text.replace("list_per_second: 10", "list_per_second: 100"))
        daemon = self.start_daemon(configuration)
        line = daemon.wait_for_line("watch_list_large", "watch_list=all")
        self.assertIn("level=warn", line)
        self.assertIn("narrow its match", line)
        daemon.wait_for_line("sweep_complete", "known_jobs=10100")
        self.assertEqual(daemon.count_lines("watch_list_large"), 1)
        status, page = get(daemon.url + "/")
        self.assertEqual(status, 200)
        self.assertIn("9100 more", page)
        self.assertEqual(daemon.end(), 0)


class LongHistory(Discovery):
    """The first start in an account where two thousand jobs have ended."""

    JOBS = (
        "  - {name: 'old-{n}', kind: failed, repeat: 2000, every: 10m, created: -20d,"
        " durations: {Training: 5m}}\n"
        f"  - {{name: 'live-{{n}}', repeat: 5, {LIVE}}}\n"
    )

    def setUp(self):
        super().setUp()
        self.simulator = self.simulate(self.JOBS, "--speed", "1")
        self.daemon = self.start_daemon(self.configure(self.simulator, ALL))
        self.daemon.wait_for_line("sweep_complete")

    def test_alerts_nobody_and_shows_what_is_live(self):
        daemon = self.daemon
        self.wait_for_lists(daemon, {f"live-{n}": "all" for n in range(1, 6)})
        self.assertIn("5 live", daemon.wait_for_line("msg=watching"))
        self.assertLess(self.requests(self.simulator)["ListTrainingJobs"], 100)
        self.assertEqual(daemon.count_lines("alert_fired"), 0)
        status, page = get(daemon.url + "/")
        self.assertEqual(status, 200)
        self.assertLess(len(page), 200_000)
        for name in ("live-1", "live-5"):
            self.assertIn(name, page)

    def test_describes_only_what_may_matter(self):
        wait_until(
            lambda: len(self.series(self.daemon, "sagemaker_training_job_instances")) == 5,
            "each live job's details",
        )
        pages = self.requests(self.simulator)["ListTrainingJobs"]
        wait_until(
            lambda: self.requests(self.simulator)["ListTrainingJobs"] > pages + 3, "more pages"
        )
        asked = get_json(self.simulator.control_url + "/requests")["jobs"]
        old = [each["name"] for each in asked if each["name"].startswith("old-")]
        self.assertEqual(old, [])


if __name__ == "__main__":
    harness.main()
