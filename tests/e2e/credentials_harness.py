"""Every source of AWS keys as a user has it: the variables and files to set, and what the simulator
then knows of who came.

The scenario is the simulator's `access.yaml`. `endpoints` leads SageMaker, STS and the portal to
it by AWS_ENDPOINT_URL; `through_proxy` leaves AWS' own names, which only the proxy can reach.
"""

import dataclasses
import datetime
import hashlib
import json
import urllib.parse

import harness
from harness import KEYS, get, get_json

REGION = "eu-west-1"
ROLE = "arn:aws:iam::111122223333:role/"
SESSION = "arn:aws:sts::111122223333:assumed-role/"
USER = "arn:aws:iam::111122223333:user/sagemaker-sim"
# Of the scenario.
JOBS = ["done", "running"]
EXTERNAL_ID = "north-7"
WEB_TOKEN, STALE_WEB_TOKEN = "good.web.token", "stale.web.token"
POD_TOKEN = "pod-token"
LOGIN_TOKEN = "login-token"
PROXY_USER, PROXY_PASSWORD = "crew", "p@ss:word"


@dataclasses.dataclass
class Source:
    """One way to keys. `arn` is a prefix of who SageMaker then sees; `service` is the simulator's
    service that keys are fetched from (what a fault names), if any; `connection` is YAML for the
    connection, beside its name and regions; `secrets` must appear in nothing that is shown."""

    name: str
    arn: str
    environment: dict
    service: str = ""
    operation: str = ""
    connection: str = ""
    secrets: tuple = ()


