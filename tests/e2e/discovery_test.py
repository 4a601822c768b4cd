"""Watch lists that find their jobs: what they find, and what they leave."""

import collections

import harness
from discovery_harness import ALL, FAILS, LIVE, Discovery
from harness import get, get_json, wait_until


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


if __name__ == "__main__":
    harness.main()
