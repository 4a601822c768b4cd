"""`describe` as a user meets it: the page, AWS' own document, a terminal, and each way to fail."""

import json
import re
import subprocess

import harness
from harness import KEYS, TRAINWATCHD
from terminal import Terminal, run_in_terminal

SCENARIO = """
region: eu-west-1
jobs:
  - name: running
    kind: in_progress
    created: -2h
    limits: {max_runtime: 10h}
    hyperparameters: {lr: canary-value}
    environment: {TOKEN: canary-value}
    extra_members:
      Tomorrow: {Float: 0.1000000000000000055, Big: 9007199254740993, Tiny: 1e-7, Deep: [[1, []]]}
  - {name: failed, kind: failed, created: -9h}
  - {name: spot, kind: spot, cycles: 2, created: -9h}
"""


class Describe(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(SCENARIO)
        self.environment = {
            **KEYS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.simulator.https_url,
            "AWS_CA_BUNDLE": self.simulator.ca_file,
        }

    def describe(self, *arguments, **changes):
        environment = {k: v for k, v in {**self.environment, **changes}.items() if v is not None}
        return self.run_to_end(TRAINWATCHD, "describe", *arguments, environment=environment)

    def refused(self, *arguments, **changes):
        """The one line of a refusal."""
        code, out, err = self.describe(*arguments, **changes)
        self.assertEqual((code, out), (1, ""), err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("trainwatchd: "), err)
        return err

    def fault(self, **rule):
        status, body = harness.get(
            self.simulator.control_url + "/faults", "PUT", {"faults": [rule]})
        self.assertEqual(status, 200, body)

    # ---- what it shows --------------------------------------------------------------------------

    def test_shows_a_running_job_on_a_plain_page(self):
        code, out, err = self.describe("running")
        self.assertEqual((code, err), (0, ""))
        self.assertTrue(out.startswith("running  Training (InProgress)\nTraining for "), out)
        for part in ("111122223333, eu-west-1", "Timeline (UTC", "Deadline\n", "MaxRuntimeInSeconds",
                     "at the latest", "/aws/sagemaker/TrainingJobs", "All that AWS said",
                     "  Tomorrow\n", "9007199254740993", "#/jobs/running"):
            self.assertIn(part, out)
        self.assertNotIn("\x1b", out)

    def test_shows_the_keys_of_parameters_and_not_their_values(self):
        _, out, _ = self.describe("running")
        self.assertRegex(out, r"HyperParameters  \(\d+; values: --output json\)\n +.*\blr\b")
        self.assertIn("TOKEN", out)
        self.assertNotIn("canary-value", out)

    def test_shows_why_a_job_failed_and_lets_no_escape_sequence_through(self):
        code, out, _ = self.describe("failed")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^failed  Failed\nFailed after .*\n")
        self.assertIn("Failure reason\n  AlgorithmError", out)
        self.assertNotIn("\x1b", out)

    def test_shows_what_a_job_cost_where_prices_are_given(self):
        code, out, err = self.describe("failed", "--output", "json")
        self.assertEqual(code, 0, err)
        document = json.loads(out)
        resources = document["ResourceConfig"]
        cost = document["BillableTimeInSeconds"] * resources["InstanceCount"] * 3.6 / 3600
        _, out, _ = self.describe("failed", "--price", resources["InstanceType"] + "=3.6")
        shown = re.search(r"cost ([\d.]+)", out)
        self.assertIsNotNone(shown, out)
        self.assertAlmostEqual(float(shown[1]), cost, delta=0.01 + cost / 1000)
        _, out, _ = self.describe("failed", "--price", "ml.m5.large=1")
        self.assertIn("no price for " + resources["InstanceType"], out)

    def test_marks_interruptions(self):
        _, out, _ = self.describe("spot")
        self.assertRegex(out, r"\n! [\d:. -]+.*Interrupted")
        self.assertIn("interruptions 2", out)

    def test_takes_an_arn_which_has_the_region(self):
        arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/running"
        code, out, err = self.describe(arn, AWS_REGION="us-east-1")
        self.assertEqual((code, err), (0, ""))
        self.assertIn(arn, out)

    def test_takes_flags_before_the_environment(self):
        code, out, _ = self.describe(
            "running", "--region", "eu-west-1", "--endpoint-url", self.simulator.http_url,
            AWS_REGION="us-east-1", AWS_ENDPOINT_URL="http://127.0.0.1:1")
        self.assertEqual(code, 0, out)

    def test_takes_keys_and_region_from_a_profile(self):
        credentials = self.write("credentials", "[mine]\nregion = eu-west-1\n" + "".join(
            f"{name.lower()} = {value}\n" for name, value in KEYS.items()))
        nothing = {name: None for name in KEYS}
        code, _, err = self.describe(
            "running", "--profile", "mine", AWS_REGION=None,
            AWS_SHARED_CREDENTIALS_FILE=str(credentials), **nothing)
        self.assertEqual((code, err), (0, ""))

    # ---- AWS' document --------------------------------------------------------------------------

    def document(self, name):
        code, out, err = self.describe(name, "--output", "json")
        self.assertEqual((code, err), (0, ""))
        return out

    def test_gives_the_document_member_for_member_as_it_was_sent(self):
        relay = harness.Relay(self.simulator.http_url)
        self.addCleanup(relay.close)
        for name in ("running", "failed", "spot"):
            code, out, err = self.describe(name, "--output=json", "--endpoint-url", relay.url)
            self.assertEqual((code, err), (0, ""))
            exact = dict(parse_float=str, parse_int=str, object_pairs_hook=list)
            self.assertEqual(json.loads(out, **exact), json.loads(relay.last_body, **exact))
            self.assertEqual(json.loads(out), json.loads(relay.last_body))
        self.assertIn("\n  \"TrainingJobName\"", out)

    def test_gives_values_of_parameters_to_who_may_see_them(self):
        told = json.loads(self.document("running"))
        self.assertEqual(told["HyperParameters"]["lr"], "canary-value")
        self.assertEqual(told["Environment"]["TOKEN"], "canary-value")
        self.assertEqual(told["Tomorrow"]["Big"], 9007199254740993)

    # ---- on a terminal --------------------------------------------------------------------------

    def on_terminal(self, columns, *arguments, **changes):
        environment = harness.clean_environment(**{**self.environment, **changes})
        return run_in_terminal(
            [TRAINWATCHD, "describe", *arguments], environment, columns, harness.PATIENCE)

    def test_has_color_and_the_width_of_its_terminal(self):
        code, wide = self.on_terminal(120, "running", TERM="xterm")
        self.assertEqual(code, 0)
        self.assertIn("\x1b[34mTraining\x1b[0m", wide)
        _, narrow = self.on_terminal(80, "running", TERM="xterm")
        lengths = [
            max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in text.splitlines()
                if not re.search(r"://|arn:|amazonaws", line))
            for text in (narrow, wide)
        ]
        self.assertLessEqual(lengths[0], 80)
        self.assertLessEqual(lengths[1], 120)
        self.assertGreater(lengths[1], 80)

    def test_is_not_wrapped_where_there_is_no_terminal(self):
        _, out, _ = self.describe("running", COLUMNS="40")
        self.assertRegex(out, r"\n  instances +[^\n]+\n  algorithm")
        self.assertRegex(out, r"Preparing the instances for training\n")
        _, dumb = self.on_terminal(40, "running", TERM="dumb")
        self.assertRegex(dumb, r"Preparing the instances for training\n")

    def test_has_no_color_where_the_user_wants_none(self):
        _, out = self.on_terminal(80, "running", TERM="xterm", NO_COLOR="1")
        self.assertNotIn("\x1b", out)
        _, out, _ = self.describe("running", CLICOLOR_FORCE="1")
        self.assertIn("\x1b[34m", out)

    # ---- what can be wrong ----------------------------------------------------------------------

    def test_of_a_wrong_name_says_what_to_check(self):
        self.assertRegex(self.refused("nope"), r'no training job "nope" in eu-west-1.*--region')

    def test_of_a_malformed_name_says_what_a_name_is(self):
        self.assertIn("1 to 63 letters", self.refused("a_b"))

    def test_of_an_arn_of_something_else_names_it(self):
        line = self.refused("arn:aws:sagemaker:eu-west-1:111122223333:endpoint/live")
        self.assertIn('"sagemaker endpoint"', line)

    def test_of_an_arn_and_another_region_says_which_is_which(self):
        arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/running"
        self.assertIn("leave --region out", self.refused(arn, "--region", "us-east-1"))

    def test_of_another_accounts_arn_says_whose_job_answered(self):
        line = self.refused("arn:aws:sagemaker:eu-west-1:999922223333:training-job/running")
        self.assertIn("account 999922223333", line)
        self.assertIn("account 111122223333", line)

    def test_without_permission_has_aws_message_and_the_permission(self):
        self.fault(kind="error", status=400, code="AccessDeniedException",
                   message="User: arn:aws:iam::111122223333:user/ada is not authorized")
        line = self.refused("running")
        self.assertIn("user/ada is not authorized", line)
        self.assertIn("allow sagemaker:DescribeTrainingJob", line)

    def test_with_an_expired_token_says_to_sign_in_again(self):
        self.fault(kind="error", status=400, code="ExpiredTokenException",
                   message="The security token included in the request is expired")
        self.assertIn("sign in again", self.refused("running"))

    def test_with_wrong_keys_says_which_variables_to_check(self):
        line = self.refused("running", AWS_SECRET_ACCESS_KEY="wrong")
        self.assertIn("AWS_SECRET_ACCESS_KEY", line)
        self.assertNotIn("wrong", line)

    def test_without_keys_says_how_to_give_some(self):
        nothing = {name: None for name in KEYS}
        self.assertIn("no AWS keys: set AWS_ACCESS_KEY_ID", self.refused("running", **nothing))
        self.assertIn('no profile "x"', self.refused("running", "--profile", "x"))

    def test_without_a_region_says_how_to_give_one(self):
        self.assertIn("no region: give --region", self.refused("running", AWS_REGION=None))

    def test_without_a_network_says_what_to_check(self):
        nobody = f"http://127.0.0.1:{harness.free_port()}"
        line = self.refused("running", "--endpoint-url", nobody)
        self.assertIn("check host and port", line)
        # A name that no resolver may know (RFC 6761).
        line = self.refused("running", "--endpoint-url", "https://sagemaker.invalid")
        self.assertIn("looking up sagemaker.invalid", line)

    def test_of_a_certificate_that_nobody_vouches_for_says_where_to_name_its_issuer(self):
        line = self.refused("running", AWS_CA_BUNDLE=None)
        self.assertIn("not trusted", line)
        self.assertIn("AWS_CA_BUNDLE", line)

    def test_outlasts_a_failure_of_a_moment(self):
        self.fault(kind="status", status=503, body="empty", next=1)
        code, _, err = self.describe("running")
        self.assertEqual((code, err), (0, ""))

    def test_says_once_on_a_terminal_that_it_goes_on_trying(self):
        self.fault(kind="throttle")
        environment = harness.clean_environment(**{**self.environment, "TERM": "xterm"})
        terminal = Terminal([TRAINWATCHD, "describe", "running"], environment, 80)
        terminal.wait_for("no answer yet (throttled), trying again", harness.PATIENCE)
        harness.get(self.simulator.control_url + "/faults", "DELETE")
        self.assertEqual(terminal.end(harness.PATIENCE), 0)
        self.assertEqual(terminal.drawn.count(b"no answer yet"), 1)

    def test_outlasts_throttling(self):
        self.fault(kind="throttle", next=2)
        code, _, err = self.describe("running")
        self.assertEqual((code, err), (0, ""))

    def test_says_when_its_output_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [TRAINWATCHD, "describe", "running"],
                env=harness.clean_environment(**self.environment), stdin=subprocess.DEVNULL,
                stdout=full, stderr=subprocess.PIPE, text=True, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)


if __name__ == "__main__":
    harness.main()
