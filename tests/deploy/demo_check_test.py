"""deploy/demo_check.py bites: right series pass, and each single fault is named."""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "deploy"))
import demo_check  # noqa: E402

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"


def entered(at, status, primary="InProgress"):
    return {"change": "transition", "at": at, "secondary_status": status, "status": primary}


def job(name, **members):
    base = {
        "name": name, "account": "111122223333", "region": "eu-west-1", "arn": ARN + name,
        "created": 1000.5, "exists": True, "spot": False, "ended": False, "ended_at": None, "outcome": None,
        "expected_alerts": [], "planned": [], "instances": {"ml.m5.large": 2}, "limits": {},
        "training_started_at": None, "training_seconds": None, "billable_seconds": None,
    }
    return {**base, **members}


TRUTH = {
    "now": 2000.0,
    "jobs": [
        job(
            "spot", spot=True, training_started_at=1020.0, training_seconds=60,
            limits={"max_wait": 3999.5}, billable_seconds=20,
            changes=[entered(1001, "Starting"), entered(1020, "Training"),
                     entered(1060, "Interrupted"),
                     {"change": "message", "at": 1061, "message": "rewritten"}],
        ),
        job(
            "fails", ended=True, ended_at=1050.25, outcome="failed", training_started_at=1010,
            training_seconds=40, billable_seconds=40, expected_alerts=["TrainingJobFailed"],
            changes=[entered(1001, "Starting"), entered(1010, "Training"),
                     entered(1050.25, "Failed", "Failed")],
        ),
    ],
}
METRICS = """# HELP x y
sagemaker_training_job_info{training_job="spot",account_id="111122223333",aws_region="eu-west-1",training_job_arn="arn:aws:sagemaker:eu-west-1:111122223333:training-job/spot",watch_list="demo",spot="true"} 1
sagemaker_training_job_status{training_job="spot",account_id="111122223333",aws_region="eu-west-1",status="InProgress"} 1
sagemaker_training_job_secondary_status{training_job="spot",account_id="111122223333",aws_region="eu-west-1",secondary_status="Interrupted"} 1
sagemaker_training_job_created_timestamp_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 1000.5
sagemaker_training_job_started_timestamp_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 1020
sagemaker_training_job_last_transition_timestamp_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 1060
sagemaker_training_job_deadline_timestamp_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1",limit="max_wait"} 5000
sagemaker_training_job_training_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 55
sagemaker_training_job_billable_seconds{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 18
sagemaker_training_job_instances{training_job="spot",account_id="111122223333",aws_region="eu-west-1",instance_type="ml.m5.large"} 2
sagemaker_training_job_interruptions_total{training_job="spot",account_id="111122223333",aws_region="eu-west-1"} 1
sagemaker_training_job_info{training_job="fails",account_id="111122223333",aws_region="eu-west-1",training_job_arn="arn:aws:sagemaker:eu-west-1:111122223333:training-job/fails",watch_list="demo",spot="false"} 1
sagemaker_training_job_status{training_job="fails",account_id="111122223333",aws_region="eu-west-1",status="Failed"} 1
sagemaker_training_job_secondary_status{training_job="fails",account_id="111122223333",aws_region="eu-west-1",secondary_status="Failed"} 1
sagemaker_training_job_outcome{training_job="fails",account_id="111122223333",aws_region="eu-west-1",outcome="failed",failure_class="unknown"} 1
sagemaker_training_job_created_timestamp_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 1000.5
sagemaker_training_job_started_timestamp_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 1010
sagemaker_training_job_ended_timestamp_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 1050.25
sagemaker_training_job_last_transition_timestamp_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 1050.25
sagemaker_training_job_training_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 40
sagemaker_training_job_billable_seconds{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 40
sagemaker_training_job_instances{training_job="fails",account_id="111122223333",aws_region="eu-west-1",instance_type="ml.m5.large"} 2
sagemaker_training_job_interruptions_total{training_job="fails",account_id="111122223333",aws_region="eu-west-1"} 0
sagemaker_training_jobs{account_id="111122223333",status="Failed"} 1
"""  # noqa: E501


def differences(text=METRICS, truth=TRUTH):
    return list(demo_check.compare_series(truth, demo_check.series_of_text(text)))