class CredentialsTest(harness.EndToEnd):
    """`self.simulator` plays access.yaml; `self.sources()` are all ways to keys."""

    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator("access.yaml", "--speed", "1")

    # ---- sources ---------------------------------------------------------------------------------

    def sources(self):
        return {source.name: source for source in (
            self.of_variables(), self.of_profile(), self.of_role(), self.of_role_profile(),
            self.of_web_identity(), self.of_container(), self.of_instance(), self.of_process(),
            self.of_sign_on())}

    def endpoints(self):
        return {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": self.simulator.https_url,
                "AWS_CA_BUNDLE": self.simulator.ca_file, "AWS_EC2_METADATA_DISABLED": "true"}

    def through_proxy(self, user=PROXY_USER, password=PROXY_PASSWORD):
        """Instead of `endpoints()`."""
        where = self.simulator.proxy_url.removeprefix("http://")
        who = f"{user}:{urllib.parse.quote(password, safe='')}@" if user else ""
        return {"AWS_REGION": REGION, "AWS_CA_BUNDLE": self.simulator.ca_file,
                "AWS_EC2_METADATA_DISABLED": "true", "HTTPS_PROXY": f"http://{who}{where}"}

    def in_home(self, name, text):
        path = self.directory / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def profile_files(self, config, credentials=""):
        return {"HOME": str(self.directory / "home"),
                "AWS_CONFIG_FILE": self.in_home(".aws/config", config),
                "AWS_SHARED_CREDENTIALS_FILE": self.in_home(".aws/credentials", credentials)}

    def of_variables(self):
        return Source("variables", USER, dict(KEYS), secrets=(KEYS["AWS_SECRET_ACCESS_KEY"],))

    def of_profile(self):
        path = self.in_home("profile-credentials", self.static_profile("research"))
        return Source("profile", USER, {"AWS_PROFILE": "research",
                                        "AWS_SHARED_CREDENTIALS_FILE": path,
                                        "AWS_CONFIG_FILE": self.in_home("empty", "")},
                      secrets=(KEYS["AWS_SECRET_ACCESS_KEY"],))

    @staticmethod
    def static_profile(name):
        return (f"[{name}]\naws_access_key_id = {KEYS['AWS_ACCESS_KEY_ID']}\n"
                f"aws_secret_access_key = {KEYS['AWS_SECRET_ACCESS_KEY']}\n")

    def of_role(self, role="guarded", external_id=EXTERNAL_ID):
        """The connection's own role, with the keys of the variables."""
        lines = f"    role_arn: {ROLE}{role}\n"
        lines += f"    external_id: {external_id}\n" if external_id else ""
        return Source("role", f"{SESSION}{role}/", dict(KEYS), "sts", "AssumeRole", lines,
                      (KEYS["AWS_SECRET_ACCESS_KEY"],))

    def of_role_profile(self, role="watch"):
        config = self.in_home("role-config", f"[profile watch]\nrole_arn = {ROLE}{role}\n"
                                             "source_profile = base\n")
        credentials = self.in_home("role-credentials", self.static_profile("base"))
        return Source("role_profile", f"{SESSION}{role}/",
                      {"AWS_PROFILE": "watch", "AWS_CONFIG_FILE": config,
                       "AWS_SHARED_CREDENTIALS_FILE": credentials}, "sts", "AssumeRole",
                      secrets=(KEYS["AWS_SECRET_ACCESS_KEY"],))

    def of_web_identity(self, token=WEB_TOKEN):
        return Source("web_identity", f"{SESSION}pod/",
                      {"AWS_ROLE_ARN": ROLE + "service/pod",
                       "AWS_WEB_IDENTITY_TOKEN_FILE": self.in_home("web-token", token)},
                      "sts", "AssumeRoleWithWebIdentity", secrets=(token,))

    def of_container(self, token=POD_TOKEN):
        return Source("container", f"{SESSION}pod/",
                      {"AWS_CONTAINER_CREDENTIALS_FULL_URI":
                       self.simulator.container_url + "/v1/credentials",
                       "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.in_home("pod-token", token)},
                      "container", "Credentials", secrets=(token,))

    def of_instance(self):
        return Source("instance", f"{SESSION}instance/",
                      {"AWS_EC2_METADATA_DISABLED": "false",
                       "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.simulator.metadata_url},
                      "imds", "Credentials")

    def of_process(self):
        document = {"Version": 1, "AccessKeyId": KEYS["AWS_ACCESS_KEY_ID"],
                    "SecretAccessKey": KEYS["AWS_SECRET_ACCESS_KEY"]}
        printed = self.in_home("printed.json", json.dumps(document))
        config = self.in_home("process-config", f"[default]\ncredential_process = /bin/cat {printed}\n")
        return Source("process", USER, {"AWS_CONFIG_FILE": config},
                      secrets=(KEYS["AWS_SECRET_ACCESS_KEY"],))

    def of_sign_on(self, token=LOGIN_TOKEN, lasts=datetime.timedelta(hours=8)):
        start = "https://login.example/start"
        expires = datetime.datetime.now(datetime.timezone.utc) + lasts
        self.in_home(f".aws/sso/cache/{hashlib.sha1(b'people').hexdigest()}.json", json.dumps(
            {"startUrl": start, "region": REGION, "accessToken": token,
             "expiresAt": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}))
        config = self.in_home("sso-config", (
            "[default]\nsso_session = people\nsso_account_id = 111122223333\n"
            f"sso_role_name = Watcher\n[sso-session people]\nsso_region = {REGION}\n"
            f"sso_start_url = {start}\nsso_registration_scopes = sso:account:access\n"))
        return Source("sign_on", f"{SESSION}AWSReservedSSO_Watcher_0123456789abcdef/",
                      {"HOME": str(self.directory / "home"), "AWS_CONFIG_FILE": config},
                      "portal", "GetRoleCredentials", secrets=(token,))

    # ---- the daemon --------------------------------------------------------------------------------

    def watching(self, *sources, bound="1s"):
        """A configuration with one connection a source (its YAML only: one environment is for all)
        and a small watch list over them."""
        connections = "".join(
            f"  - name: {source.name}\n    regions: [{REGION}]\n"
            f"    budget: {{describe_per_second: 50, list_per_second: 1}}\n{source.connection}"
            for source in sources)
        return self.write("trainwatchd.yaml", (
            f"global: {{staleness_bound: {bound}}}\nconnections:\n{connections}"
            f"watch_lists:\n  - {{name: all, jobs: {json.dumps(JOBS)}}}\n"))

    def run_with(self, source, environment=None, **how):
        """The daemon, watching with that source; ready."""
        environment = self.endpoints() if environment is None else environment
        return self.start_daemon(
            self.watching(source, **how), {**environment, **source.environment}, keys={})

    # ---- what the simulator knows --------------------------------------------------------------------

    def fault(self, **rule):
        status, body = get(self.simulator.control_url + "/faults", "PUT", {"faults": [rule]})
        self.assertEqual(status, 200, body)

    def no_faults(self):
        get(self.simulator.control_url + "/faults", "DELETE")

    def age_keys(self, length):
        """All keys are that much older, whatever expiry was told."""
        status, body = get(self.simulator.control_url + "/clock", "PUT", {"advance_keys": length})
        self.assertEqual(status, 200, body)

    def credentials(self):
        return get_json(self.simulator.control_url + "/credentials")

    def fetches(self, source):
        """The calls that fetched keys, oldest first."""
        return [call for call in self.credentials()["calls"]
                if (call["service"], call["operation"]) == (source.service, source.operation)]

    def uses(self, source):
        """How many requests came with keys of whom that source stands for."""
        return sum(key["uses"] for key in self.credentials()["keys"]
                   if key["arn"].startswith(source.arn))

    def most_at_once(self, source):
        under_way = self.credentials()["under_way"]
        return under_way.get(f"{source.service}.{source.operation}", {"most": 0})["most"]
