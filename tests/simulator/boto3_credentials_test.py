#!/usr/bin/python3
"""boto3 gets keys from the simulator in every way it knows, and uses them:
boto3_credentials_test.py SAGEMAKER_SIM [unittest…].

It speaks to AWS' own host names through the simulator's proxy: older releases of boto3 know no
other way to lead the calls of their credential chain elsewhere."""

import datetime
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
import unittest.mock
import urllib.parse

from simulator_process import ACCESS_KEY_ID, HERE, SECRET_ACCESS_KEY, Simulator, scrubbed_environment

# Before boto3 looks at it: a home of our own, and nothing of the machine's.
HOME = pathlib.Path(tempfile.mkdtemp(prefix="sagemaker-sim-home-"))
unittest.addModuleCleanup(shutil.rmtree, HOME, ignore_errors=True)
INHERITED = {**scrubbed_environment(), "HOME": str(HOME)}
os.environ.clear()
os.environ.update(INHERITED)

import boto3  # noqa: E402
import botocore.exceptions as errors  # noqa: E402
import botocore.loaders  # noqa: E402
import botocore.session  # noqa: E402
from botocore.config import Config  # noqa: E402

BINARY = pathlib.Path(sys.argv.pop(1))
# The models of the services are large: read once, not once a program.
LOADER = botocore.loaders.create_loader()
ROLE = "arn:aws:iam::111122223333:role/"
SESSION = "arn:aws:sts::111122223333:assumed-role/"


def client(service, profile=None, url=None):
    core = botocore.session.Session(profile=profile)
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session(botocore_session=core)
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=20)
    return session, session.client(service, config=config, endpoint_url=url)


