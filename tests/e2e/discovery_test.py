"""Watch lists that find their jobs: what they find, what they leave, and what is refused."""

import collections
import json
import re
import unittest

import harness
from harness import KEYS, TRAINWATCHD, get, get_json, wait_until

LIVE = "kind: in_progress, created: -1h"
ALL = "watch_lists: [{name: all, match: {name: '*'}}]\n"
FAILS = {
    "kind": "failed",
    "durations": {"Starting": "1s", "Downloading": "1s", "Training": "1s", "Uploading": "1s"},
}
SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def series_of(metrics, name):
    """[(labels, value)] of one family."""
    return [
        (dict(LABEL.findall(labels)), float(value))
        for family, labels, value in SERIES.findall(metrics) if family == name
    ]


class Discovery(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.webhook = harness.Webhook()
        # A daemon that is ended with the test leaves its connection: no news.
        self.webhook.server.handle_error = lambda *_: None
        self.addCleanup(self.webhook.close)

    def simulate(self, jobs, *arguments, more=""):
        """`jobs`: lines of a scenario; without any, one empty region."""
        text = f"region: eu-west-1\n{more}\njobs:\n{jobs}"
        return self.start_simulator(text, "--region", "eu-west-1", *arguments)

    def configure(self, simulator, lists, regions=("eu-west-1",), more="", bound="2s"):
        return self.write(
            "trainwatchd.yaml",
            f"global: {{staleness_bound: {bound}}}\n"
            f"connections:\n  - name: simulated\n    regions: {json.dumps(list(regions))}\n"
            f"    endpoint_url: {simulator.https_url}\n    ca_bundle: {simulator.ca_file}\n"
            "    budget: {describe_per_second: 50, list_per_second: 10}\n"
            f"{lists}receivers: [{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}]\n{more}",
        )

    def metrics(self, daemon):
        return get(daemon.url + "/metrics")[1]

    def series(self, daemon, name):
        return series_of(self.metrics(daemon), name)

    def lists_of(self, daemon):
        """{job: watch list} as /metrics has it."""
        return {
            labels["training_job"]: labels["watch_list"]
            for labels, _ in self.series(daemon, "sagemaker_training_job_info")
        }

    def wait_for_lists(self, daemon, expected):
        wait_until(
            lambda: self.lists_of(daemon) == expected or self.fail(str(self.lists_of(daemon))),
            f"the jobs {expected}",
        )

    def fault(self, simulator, **what):
        status, text = get(simulator.control_url + "/faults", "POST", {"probability": 1, **what})
        self.assertEqual(status, 200, text)

    def create(self, simulator, **job):
        status, text = get(simulator.control_url + "/jobs", "POST", job)
        self.assertIn(status, (200, 201), text)

    def alert_of(self, job):
        while True:
            for alert in self.webhook.next()[1]["alerts"]:
                if alert["labels"].get("training_job") == job:
                    return alert

    def requests(self, simulator):
        """{operation: how often it was asked for}"""
        operations = get_json(simulator.control_url + "/requests")["operations"]
        return collections.Counter(
            {name: sum(codes.values()) for name, codes in operations.items()}
        )


class SixLines(Discovery):
    JOBS = (
        f"  - {{name: one, {LIVE}}}\n  - {{name: two, {LIVE}}}\n"
        "  - {name: stopping, kind: stopped_by_user, created: -2h, stays_in: Stopping}\n"
    )

    def test_find_every_job_and_follow_each_to_its_end(self):
        simulator = self.simulate(self.JOBS)
        configuration = self.write(
            "six.yaml",
            "watch_lists:\n  - name: everything\n    regions: [eu-west-1]\n"
            '    match: {name: "*"}\nreceivers:\n'
            f"  - {{name: main, webhook: {{url: '{self.webhook.url}'}}}}\n",
        )
        daemon = self.start_daemon(
            configuration,
            {"AWS_ENDPOINT_URL": simulator.https_url, "AWS_CA_BUNDLE": simulator.ca_file},
        )
        self.equal_the_truth(simulator, daemon)

        self.create(simulator, name="late-comer", region="eu-west-1", **FAILS)
        alert = self.alert_of("late-comer")
        self.assertEqual(alert["labels"]["alertname"], "TrainingJobFailed")
        self.assertEqual(alert["labels"]["watch_list"], "everything")
        self.equal_the_truth(simulator, daemon)

        self.assertEqual(get(simulator.control_url + "/jobs/eu-west-1/one", "DELETE")[0], 200)
        wait_until(lambda: "one" not in self.live_of(daemon), "the deleted job's leaving")
        self.assertEqual(daemon.end(), 0)

    def live_of(self, daemon):
        answer = get_json(daemon.url + "/api/v1/jobs?state=live")
        return {job["name"] for job in answer["jobs"]}

    def equal_the_truth(self, simulator, daemon):
        def agree():
            truth = {job["name"]: job for job in self.truth(simulator)["jobs"]}
            statuses = {
                labels["training_job"]: labels["status"]
                for labels, value in self.series(daemon, "sagemaker_training_job_status") if value
            }
            self.assertEqual(statuses, {name: job["status"] for name, job in truth.items()})
            arns = {
                labels["training_job"]: labels["training_job_arn"]
                for labels, _ in self.series(daemon, "sagemaker_training_job_info")
            }
            self.assertEqual(arns, {name: job["arn"] for name, job in truth.items()})
            counted = collections.Counter()
            for labels, value in self.series(daemon, "sagemaker_training_jobs"):
                counted[labels["status"], labels["secondary_status"]] += value
            expected = collections.Counter(
                (job["status"], job["secondary_status"]) for job in truth.values()
            )
            self.assertEqual(+counted, expected)
            return True

        wait_until(agree, "metrics that equal the truth")


class Filters(Discovery):
    JOBS = """
  - {name: nightly-resnet, kind: in_progress, created: -1h, tags: {team: speech, Owner: ann}}
  - {name: nightly-scratch-resnet, kind: in_progress, created: -1h}
  - {name: bert-12, kind: in_progress, created: -1h}
  - {name: bert-12b, kind: in_progress, created: -1h}
  - {name: seen, kind: in_progress, created: -1h, tags: {team: vision, Owner: joe}}
  - {name: heard, kind: in_progress, created: -1h, tags: {team: audio}}
  - {name: hpo-42-001-abc, kind: in_progress, created: -1h, tuning_job: hpo-42}
  - {name: hpo-42-imitated, kind: in_progress, created: -1h}
  - {name: big, kind: in_progress, created: -1h, instance_type: ml.p5.48xlarge}
  - {name: going, kind: stopped_by_user, created: -2h, stays_in: Stopping}
  - {name: other, kind: in_progress, created: -1h}
"""
    LISTS = """
watch_lists:
  - {name: nights, match: {name: "nightly-*"}, exclude: {name: "nightly-scratch-*"}, labels_from_tags: {owner: Owner}}
  - {name: berts, match: {name_regex: "bert-[0-9]+"}}
  - {name: going, match: {name: "go*", status: Stopping}}
  - {name: children, match: {tuning_job: HPO-4*}}
  - {name: giants, match: {instance_type: "ml.p5.*"}}
  - {name: vision, match: {tags: {team: vis*}}, labels_from_tags: {owner: Owner}}
  - {name: rest, match: {name: "*"}, exclude: {name: other}}
"""

    def test_give_each_job_to_the_first_list_that_it_fits(self):
        simulator = self.simulate(self.JOBS)
        daemon = self.start_daemon(self.configure(simulator, self.LISTS))
        self.wait_for_lists(daemon, {
            "nightly-resnet": "nights", "nightly-scratch-resnet": "rest", "bert-12": "berts",
            "bert-12b": "rest", "seen": "vision", "heard": "rest", "hpo-42-001-abc": "children",
            "hpo-42-imitated": "rest", "big": "giants", "going": "going",
        })

    def test_take_labels_from_tags_to_series_and_alerts(self):
        simulator = self.simulate(self.JOBS)
        daemon = self.start_daemon(self.configure(simulator, self.LISTS))
        self.wait_for_owners(daemon, "nights", {"nightly-resnet": "ann"})
        self.create(
            simulator, name="nightly-bert", region="eu-west-1", tags={"Owner": "eve"}, **FAILS
        )
        alert = self.alert_of("nightly-bert")["labels"]
        self.assertEqual((alert["watch_list"], alert["owner"]), ("nights", "eve"))

    # The list that reads tags to decide has read them already when it labels.
    def test_label_what_was_chosen_by_its_tags(self):
        simulator = self.simulate(self.JOBS)
        daemon = self.start_daemon(self.configure(simulator, self.LISTS))
        wait_until(
            lambda: any(
                each["training_job"] == "seen"
                for each, _ in self.series(daemon, "sagemaker_training_job_instances")
            ),
            "the details of the job",
        )
        self.assertEqual(self.owners(daemon, "vision"), {"seen": "joe"})

    def wait_for_owners(self, daemon, watch_list, expected):
        wait_until(
            lambda: self.owners(daemon, watch_list) == expected
            or self.fail(str(self.owners(daemon, watch_list))),
            "labels of tags",
        )

    def owners(self, daemon, watch_list):
        lists = self.lists_of(daemon)
        return {
            each["training_job"]: each["label_owner"]
            for each, _ in self.series(daemon, "sagemaker_training_job_labels")
            if lists.get(each["training_job"]) == watch_list
        }


class Refusals(Discovery):
    def test_tags_that_may_not_be_read_are_told_once_and_harm_no_other_list(self):
        keys = {"AWS_ACCESS_KEY_ID": "AKIAUNTAGGED00000001", "AWS_SECRET_ACCESS_KEY": "untagged"}
        simulator = self.simulate(
            f"  - {{name: plain, {LIVE}}}\n  - {{name: odd, {LIVE}, tags: {{team: vision}}}}\n",
            more="access: {keys: [{user: untagged, access_key_id: AKIAUNTAGGED00000001,"
            " secret_access_key: untagged, denies: ['sagemaker:ListTags']}]}",
        )
        lists = (
            "watch_lists:\n  - {name: named, match: {name: plain}}\n"
            "  - {name: vision, match: {tags: {team: vision}}}\n"
            "  - {name: rest, match: {name: '*'}}\n"
        )
        daemon = self.start_daemon(self.configure(simulator, lists), keys=keys)
        daemon.wait_for_line("tags_refused", "warn", "sagemaker:ListTags")
        self.wait_for_lists(daemon, {"plain": "named", "odd": "rest"})
        pages = self.pages(daemon)
        wait_until(lambda: self.pages(daemon) > pages + 3, "further pages")
        self.assertEqual(daemon.count_lines("tags_refused"), 1)

    def pages(self, daemon):
        return sum(v for _, v in self.series(daemon, "trainwatchd_sweep_pages_total"))

    def test_lists_that_are_refused_are_told_once_and_named_jobs_go_on(self):
        keys = {"AWS_ACCESS_KEY_ID": "AKIAUNLISTED00000001", "AWS_SECRET_ACCESS_KEY": "unlisted"}
        simulator = self.simulate(
            f"  - {{name: named-one, {LIVE}}}\n  - {{name: hidden, {LIVE}}}\n",
            more="access: {keys: [{user: unlisted, access_key_id: AKIAUNLISTED00000001,"
            " secret_access_key: unlisted, denies: ['sagemaker:ListTrainingJobs']}]}",
        )
        lists = (
            "watch_lists:\n  - {name: named, jobs: [named-one]}\n"
            "  - {name: rest, match: {name: '*'}}\n"
        )
        configuration = self.configure(simulator, lists)
        daemon = self.start_daemon(configuration, keys=keys)
        line = daemon.wait_for_line("list_failed", "sagemaker:ListTrainingJobs")
        self.assertRegex(line, "level=(warn|error)")
        self.wait_for_lists(daemon, {"named-one": "named"})
        self.assertEqual(get(daemon.url + "/-/ready")[0], 200)
        described = self.requests(simulator)["DescribeTrainingJob"]
        wait_until(
            lambda: self.requests(simulator)["DescribeTrainingJob"] > described + 2,
            "further looks at the named job",
        )
        told = [l for l in daemon.lines if "list_failed" in l and "debug" not in l]
        self.assertEqual(len(told), 1, told)
        lane = get_json(daemon.url + "/api/v1/status")["lanes"][0]
        self.assertIn("allow sagemaker:ListTrainingJobs", lane["lists_refused"])
        self.assertIsNone(lane["tags_refused"])
        self.assertIn("lists are refused", get(daemon.url + "/")[1])
        self.assertEqual(daemon.end(), 0)

        code, out, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", configuration, environment=keys
        )
        self.assertEqual(code, 1)
        self.assertIn('training_job="named-one"', out)
        self.assertIn("sagemaker:ListTrainingJobs", err)

    def test_region_that_is_switched_off_and_names_that_never_were_harm_no_other(self):
        simulator = self.simulate(
            f"  - {{name: here, {LIVE}}}\n  - {{name: there, region: us-east-1, {LIVE}}}\n",
            "--region", "us-east-1", "--region", "ap-east-1",
        )
        self.fault(
            simulator, kind="error", region="ap-east-1", status=400,
            code="UnrecognizedClientException",
            message="The security token included in the request is invalid.",
        )
        lists = (
            "watch_lists:\n"
            "  - {name: ghost, regions: [eu-west-1], jobs: [never-was]}\n"
            "  - {name: three, jobs: [there]}\n"
            "  - {name: rest, match: {name: '*'}}\n"
        )
        regions = ("eu-west-1", "us-east-1", "ap-east-1")
        daemon = self.start_daemon(self.configure(simulator, lists, regions))
        self.wait_for_lists(daemon, {"here": "rest", "there": "three"})
        missing = daemon.wait_for_line("training_job=never-was")
        self.assertIn("level=warn", missing)
        down = daemon.wait_for_line("lane_down", "ap-east-1")
        self.assertRegex(down, "level=(warn|error)")
        self.create(simulator, name="late", region="us-east-1", **FAILS)
        self.assertEqual(self.alert_of("late")["labels"]["watch_list"], "rest")
        loud = [l for l in daemon.lines if re.search("level=(warn|error)", l)]
        counted = collections.Counter(
            (re.search(r"msg=(\S+)", l)[1], (re.search(r"aws_region=(\S+)", l) or [0, ""])[1],
             (re.search(r"training_job=(\S+)", l) or [0, ""])[1])
            for l in loud
        )
        self.assertEqual({k: n for k, n in counted.items() if n > 1}, {}, "\n".join(loud))


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


