"""Lists, tags and regions that AWS refuses, and names that nobody has."""

import collections
import re

import harness
from discovery_harness import FAILS, LIVE, Discovery
from harness import TRAINWATCHD, get, get_json, wait_until


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

    def states_of(self, daemon, query):
        jobs = get_json(daemon.url + "/api/v1/jobs?" + query)["jobs"]
        return {job["aws_region"]: job["state"] for job in jobs}

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
        # The name that is here and not there is no news, unless somebody asks for it.
        wait_until(
            lambda: "eu-west-1" in self.states_of(daemon, "name=there&state=missing"),
            "the look for the name in its first region",
        )
        shown = self.states_of(daemon, "name=there")
        self.assertEqual(shown.pop("ap-east-1", "unseen"), "unseen")
        self.assertEqual(shown, {"us-east-1": "live"})
        self.assertEqual(
            self.states_of(daemon, "name=there&state=missing"), {"eu-west-1": "missing"}
        )
        self.assertEqual(get(daemon.url + "/")[1].count("not found"), 1)
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
        # Lists and describes that are refused alike are one trouble.
        refused = [name for name, region, _ in counted if region == "ap-east-1"]
        self.assertEqual(refused, ["lane_down"], "\n".join(loud))


if __name__ == "__main__":
    harness.main()