def describe(times, profile, url):
    """What a user's program does: describes a job, and looks with whose keys."""
    told = {}
    try:
        session, sagemaker = client("sagemaker", profile, url)
        for _ in range(times):
            answer = sagemaker.describe_training_job(TrainingJobName="done")
            told["status"] = answer["TrainingJobStatus"]
        credentials = session.get_credentials()
        told["method"] = credentials.method
        told["access_key_id"] = credentials.get_frozen_credentials().access_key
        told["arn"] = session.client("sts").get_caller_identity()["Arn"]
    except errors.ClientError as refusal:
        told["error"] = refusal.response["Error"]["Code"]
        told["http_status"] = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        told["message"] = refusal.response["Error"].get("Message", "")
        told["operation"] = refusal.operation_name
    except (errors.BotoCoreError, errors.HTTPClientError) as trouble:
        told["error"] = type(trouble).__name__
        told["message"] = str(trouble)
    return told


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Simulator(BINARY, scenario=HERE / "scenarios/access.yaml")
        cls.addClassCleanup(cls.sim.__exit__)

    def setUp(self):
        self.addCleanup(shutil.rmtree, HOME / ".aws", ignore_errors=True)
        self.sim.control("DELETE", "/requests")
        self.addCleanup(self.sim.control, "DELETE", "/faults")

    def environment(self, **more):
        return {**INHERITED, "AWS_DEFAULT_REGION": "eu-west-1", "HTTPS_PROXY": self.proxy(),
                "AWS_STS_REGIONAL_ENDPOINTS": "regional", "AWS_CA_BUNDLE": self.sim.ca_file,
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_METADATA_SERVICE_TIMEOUT": "20", **more}

    def proxy(self, user="crew", password="p@ss:word"):
        where = self.sim.proxy_url.removeprefix("http://")
        who = f"{user}:{urllib.parse.quote(password, safe='')}@" if user else ""
        return f"http://{who}{where}"

    def keys(self, access_key_id=ACCESS_KEY_ID, secret=SECRET_ACCESS_KEY, token=None):
        more = {"AWS_SESSION_TOKEN": token} if token else {}
        return {"AWS_ACCESS_KEY_ID": access_key_id, "AWS_SECRET_ACCESS_KEY": secret, **more}

    def write(self, name, text):
        path = HOME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def run_program(self, times=1, profile=None, url=None, **environment):
        with unittest.mock.patch.dict(os.environ, self.environment(**environment), clear=True):
            return describe(times, profile, url)

    def works(self, arn, *arguments, **environment):
        told = self.run_program(*arguments, **environment)
        self.assertEqual((told.get("status"), told.get("arn")), ("Completed", arn), told)
        return told

    def fails(self, error, *arguments, **environment):
        told = self.run_program(*arguments, **environment)
        self.assertEqual(told.get("error"), error, told)
        return told

    def fault(self, **rule):
        self.sim.control("PUT", "/faults", rule)

    def credentials(self):
        return self.sim.control("GET", "/credentials")

    def calls(self, service, operation=None):
        return [call for call in self.credentials()["calls"] if call["service"] == service
                and operation in (None, call["operation"])]


class Keys(Sources):
    def test_the_environment(self):
        told = self.works("arn:aws:iam::111122223333:user/sagemaker-sim", **self.keys())
        self.assertEqual(told["method"], "env")

    def test_a_key_without_permission(self):
        told = self.fails("AccessDeniedException",
                          **self.keys("AKIAPOWERLESS0000001", "powerless-secret"))
        self.assertEqual(told["http_status"], 400)
        self.assertIn("user/powerless is not authorized to perform: "
                      "sagemaker:DescribeTrainingJob on resource: "
                      "arn:aws:sagemaker:eu-west-1:111122223333:training-job/done", told["message"])

    def test_an_unknown_key(self):
        self.fails("UnrecognizedClientException", **self.keys("AKIANOBODY0000000001", "x"))

    def test_a_process(self):
        document = {"Version": 1, "AccessKeyId": ACCESS_KEY_ID, "SecretAccessKey": SECRET_ACCESS_KEY}
        printed = self.write("keys.json", json.dumps(document))
        config = self.write("config", f"[default]\ncredential_process = /bin/cat {printed}\n")
        told = self.works("arn:aws:iam::111122223333:user/sagemaker-sim", AWS_CONFIG_FILE=config)
        self.assertEqual(told["method"], "custom-process")


class AssumedRoles(Sources):
    def profile(self, role, *lines, chain=()):
        """A profile `watch` that takes on `role` with the keys of `base`."""
        text = "[profile watch]\n" + "\n".join(
            [f"role_arn = {ROLE}{role}", "role_session_name = test", *lines])
        if not any(line.startswith(("source_profile", "credential_source")) for line in lines):
            text += "\nsource_profile = base"
        text += (f"\n[profile base]\naws_access_key_id = {ACCESS_KEY_ID}\n"
                 f"aws_secret_access_key = {SECRET_ACCESS_KEY}\n") + "\n".join(chain) + "\n"
        return {"AWS_CONFIG_FILE": self.write("config", text), "AWS_PROFILE": "watch"}

    def test_a_role_is_assumed_once_and_used(self):
        told = self.works(SESSION + "watch/test", 3, **self.profile("watch"))
        self.assertEqual(told["method"], "assume-role")
        call, = self.calls("sts", "AssumeRole")
        self.assertEqual((call["code"], call["by"], call["about"], call["issued"]),
                         ("200", ACCESS_KEY_ID, ROLE + "watch", told["access_key_id"]))
        key, = [key for key in self.credentials()["keys"]
                if key["access_key_id"] == told["access_key_id"]]
        # Three descriptions and one look at who it is.
        self.assertEqual((key["uses"], key["valid"], key["role"]), (4, True, ROLE + "watch"))

    def test_the_external_id(self):
        self.works(SESSION + "guarded/test", **self.profile("guarded", "external_id = north-7"))
        told = self.fails("AccessDenied", **self.profile("guarded", "external_id = south-7"))
        self.assertEqual((told["http_status"], told["operation"]), (403, "AssumeRole"))
        self.assertIn("user/sagemaker-sim is not authorized to perform: sts:AssumeRole on "
                      "resource: " + ROLE + "guarded", told["message"])
        self.fails("AccessDenied", **self.profile("guarded"))

    def test_who_is_not_trusted(self):
        self.fails("AccessDenied", **self.profile("service/pod"))
        self.fails("AccessDenied", **self.profile("missing"))

    def test_a_chain_of_roles(self):
        chain = (f"[profile first]\nrole_arn = {ROLE}watch\nsource_profile = base",)
        self.works(SESSION + "second/test",
                   **self.profile("second", "source_profile = first", chain=chain))
        self.assertEqual(len(self.calls("sts", "AssumeRole")), 2)
        told = self.fails("ValidationError", **self.profile(
            "second", "source_profile = first", "duration_seconds = 7200", chain=chain))
        self.assertIn("1 hour session limit for roles assumed by role chaining", told["message"])

    def test_the_length_of_a_session(self):
        self.works(SESSION + "watch/test", **self.profile("watch", "duration_seconds = 43200"))
        told = self.fails("ValidationError",
                          **self.profile("guarded", "external_id = north-7", "duration_seconds = 7200"))
        self.assertIn("exceeds the MaxSessionDuration", told["message"])

    def test_brief_keys_are_fetched_again(self):
        # Twelve minutes: inside the window in which boto3 refreshes ahead.
        self.works(SESSION + "brief/test", 3, **self.profile("brief"))
        self.assertGreater(len(self.calls("sts", "AssumeRole")), 1)

    def test_a_throttled_sts(self):
        self.fault(kind="throttle", service="sts")
        self.fails("Throttling", **self.profile("watch"))

    def test_expired_and_revoked_keys(self):
        with unittest.mock.patch.dict(os.environ, self.environment(**self.keys()), clear=True):
            made = client("sts")[1].assume_role(
                RoleArn=ROLE + "watch", RoleSessionName="hand")["Credentials"]
        expires = made["Expiration"]
        left = expires - datetime.datetime.now(datetime.timezone.utc)
        self.assertAlmostEqual(left.total_seconds(), 3600, delta=120)
        temporary = self.keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        self.works(SESSION + "watch/hand", **temporary)
        self.fails("UnrecognizedClientException",
                   **self.keys(made["AccessKeyId"], made["SecretAccessKey"], "another"))
        self.sim.control("PUT", "/clock", {"advance_keys": "61m"})
        told = self.fails("ExpiredTokenException", **temporary)
        self.assertEqual((told["http_status"], told["message"]),
                         (400, "The security token included in the request is expired"))
        # The same keys at STS, in its own words.
        config = self.write("config", f"[profile watch]\nrole_arn = {ROLE}watch\n"
                                      "credential_source = Environment\n")
        told = self.fails("ExpiredToken", 1, "watch", AWS_CONFIG_FILE=config, **temporary)
        self.assertEqual(told["http_status"], 403)
        self.sim.control("DELETE", "/credentials/" + made["AccessKeyId"])
        self.fails("UnrecognizedClientException", **temporary)
        told = self.fails("InvalidClientTokenId", 1, "watch", AWS_CONFIG_FILE=config, **temporary)


class WebIdentity(Sources):
    def identity(self, token, role="service/pod"):
        return {"AWS_ROLE_ARN": ROLE + role, "AWS_ROLE_SESSION_NAME": "pod",
                "AWS_WEB_IDENTITY_TOKEN_FILE": self.write("token", token)}

    def test_a_token_becomes_keys(self):
        told = self.works(SESSION + "pod/pod", **self.identity("good.web.token"))
        self.assertEqual(told["method"], "assume-role-with-web-identity")
        call, = self.calls("sts", "AssumeRoleWithWebIdentity")
        self.assertNotIn("by", call)

    def test_tokens_that_are_not_good(self):
        told = self.fails("ExpiredTokenException", **self.identity("stale.web.token"))
        self.assertEqual(told["http_status"], 400)
        self.fails("InvalidIdentityToken", **self.identity("another.web.token"))
        self.fails("AccessDenied", **self.identity("good.web.token", role="watch"))


class Containers(Sources):
    def container(self, token="pod-token", path="/v1/credentials"):
        # Older releases do not know the file.
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.sim.container_url + path,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.write("pod-token", token)}

    def test_keys_of_a_pod(self):
        told = self.works(SESSION + "pod/eks-training-trainwatchd-0123456789", 2,
                          **self.container())
        self.assertEqual(told["method"], "container-role")
        self.assertEqual(len(self.calls("container")), 1)
        # The same keys until they are half over, unless the service rotates them.
        self.assertEqual(self.run_program(**self.container())["access_key_id"],
                         told["access_key_id"])
        self.sim.control("POST", "/container/rotate")
        self.assertNotEqual(self.run_program(**self.container())["access_key_id"],
                            told["access_key_id"])

    def test_refusals(self):
        for more in ({"token": "other"}, {"path": "/v9"}):
            self.fails("CredentialRetrievalError", **self.container(**more))
        codes = {call["code"] for call in self.calls("container")}
        self.assertEqual(codes, {"InvalidTokenException", "NoIdFound"})

    def test_another_token_may_be_wanted(self):
        self.sim.control("PUT", "/container", {"authorization": "newer"})
        self.addCleanup(self.sim.control, "PUT", "/container", {"authorization": "pod-token"})
        self.assertEqual(self.run_program(**self.container())["error"], "CredentialRetrievalError")
        self.assertEqual(self.run_program(**self.container(token="newer"))["status"], "Completed")


