"""The one-shot commands as a user meets them: exit codes, streams, messages."""

import json

import harness
from harness import KEYS, TRAINWATCHD

ONE_JOB = """
jobs:
  - {name: steady, kind: in_progress, created: -1h}
"""


class Version(harness.EndToEnd):
    def test_is_printed_in_the_layout_of_prometheus(self):
        code, out, err = self.run_to_end(TRAINWATCHD, "--version")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^trainwatchd, version \d+\.\d+\.\d+ \(.*revision: \w+\)\n")


class CheckConfig(harness.EndToEnd):
    def check(self, text):
        return self.run_to_end(TRAINWATCHD, "check-config", self.write("c.yaml", text))

    def test_accepts_the_six_lines(self):
        code, out, _ = self.check(
            "watch_lists:\n  - name: everything\n    regions: [eu-west-1]\n    jobs: [resnet]\n"
            "receivers:\n  - {name: main, alertmanager: {urls: [http://127.0.0.1:9093]}}\n"
        )
        self.assertEqual(code, 0, out)

    def test_names_every_mistake_with_its_place(self):
        code, out, err = self.check(
            "watch_list:\n  - name: a\n"
            "global: {staleness_bound: soon}\n"
            "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: []}\n"
        )
        self.assertEqual(code, 1)
        text = out + err
        self.assertRegex(text, r"c\.yaml:1:1: .*watch_list.*did you mean.*watch_lists")
        self.assertRegex(text, r"c\.yaml:3:\d+: global\.staleness_bound: ")
        self.assertRegex(text, r"c\.yaml:5:\d+: watch_lists\[0\]\.jobs: ")

    def test_says_which_file_cannot_be_read(self):
        code, out, err = self.run_to_end(TRAINWATCHD, "check-config", "/nonexistent/t.yaml")
        self.assertEqual(code, 1)
        self.assertIn("/nonexistent/t.yaml", out + err)


class CheckConfigOnline(harness.EndToEnd):
    """Every connection and receiver is tried once, and each has its line."""

    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(ONE_JOB, "--region", "eu-west-1")
        self.webhook = harness.Webhook()
        self.addCleanup(self.webhook.close)

    def check(self, receivers=(), environment=None, jobs=("steady",)):
        path = self.configuration(self.simulator, {"eu-west-1": list(jobs)}, receivers)
        keys = KEYS if environment is None else environment
        return self.run_to_end(
            TRAINWATCHD, "check-config", "--online", path, environment=keys
        )

    def test_says_of_a_good_connection_whose_it_is_and_posts_nothing(self):
        code, out, err = self.check([f"{{name: hook, webhook: {{url: '{self.webhook.url}'}}}}"])
        self.assertEqual(code, 0, out + err)
        self.assertRegex(
            out, r"connection simulated, eu-west-1: ok, keys from .*, account \d{12}, \d+ ms, clock"
        )
        self.assertIn("receiver hook: ok, it takes connections; nothing was posted", out)
        self.assertTrue(self.webhook.received.empty())

    def test_takes_an_unknown_job_for_a_proof_too(self):
        code, out, _ = self.check(jobs=["nobody"])
        self.assertEqual(code, 0, out)
        self.assertIn("there is no job nobody (yet)", out)

    def test_says_what_is_wrong_with_the_keys_and_what_to_do(self):
        wrong = {**KEYS, "AWS_SECRET_ACCESS_KEY": "not-the-one"}
        code, out, _ = self.check(environment=wrong)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"eu-west-1: FAILED: .*AWS_SECRET_ACCESS_KEY")
        self.assertNotIn("not-the-one", out)

    def test_tells_an_alertmanager_from_something_else(self):
        port = harness.free_port()
        code, out, _ = self.check([
            f"{{name: main, alertmanager: {{urls: ['{self.webhook.url}',"
            f" 'http://127.0.0.1:{port}']}}}}",
        ])
        self.assertEqual(code, 1)
        self.assertRegex(out, r"receiver main, .*/hook: FAILED: HTTP 501")
        self.assertRegex(out, rf"receiver main, .*:{port}: FAILED: .*connecting to")


class PrintIamPolicy(harness.EndToEnd):
    TEXT = (
        "connections:\n"
        "  - {name: research, regions: [eu-west-1]}\n"
        "  - {name: product, regions: [cn-north-1]}\n"
        "watch_lists:\n"
        "  - {name: a, connections: [research], jobs: [ResNet]}\n"
        "  - {name: b, connections: [product], jobs: [bert]}\n"
    )

    def print_policy(self, *more):
        path = self.write("c.yaml", self.TEXT)
        return self.run_to_end(
            TRAINWATCHD, "print-iam-policy", "--config.file", path, *more, environment={}
        )

    def test_is_json_for_each_connection_and_needs_no_keys(self):
        code, out, err = self.print_policy()
        self.assertEqual(code, 0, err)
        decoder, documents = json.JSONDecoder(), []
        while out.strip():
            document, end = decoder.raw_decode(out.lstrip())
            documents.append(document)
            out = out.lstrip()[end:]
        self.assertEqual([d["Version"] for d in documents], ["2012-10-17"] * 2)
        self.assertEqual(
            documents[0]["Statement"][0]["Resource"],
            [
                "arn:aws:sagemaker:eu-west-1:111122223333:training-job/ResNet",
                "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet",
            ],
        )
        self.assertIn("arn:aws-cn:", documents[1]["Statement"][0]["Resource"][0])
        self.assertIn("# connection research: for its keys", err)
        self.assertIn("replace 111122223333", err)

    def test_is_for_one_connection_where_it_is_named(self):
        code, out, _ = self.print_policy("--connection", "product")
        self.assertEqual(code, 0)
        json.loads(out)
        code, out, err = self.print_policy("--connection", "nobody")
        self.assertEqual((code, out), (1, ""))
        self.assertIn('"nobody"', err)


class Usage(harness.EndToEnd):
    def test_refuses_an_unknown_flag(self):
        code, _, err = self.run_to_end(TRAINWATCHD, "run", "--config.fiel", "x")
        self.assertEqual(code, 1)
        self.assertIn("--config.fiel", err)

    def test_says_how_to_give_keys_when_there_are_none(self):
        path = self.write(
            "c.yaml", "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: [resnet]}\n"
        )
        code, _, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", path, environment={}
        )
        self.assertEqual(code, 1)
        self.assertIn("AWS_ACCESS_KEY_ID", err)

    def test_refuses_a_port_that_is_taken(self):
        path = self.write(
            "c.yaml", "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: [resnet]}\n"
        )
        webhook = harness.Webhook()
        self.addCleanup(webhook.close)
        address = webhook.url.split("/")[2]
        code, _, err = self.run_to_end(
            TRAINWATCHD, "run", "--config.file", path, "--web.listen-address", address,
            "--storage.path", self.directory,
        )
        self.assertEqual(code, 1)
        self.assertIn(address, err)

    def test_never_shows_a_secret(self):
        path = self.write(
            "c.yaml", "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: [resnet]}\n"
            "connections:\n  - {name: x, regions: [eu-west-1], endpoint_url: 'http://127.0.0.1:1'}\n"
        )
        _, out, err = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", path, "--log.level", "debug"
        )
        self.assertNotIn(KEYS["AWS_SECRET_ACCESS_KEY"], out + err)


if __name__ == "__main__":
    harness.main()
