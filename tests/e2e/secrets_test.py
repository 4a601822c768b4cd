"""Canaries in hyperparameters and environment variables: where they may be seen, and where not."""

import json

import harness
from aws_call import describe
from harness import TRAINWATCHD, get, wait_until

REGION = "eu-west-1"
JOB = "leaky"
CANARIES = ["canary-hyper-7f3a", "canary-env-91c2", "canary-quoted-55d0", "canary-long-0b1e"]
# The job fails while it is watched: it passes through every phase, an alert, its end.
LEAKY = f"""
region: {REGION}
jobs:
  - name: {JOB}
    kind: failed
    created: -20s
    durations: {{Starting: 1m, Downloading: 1m, Training: 2m, Uploading: 1m}}
    failure_reason: "AlgorithmError: ExecuteUserScriptError, exit code 1"
    hyperparameters:
      api_token: {CANARIES[0]}
      sagemaker_program: '"{CANARIES[2]}"'
      epochs: "3"
    environment:
      DB_PASSWORD: {CANARIES[1]}
      WANDB_API_KEY: "{CANARIES[3]}{'x' * 400}"
"""
KEYS_SHOWN = {
    "HyperParameters": {"api_token", "sagemaker_program", "epochs"},
    "Environment": {"DB_PASSWORD", "WANDB_API_KEY"},
}
JOB_PATH = f"/api/v1/jobs/111122223333/{REGION}/{JOB}"
PATHS = [
    "/", "/metrics", JOB_PATH, "/api/v1/jobs", "/api/v1/alerts", "/api/v1/status",
    "/api/v1/openapi.json", f"/api/v1/jobs?name={JOB}&sort=-created", "/api/v1/jobs?stat=x",
    f"/api/v1/jobs/999999999999/{REGION}/{JOB}",
]


def canaries_in(text):
    """Those that a text holds; half of one counts."""
    return [canary for canary in CANARIES if canary[:-2] in text]


class Secrets(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(LEAKY, "--speed", "60")
        self.assertEqual(canaries_in(describe(self.simulator, REGION, JOB)), CANARIES)
        self.hook = harness.Webhook()
        self.addCleanup(self.hook.close)
        self.pager = harness.Webhook()
        self.addCleanup(self.pager.close)
        self.alertmanager = self.start_alertmanager(self.pager)

    def watch(self, more=""):
        """Everything that the daemon told anybody of the job's whole life, by where."""
        configuration = self.configuration(
            self.simulator, {REGION: [JOB]},
            [f"{{name: hook, webhook: {{url: '{self.hook.url}'}}}}",
             f"{{name: main, alertmanager: {{urls: ['{self.alertmanager.url}']}}}}"], bound="500ms",
        )
        configuration.write_text(configuration.read_text() + more)
        daemon = self.start_daemon(configuration)
        told = {}

        def look():
            for path in PATHS:
                told[path] = told.get(path, "") + get(daemon.url + path)[1]

        wait_until(lambda: get(daemon.url + JOB_PATH)[0] == 200, "the first answer")
        look()
        told["webhook"] = json.dumps(self.hook.next())
        told["pager"] = json.dumps(self.pager.next())
        told["alertmanager"] = get(self.alertmanager.url + "/api/v2/alerts")[1]
        for place in ("webhook", "pager", "alertmanager"):
            self.assertIn(JOB, told[place])
        look()
        # A poll that fails, and what the log says of it.
        get(self.simulator.control_url + "/faults", "PUT", {"kind": "cut_json"})
        wait_until(lambda: daemon.count_lines("malformed"), "a refused answer")
        look()
        get(self.simulator.control_url + "/faults", "DELETE")
        code, told["once"], told["once, aside"] = self.run_to_end(
            TRAINWATCHD, "once", "--config.file", configuration, "--log.level", "debug"
        )
        self.assertEqual(code, 0, told["once, aside"])
        self.assertEqual(daemon.end(), 0)
        told["log"] = "\n".join(daemon.lines)
        self.assertIn(JOB, told["log"])
        self.document = json.loads(get_last(told[JOB_PATH]))["document"]
        return told

    def test_no_value_is_told_anywhere_and_each_key_is(self):
        told = self.watch()
        for place, text in told.items():
            self.assertEqual(canaries_in(text), [], f"told by {place}")
        for member, keys in KEYS_SHOWN.items():
            self.assertEqual(self.document[member], dict.fromkeys(keys))

    def test_where_it_is_asked_for_the_document_shows_them_and_nothing_else(self):
        told = self.watch("api: {show_parameters: true}\n")
        for place, text in told.items():
            expected = CANARIES if place == JOB_PATH else []
            self.assertEqual(canaries_in(text), expected, f"told by {place}")
        said = json.loads(describe(self.simulator, REGION, JOB))
        for member, keys in KEYS_SHOWN.items():
            self.assertEqual(set(self.document[member]), keys)
            self.assertEqual(self.document[member], said[member])
        # Taken out of the document, they stand nowhere in the job's page.
        answer = json.loads(get_last(told[JOB_PATH]))
        del answer["document"]
        self.assertEqual(canaries_in(json.dumps(answer)), [])


def get_last(answers):
    """The last of several JSON objects, one after the other."""
    decoder = json.JSONDecoder()
    rest = answers.strip()
    while True:
        _, end = decoder.raw_decode(rest)
        if end == len(rest):
            return rest
        rest = rest[end:].lstrip()


if __name__ == "__main__":
    harness.main()