class InstanceMetadata(Sources):
    def instance(self, **more):
        return {"AWS_EC2_METADATA_DISABLED": "false",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.sim.metadata_url, **more}

    def is_without_keys(self, **more):
        # Older releases try version 1 then, which the simulator does not have.
        told = self.run_program(**self.instance(AWS_EC2_METADATA_V1_DISABLED="true", **more))
        self.assertIn(told.get("error"), ("MetadataRetrievalError", "NoCredentialsError"), told)

    def test_keys_of_the_instance(self):
        told = self.works(SESSION + "instance/i-0123456789abcdef0", 2, **self.instance())
        self.assertEqual(told["method"], "iam-role")
        self.assertEqual([(call["operation"], call["code"]) for call in self.calls("imds")],
                         [("Token", "200"), ("Role", "200"), ("Credentials", "200")])

    def test_a_service_that_is_off(self):
        self.fault(kind="status", status=403, service="imds", operation="Token")
        self.is_without_keys()
        self.assertEqual(self.calls("imds")[0]["code"], "403")

    def test_a_hop_limit_that_is_too_small(self):
        self.fault(kind="hang", service="imds", operation="Token")
        self.is_without_keys(AWS_METADATA_SERVICE_TIMEOUT="1")
        self.assertEqual(self.calls("imds")[0]["code"], "hang")

    def test_a_role_that_does_not_trust_the_instance(self):
        self.fault(kind="error", service="imds", operation="Credentials",
                   code="AssumeRoleUnauthorizedAccess", message="EC2 cannot assume the role")
        self.fails("NoCredentialsError", **self.instance())

    def test_stale_keys_go_on_working(self):
        self.fault(kind="expired_keys", service="imds")
        self.works(SESSION + "instance/i-0123456789abcdef0", 2, **self.instance())

    def test_tokens_can_be_forgotten(self):
        self.works(SESSION + "instance/i-0123456789abcdef0", **self.instance())
        self.sim.control("DELETE", "/imds/tokens")
        self.works(SESSION + "instance/i-0123456789abcdef0", **self.instance())