class FilesOfTheirOwn(Discovery):
    def test_bad_file_is_named_and_harms_no_other(self):
        simulator = self.simulate(f"  - {{name: vision-1, {LIVE}}}\n  - {{name: other, {LIVE}}}\n")
        (self.directory / "lists.d").mkdir()
        self.write("lists.d/vision.yaml", "match: {name: 'vision-*'}\n")
        bad = self.write("lists.d/wrong.yaml", "match: {tagz: {team: a}}\n")
        configuration = self.configure(simulator, "watch_list_files: [lists.d/*.yaml]\n" + ALL)
        daemon = self.start_daemon(configuration, more=("--replicas", "2"))
        daemon.wait_for_line("wrong.yaml:1:", "tagz", "did you mean")
        self.wait_for_lists(daemon, {"vision-1": "vision", "other": "all"})
        ok = {
            labels["file"].rsplit("/", 1)[1]: value
            for labels, value in self.series(daemon, "trainwatchd_watch_list_file_ok")
        }
        self.assertEqual(ok, {"vision.yaml": 1, "wrong.yaml": 0})
        budgets = {
            labels["operation"]: value
            for labels, value in self.series(
                daemon, "trainwatchd_api_budget_requests_per_second")
        }
        self.assertEqual(budgets["DescribeTrainingJob"], 25)
        self.assertEqual(budgets["ListTrainingJobs"], 5)
        self.assertIn(str(bad), self.metrics(daemon))


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
