"""Asks the simulator what it says, signed by the SDK's own code: the other side of a comparison."""

import json
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import harness


def call(simulator, region, operation, asked):
    """The text of the answer, byte for byte: members that an older SDK does not know stand in it."""
    request = AWSRequest(
        "POST", simulator.http_url + "/", data=json.dumps(asked).encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "SageMaker." + operation,
        },
    )
    keys = Credentials(harness.KEYS["AWS_ACCESS_KEY_ID"], harness.KEYS["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "sagemaker", region).add_auth(request)
    plain = urllib.request.Request(
        request.url, data=request.body, headers=dict(request.headers.items()), method="POST"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(plain, timeout=harness.PATIENCE) as answer:
        return answer.read().decode()


def describe(simulator, region, name):
    return call(simulator, region, "DescribeTrainingJob", {"TrainingJobName": name})


def list_all(simulator, region):
    """Every summary of ListTrainingJobs, page by page, newest first."""
    asked = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
    found = []
    while True:
        # The daemon uses the same quota: a page may have to wait.
        page = json.loads(harness.wait_until(
            lambda: call(simulator, region, "ListTrainingJobs", asked), "a page of jobs"
        ))
        found += page["TrainingJobSummaries"]
        if not page.get("NextToken"):
            return found
        asked["NextToken"] = page["NextToken"]