class SignOn(Sources):
    def login(self, token="login-token", hours=1):
        start = "https://login.example/start"
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
        self.write(".aws/sso/cache/" + hashlib.sha1(b"people").hexdigest() + ".json", json.dumps(
            {"startUrl": start, "region": "eu-west-1", "accessToken": token,
             "expiresAt": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}))
        config = self.write(".aws/config", (
            "[default]\nsso_session = people\nsso_account_id = 111122223333\n"
            "sso_role_name = Watcher\n[sso-session people]\nsso_region = eu-west-1\n"
            f"sso_start_url = {start}\nsso_registration_scopes = sso:account:access\n"))
        return {"AWS_CONFIG_FILE": config}

    def test_a_login_becomes_keys(self):
        told = self.works(SESSION + "AWSReservedSSO_Watcher_0123456789abcdef/someone",
                          **self.login())
        self.assertEqual(told["method"], "sso")
        self.assertEqual([call["code"] for call in self.calls("portal")], ["200"])

    def test_a_login_that_is_over(self):
        self.fails("UnauthorizedSSOTokenError", **self.login(token="older-token"))
        self.sim.control("PUT", "/portal", {"expired": True})
        self.addCleanup(self.sim.control, "PUT", "/portal", {"expired": False})
        self.fails("UnauthorizedSSOTokenError", **self.login())


