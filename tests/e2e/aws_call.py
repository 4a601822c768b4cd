"""Asks the simulator what it says, signed by the SDK's own code: the other side of a comparison."""

import json
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import harness


def describe(simulator, region, name):
    """The text of the DescribeTrainingJob answer, byte for byte."""
    request = AWSRequest(
        "POST", simulator.http_url + "/", data=json.dumps({"TrainingJobName": name}).encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "SageMaker.DescribeTrainingJob",
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