class Series(unittest.TestCase):
    def test_right_ones_pass(self):
        self.assertEqual(differences(), [])

    def test_each_missing_series_is_named(self):
        # Of one family there may be more than one fault: the count is at least one.
        for line in METRICS.splitlines():
            if line.startswith(demo_check.PREFIX):
                found = differences(METRICS.replace(line + "\n", ""))
                self.assertGreaterEqual(len(found), 1, line)

    def test_each_wrong_value_is_named(self):
        for line in METRICS.splitlines():
            free = "spot" in line and "_seconds{" in line and "timestamp" not in line
            if line.startswith(demo_check.PREFIX) and "_info" not in line and "_outcome" not in line:
                wrong = line.rsplit(" ", 1)[0] + " 7"
                found = differences(METRICS.replace(line, wrong))
                self.assertEqual(len(found), 0 if free else 1, line)

    def test_a_stale_status_is_named(self):
        more = METRICS + METRICS.splitlines()[2].replace("InProgress", "Completed") + "\n"
        self.assertEqual(
            differences(more),
            ['spot: sagemaker_training_job_status{status="Completed"} should not be there'],
        )

    def test_groups_that_are_switched_on_do_not_disturb(self):
        status = METRICS.splitlines()[2]
        zero = status.replace("InProgress", "Completed").rsplit(" ", 1)[0] + " 0\n"
        group = status.replace("_status{", "_phase_seconds{") + "\n"
        self.assertEqual(differences(METRICS + zero + group), [])

    def test_a_state_set_without_its_present_state_is_named(self):
        status = METRICS.splitlines()[2]
        zero = status.rsplit(" ", 1)[0] + " 0"
        self.assertEqual(
            differences(METRICS.replace(status, zero)),
            ['spot: sagemaker_training_job_status{status="InProgress"} is missing'],
        )

    def test_a_deadline_after_the_end_is_named(self):
        line = next(line for line in METRICS.splitlines() if "_deadline" in line)
        found = differences(METRICS + line.replace("spot", "fails") + "\n")
        self.assertEqual(len(found), 1)
        self.assertIn("fails: sagemaker_training_job_deadline", found[0])

    def test_a_job_that_does_not_exist_is_named(self):
        line = METRICS.splitlines()[2].replace("spot", "ghost")
        self.assertEqual(
            differences(METRICS + line + "\n"), ["ghost: has series, but there is no such job"]
        )

    def test_the_newest_life_owns_the_name(self):
        truth = copy.deepcopy(TRUTH)
        older = copy.deepcopy(truth["jobs"][1])
        older.update(created=500.0, outcome="completed")
        truth["jobs"].insert(0, older)
        self.assertEqual(differences(truth=truth), [])

    def test_the_last_moments_of_a_deleted_job_may_be_missed(self):
        truth = copy.deepcopy(TRUTH)
        truth["jobs"][1]["changes"].append({"change": "status", "at": 1060, "status": "Deleting"})
        self.assertEqual(len(differences(truth=truth)), 2)
        truth["jobs"][1]["exists"] = False
        self.assertEqual(differences(truth=truth), [])
        line = next(line for line in METRICS.splitlines() if 'status="Failed"' in line)
        caught = METRICS.replace(line, line.replace('status="Failed"', 'status="Deleting"'))
        self.assertEqual(differences(caught, truth), [])

    def test_a_label_of_text_is_read_back(self):
        found = list(demo_check.series_of_text('sagemaker_training_job_x{a="q\\"\\n\\\\"} 1\n'))
        self.assertEqual(found, [("sagemaker_training_job_x", {"a": 'q"\n\\'}, 1.0)])


class Alerts(unittest.TestCase):
    RIGHT = [("TrainingJobFailed", "fails", 1000.5)]

    def found(self, alerts):
        return list(demo_check.compare_alerts(TRUTH, alerts))

    def test_exactly_the_right_ones_pass(self):
        self.assertEqual(self.found(self.RIGHT), [])

    def test_each_fault_is_named(self):
        self.assertEqual(
            self.found([]), ["fails: Alertmanager does not have TrainingJobFailed"]
        )
        more = ("TrainingJobFailed", "spot", 1000.5)
        self.assertIn("which nothing calls for", self.found([*self.RIGHT, more])[0])
        self.assertIn("2 times", self.found(self.RIGHT * 2)[0])
        late = ("TrainingJobNearDeadline", "fails", 1000.5)
        self.assertIn("still has TrainingJobNearDeadline", self.found([*self.RIGHT, late])[0])

    def test_what_goes_on_with_a_job_may_be_told(self):
        near = ("TrainingJobNearDeadline", "goes on", 1000.5)
        self.assertEqual(self.found([*self.RIGHT, near]), [])

    def test_identity_includes_the_creation(self):
        self.assertEqual(len(self.found([("TrainingJobFailed", "fails", 1001.5)])), 2)


if __name__ == "__main__":
    unittest.main()