class Endpoints(Sources):
    def test_one_endpoint_serves_everything(self):
        more = {**self.keys(), "NO_PROXY": "*"}
        with unittest.mock.patch.dict(os.environ, self.environment(**more), clear=True):
            sts = client("sts", url=self.sim.https_url)[1]
            self.assertEqual(sts.get_caller_identity()["Account"], "111122223333")
        self.assertEqual(self.run_program(url=self.sim.https_url, HTTPS_PROXY="", **self.keys())
                         .get("status"), "Completed")

    @unittest.skipIf(tuple(map(int, botocore.__version__.split(".")[:2])) < (1, 31),
                     "this botocore does not know AWS_ENDPOINT_URL")
    def test_the_variable_leads_the_chain_too(self):
        config = self.write("config", f"[profile watch]\nrole_arn = {ROLE}watch\n"
                                      "credential_source = Environment\n")
        told = self.run_program(1, "watch", AWS_CONFIG_FILE=config, HTTPS_PROXY="",
                                AWS_ENDPOINT_URL=self.sim.https_url, **self.keys())
        self.assertEqual(told.get("status"), "Completed", told)
        self.assertEqual(len(self.calls("sts", "AssumeRole")), 1)


class Proxy(Sources):
    def through(self, **who):
        return {**self.keys(), "HTTPS_PROXY": self.proxy(**who)}

    def codes(self):
        return [call["code"] for call in self.calls("proxy")]

    def test_the_real_names_through_a_tunnel(self):
        self.works("arn:aws:iam::111122223333:user/sagemaker-sim", 2, **self.through())
        hosts = [call["about"] for call in self.calls("proxy", "CONNECT")]
        # One tunnel is kept for both descriptions.
        self.assertEqual(hosts, ["api.sagemaker.eu-west-1.amazonaws.com",
                                 "sts.eu-west-1.amazonaws.com"])

    def test_a_proxy_that_wants_a_password(self):
        self.fails("ProxyConnectionError", **self.through(user=""))
        self.fails("ProxyConnectionError", **self.through(password="wrong"))
        self.assertEqual(self.codes(), ["407", "407"])

    def test_hosts_that_are_forbidden_or_unknown(self):
        for host in ("a.forbidden.example", "elsewhere.example"):
            self.fails("ProxyConnectionError", url=f"https://{host}", **self.through())
        self.assertEqual(self.codes(), ["403", "502"])

    def test_a_proxy_in_trouble(self):
        self.fault(kind="status", status=503, service="proxy")
        self.fails("ProxyConnectionError", **self.through())
        self.fault(kind="reset", service="proxy")
        told = self.run_program(**self.through())
        self.assertIn(told.get("error"), ("ConnectionClosedError", "ProxyConnectionError"), told)
        self.assertEqual(self.codes(), ["503", "reset"])

    def test_a_tunnel_that_ends_early(self):
        self.fault(kind="cut_tunnel", bytes=100, service="proxy")
        told = self.run_program(**self.through())
        self.assertIn(told["error"], ("ConnectionClosedError", "SSLError"), told)

    def test_plain_requests_are_handed_on(self):
        more = {**self.keys(), "HTTP_PROXY": self.proxy()}
        with unittest.mock.patch.dict(os.environ, self.environment(**more), clear=True):
            sts = client("sts", url="http://sts.eu-west-1.amazonaws.com")[1]
            self.assertEqual(sts.get_caller_identity()["Account"], "111122223333")
        call, = self.calls("proxy")
        self.assertEqual((call["operation"], call["about"], call["code"]),
                         ("forward", "sts.eu-west-1.amazonaws.com", "200"))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
