#!/usr/bin/python3
"""boto3 reads the simulator as if it were SageMaker: boto3_test.py SAGEMAKER_SIM [unittest…]."""

import datetime
import http.client
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

from simulator_process import (ACCESS_KEY_ID, SECRET_ACCESS_KEY, Simulator,
                               scrubbed_environment)

# Before boto3 looks at it.
for name in set(os.environ) - set(scrubbed_environment()):
    del os.environ[name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3  # noqa: E402
import botocore.exceptions as errors  # noqa: E402
from botocore.config import Config  # noqa: E402

BINARY = pathlib.Path(sys.argv.pop(1))


def client(sim, tls=False, region="eu-west-1", key=ACCESS_KEY_ID, secret=SECRET_ACCESS_KEY,
           token=None, attempts=1, timeout=20, verify=None, url=None):
    return boto3.session.Session().client(
        "sagemaker", region_name=region, endpoint_url=url or (sim.https_url if tls else sim.http_url),
        verify=verify or (sim.ca_file if tls else None), aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=Config(retries={"total_max_attempts": attempts, "mode": "standard"},
                      read_timeout=timeout, connect_timeout=20))


class Sdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Simulator(BINARY)
        cls.addClassCleanup(cls.sim.__exit__)
        cls.sim.control("PUT", "/clock", {"speed": 0})
        cls.sagemaker = client(cls.sim)

    def setUp(self):
        self.addCleanup(self.sim.control, "DELETE", "/faults")

    def refusal(self, call, **arguments):
        with self.assertRaises(errors.ClientError) as caught:
            call(**arguments)
        return caught.exception.response

    def describe(self, name, sagemaker=None):
        return (sagemaker or self.sagemaker).describe_training_job(TrainingJobName=name)


class Describe(Sdk):
    def test_a_completed_job(self):
        job = self.describe("done")
        self.assertEqual(job["ResponseMetadata"]["HTTPStatusCode"], 200)
        self.assertEqual(job["TrainingJobArn"],
                         "arn:aws:sagemaker:eu-west-1:111122223333:training-job/done")
        self.assertEqual(job["TrainingJobStatus"], "Completed")
        self.assertEqual(job["HyperParameters"]["sagemaker_program"], '"train.py"')
        self.assertEqual(job["TrainingTimeInSeconds"], 22 * 60)
        self.assertEqual(job["OutputDataConfig"]["KmsKeyId"], "")
        self.assertIn("S3ModelArtifacts", job["ModelArtifacts"])
        transitions = job["SecondaryStatusTransitions"]
        self.assertEqual([entry["Status"] for entry in transitions],
                         ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        self.assertEqual(transitions[0]["StartTime"], job["CreationTime"])
        self.assertEqual(transitions[-1]["StartTime"], transitions[-1]["EndTime"])
        self.assertEqual(transitions[-1]["EndTime"], job["TrainingEndTime"])
        for before, after in zip(transitions, transitions[1:]):
            self.assertEqual(before["EndTime"], after["StartTime"])
        age = datetime.datetime.now(datetime.timezone.utc) - job["CreationTime"]
        self.assertAlmostEqual(age.total_seconds(), 36000, delta=600)

    def test_the_ends(self):
        broken = self.describe("broken")
        self.assertEqual(broken["TrainingJobStatus"], "Failed")
        self.assertIn("\n", broken["FailureReason"])
        self.assertIn("模型訓練失敗", broken["FailureReason"])
        overtime = self.describe("overtime")
        self.assertEqual((overtime["TrainingJobStatus"], overtime["SecondaryStatus"]),
                         ("Stopped", "MaxRuntimeExceeded"))
        self.assertGreater(overtime["TrainingTimeInSeconds"], 3600)
        self.assertEqual(overtime["StoppingCondition"]["MaxRuntimeInSeconds"], 3600)
        spotty = self.describe("spotty")
        self.assertLess(spotty["BillableTimeInSeconds"], spotty["TrainingTimeInSeconds"])

    def test_what_is_not_there_yet(self):
        job = self.describe("running")
        self.assertEqual(job["SecondaryStatus"], "Training")
        self.assertNotIn("ModelArtifacts", job)
        self.assertNotIn("TrainingEndTime", job)
        self.assertNotIn("EndTime", job["SecondaryStatusTransitions"][-1])

    def test_values_from_the_future(self):
        self.assertEqual(self.describe("tomorrow")["SecondaryStatus"], "Preempted")

    def test_a_heterogeneous_cluster(self):
        resources = self.describe("mixed")["ResourceConfig"]
        self.assertEqual([group["InstanceCount"] for group in resources["InstanceGroups"]], [1, 4])

    def test_another_region(self):
        abroad = client(self.sim, region="us-east-1")
        self.assertIn(":us-east-1:", self.describe("abroad", abroad)["TrainingJobArn"])
        self.refusal(self.sagemaker.describe_training_job, TrainingJobName="abroad")


class Lists(Sdk):
    def names(self, **query):
        pages = self.sagemaker.get_paginator("list_training_jobs").paginate(**query)
        return [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]

    def test_the_paginator_finds_every_job(self):
        for size in (1, 7, 10, 100):
            names = self.names(SortBy="CreationTime", SortOrder="Descending", MaxResults=size)
            self.assertEqual(len(names), 35, size)
            self.assertEqual(len(set(names)), 35)
            self.assertEqual((names[0], names[-1]), ("running", "page-01"))

    def test_every_filter(self):
        self.assertEqual(self.names(StatusEquals="Failed"), ["broken"])
        self.assertEqual(self.names(NameContains="pool"), ["pooled"])
        self.assertEqual(self.names(WarmPoolStatusEquals="Available"), ["pooled"])
        self.assertEqual(len(self.names(SortBy="Name", SortOrder="Ascending")), 35)
        self.assertEqual(self.names(SortBy="Status", StatusEquals="Stopped"), ["overtime"])
        created = self.describe("mixed")["CreationTime"]
        second = datetime.timedelta(seconds=1)
        self.assertEqual(self.names(CreationTimeAfter=created - second,
                                    CreationTimeBefore=created + 2 * second), ["mixed"])
        self.assertEqual(self.names(LastModifiedTimeAfter=created + 60 * second,
                                    LastModifiedTimeBefore=created + 3600 * second), ["mixed"])

    def test_a_filter_empties_pages_but_does_not_end_them(self):
        page = self.sagemaker.list_training_jobs(
            NameContains="running", MaxResults=10, SortBy="CreationTime", SortOrder="Ascending")
        self.assertEqual(page["TrainingJobSummaries"], [])
        self.assertIn("NextToken", page)

    def test_a_token_of_another_query_is_refused(self):
        token = self.sagemaker.list_training_jobs(MaxResults=5)["NextToken"]
        refusal = self.refusal(self.sagemaker.list_training_jobs, NextToken=token, SortBy="Name")
        self.assertEqual(refusal["Error"]["Code"], "ValidationException")

    def test_children_of_a_tuning_job(self):
        page = self.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="tune")
        self.assertEqual(len(page["TrainingJobSummaries"]), 1)
        self.assertEqual(page["TrainingJobSummaries"][0]["ObjectiveStatus"], "Succeeded")

    def test_tags(self):
        arn = self.describe("done")["TrainingJobArn"]
        tags = {tag["Key"]: tag["Value"] for page in
                self.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
                for tag in page["Tags"]}
        self.assertEqual(tags, {"team": "vision", "trainwatchd:watch": "true"})


class Errors(Sdk):
    def test_not_found(self):
        refusal = self.refusal(self.sagemaker.describe_training_job, TrainingJobName="nobody")
        self.assertEqual(refusal["Error"], {"Code": "ValidationException",
                                            "Message": "Requested resource not found."})
        self.assertEqual(refusal["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertEqual(len(refusal["ResponseMetadata"]["RequestId"]), 36)

    def test_malformed_names(self):
        refusal = self.refusal(self.sagemaker.describe_training_job, TrainingJobName="-bad-")
        self.assertEqual(refusal["Error"]["Code"], "ValidationException")
        self.assertTrue(refusal["Error"]["Message"].startswith("1 validation error detected: "))

    def test_an_operation_that_is_not_simulated(self):
        refusal = self.refusal(self.sagemaker.stop_training_job, TrainingJobName="running")
        self.assertEqual(refusal["Error"]["Code"], "UnknownOperationException")

    def test_keys(self):
        for other, code in (
                (client(self.sim, secret="wrong"), "InvalidSignatureException"),
                (client(self.sim, key="AKIAOTHER"), "UnrecognizedClientException"),
                (client(self.sim, token="token"), "UnrecognizedClientException"),
                (client(self.sim, region="mars-north-1"), "InvalidSignatureException")):
            refusal = self.refusal(other.describe_training_job, TrainingJobName="done")
            self.assertEqual(refusal["Error"]["Code"], code)

    def test_faults(self):
        def strike(**fault):
            self.sim.control("PUT", "/faults", fault)
            return lambda: self.describe("done", client(self.sim, timeout=1))
        for fault, code in (({"kind": "throttle"}, "ThrottlingException"),
                            ({"kind": "status", "status": 503}, "503"),
                            ({"kind": "status", "body": "json"}, "InternalFailure"),
                            ({"kind": "html"}, "502"),
                            ({"kind": "error", "code": "ExpiredTokenException"},
                             "ExpiredTokenException")):
            self.assertEqual(self.refusal(strike(**fault))["Error"]["Code"], code)
        for fault, error in (({"kind": "reset"}, errors.ConnectionClosedError),
                             ({"kind": "slow", "milliseconds": 8000}, errors.ReadTimeoutError)):
            with self.assertRaises(error, msg=fault):
                strike(**fault)()
        self.assertEqual(strike(kind="wrong_job")()["TrainingJobName"], "done-twin")
        # This boto3 takes half an answer for a whole one, and what it cannot parse for a message.
        for kind in ("truncate", "cut_json", "reset_body"):
            try:
                self.assertNotIn("TrainingJobStatus", strike(kind=kind)())
            except (errors.HTTPClientError, errors.ConnectionError, ConnectionError):
                pass

    def test_a_retry_gets_over_a_short_fault(self):
        for kind in ("throttle", "status", "reset"):
            self.sim.control("PUT", "/faults", {"kind": kind, "next": 1})
            self.assertEqual(self.describe("done", client(self.sim, attempts=3))
                             ["ResponseMetadata"]["RetryAttempts"], 1)

    def test_requests_are_counted(self):
        self.sim.control("DELETE", "/requests")
        self.describe("done")
        counts = self.sim.control("GET", "/requests")
        self.assertEqual(counts["operations"], {"DescribeTrainingJob": {"200": 1}})
        self.assertEqual(counts["jobs"][0]["describes"], 1)


class Waiters(unittest.TestCase):
    def test_a_waiter_sees_the_end(self):
        with Simulator(BINARY) as sim:
            sim.control("PUT", "/clock", {"speed": 0})
            sagemaker = client(sim)
            polls = []

            def on_answer(**_):
                polls.append(sim.control("PUT", "/clock", {"advance": "10m"}))

            sagemaker.meta.events.register("after-call.sagemaker.DescribeTrainingJob", on_answer)
            waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
            waiter.wait(TrainingJobName="running", WaiterConfig={"Delay": 0, "MaxAttempts": 9})
            self.assertEqual(len(polls), 3)
            waiter.wait(TrainingJobName="overtime", WaiterConfig={"Delay": 0, "MaxAttempts": 1})
            for name in ("broken", "nobody"):
                with self.assertRaises(errors.WaiterError):
                    waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1})


class Tls(unittest.TestCase):
    def test_the_authority_is_what_makes_it_trusted(self):
        with Simulator(BINARY) as sim:
            named = sim.https_url.replace("127.0.0.1", "localhost")
            for url in (sim.https_url, named):
                job = client(sim, tls=True, url=url).describe_training_job(TrainingJobName="done")
                self.assertEqual(job["TrainingJobName"], "done")
            with self.assertRaises(errors.SSLError):
                client(sim, url=sim.https_url).describe_training_job(TrainingJobName="done")

    def test_a_restart_keeps_the_authority(self):
        with tempfile.TemporaryDirectory() as directory:
            seen = []
            for _ in range(2):
                with Simulator(BINARY, "--tls-directory", directory) as sim:
                    seen.append(pathlib.Path(sim.ca_file).read_text())
                    client(sim, tls=True).describe_training_job(TrainingJobName="done")
            self.assertEqual(seen[0], seen[1])
            for key in pathlib.Path(directory).glob("*.key"):
                self.assertEqual(key.stat().st_mode & 0o077, 0, key)


class Process(unittest.TestCase):
    def test_session_tokens(self):
        with Simulator(BINARY, "--session-token", "fresh") as sim:
            client(sim, token="fresh").list_training_jobs()
            for token in (None, "stale"):
                with self.assertRaises(errors.ClientError) as caught:
                    client(sim, token=token).list_training_jobs()
                self.assertEqual(caught.exception.response["Error"]["Code"],
                                 "UnrecognizedClientException")

    def test_a_skewed_clock(self):
        with Simulator(BINARY, "--clock-skew", "10m") as sim:
            with self.assertRaises(errors.ClientError) as caught:
                client(sim).list_training_jobs()
            self.assertEqual(caught.exception.response["Error"]["Code"],
                             "InvalidSignatureException")
            self.assertRegex(caught.exception.response["Error"]["Message"],
                             r"^Signature expired: \d{8}T\d{6}Z is now earlier than "
                             r"\d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$")

    def test_the_throttle(self):
        with Simulator(BINARY, "--list-rate", "0.001", "--burst", "2") as sim:
            sagemaker = client(sim)
            sagemaker.list_training_jobs()
            sagemaker.list_training_jobs()
            with self.assertRaises(errors.ClientError) as caught:
                sagemaker.list_training_jobs()
            self.assertEqual(caught.exception.response["Error"],
                             {"Code": "ThrottlingException", "Message": "Rate exceeded"})
            sagemaker.describe_training_job(TrainingJobName="done")

    def test_creation_time_can_filter_after_the_cut(self):
        with Simulator(BINARY, "--creation-time-filters-after-paging") as sim:
            page = client(sim).list_training_jobs(
                CreationTimeAfter=datetime.datetime.now() - datetime.timedelta(hours=1),
                SortBy="CreationTime", SortOrder="Ascending", MaxResults=10)
            self.assertEqual(page["TrainingJobSummaries"], [])
            self.assertIn("NextToken", page)

    def test_connections_are_kept(self):
        with Simulator(BINARY) as sim:
            where = urllib.parse.urlsplit(sim.control_url)
            connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
            for _ in range(3):
                connection.request("GET", "/clock")
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 200)
                socket = connection.sock
            self.assertIsNotNone(socket)
            connection.close()

    def test_it_ends_in_good_order(self):
        with tempfile.TemporaryDirectory() as directory:
            ready = pathlib.Path(directory, "ready.json")
            sim = Simulator(BINARY, "--ready-file", str(ready))
            self.assertIn(str(sim.pid), ready.read_text())
            self.assertTrue(pathlib.Path(sim.ca_file).exists())
            self.assertEqual(sim.stop(), 0)
            self.assertFalse(pathlib.Path(sim.ca_file).exists())
            sim = Simulator(BINARY)
            sim.control("POST", "/shutdown")
            self.assertEqual(sim.process.wait(20), 0)
            sim.process.stdout.close()

    def test_a_bad_scenario_is_told(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("jobs:\n  - {name: a, kind: complated}\n")
            file.flush()
            ended = subprocess.run([BINARY, "--scenario", file.name], text=True, timeout=60,
                                   capture_output=True, env=scrubbed_environment())
        self.assertEqual(ended.returncode, 1)
        self.assertIn(":2:21: jobs[0].kind: \"complated\" is not a kind of job", ended.stderr)


if __name__ == "__main__":
    # boto3 leaves its pooled connections to the garbage collector, which warns of each.
    unittest.main(verbosity=2, warnings="ignore")
