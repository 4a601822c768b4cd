"""A job fails with an ugly reason, and a person reads of it in Slack: daemon, Alertmanager, templates."""

import pathlib
import re
import sys

import harness

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "deploy"))
from alertmanager_test import CONTROLS, Shipped  # noqa: E402

REGION = "eu-west-1"
FAILS = f"""
region: {REGION}
jobs:
  - name: ugly
    kind: failed
    created: -20s
    durations: {{Starting: 1m, Downloading: 1m, Training: 2m, Uploading: 1m}}
    failure_reason: "AlgorithmError: CUDA out of memory. \\e[31mTried\\e[0m <!channel> ```\\r\\nBcc: x"
"""


class Notifications(Shipped):
    def test_of_a_real_failure_have_all_that_the_templates_show(self):
        simulator = self.start_simulator(FAILS, "--speed", "60")
        configuration = self.configuration(
            simulator, {REGION: ["ugly"]},
            [f"{{name: main, alertmanager: {{urls: ['{self.alertmanager.url}']}}}}"],
        )
        self.start_daemon(configuration)
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        self.assertEqual((chat["title"], chat["color"]), ("TrainingJobFailed: ugly", "danger"))
        self.assertRegex(chat["title_link"], rf"^https://{REGION}\.console\.aws\.amazon\.com/sagemaker/")
        what, reason, last = re.fullmatch("(?s)(.*)\n```(.*)```\n(.*)\n", chat["text"] + "\n").groups()
        self.assertRegex(
            what,
            r"^Training job ugly failed after .* \(out of memory\): AlgorithmError: CUDA out of memory. Tried &lt;!channel&gt;",
        )
        self.assertIn("AlgorithmError: CUDA out of memory. Tried &lt;!channel&gt; '''\nBcc: x", reason)
        self.assertRegex(
            last,
            r"^out_of_memory · ended \d{4}-\d\d-\d\d \d\d:\d\d UTC · <https://[^>]*/jobs/ugly\|console> · "
            r"<https://[^>]*ugly[^>]*\|logs> · `trainwatchd explain ugly`\n"
            r"phases: Starting [^\n]*, Training [^\n]*$",
        )
        for text in (chat["text"], told["sns"]["Message"], told["pagerduty"]["payload"]["summary"]):
            self.assertNotRegex(text, CONTROLS)
        self.assertEqual(told["sns"]["Subject"], "TrainingJobFailed: ugly")

    def test_of_a_test_come_to_everybody(self):
        path = self.write(
            "trainwatchd.yaml",
            "watch_lists:\n  - {name: a, regions: [eu-west-1], jobs: [resnet]}\nreceivers:\n"
            f"  - {{name: main, alertmanager: {{urls: ['{self.alertmanager.url}']}}}}\n",
        )
        code, out, err = self.run_to_end(
            harness.TRAINWATCHD, "test-alert", "--config.file", path, environment={}
        )
        self.assertEqual(code, 0, out + err)
        self.assertIn("its routes give it to critical, warning, info\n", out)
        told = [self.vendors.told.get(timeout=harness.PATIENCE) for _ in range(5)]
        self.assertEqual(
            sorted(vendor for vendor, _ in told), ["mail", "pagerduty", "slack", "slack", "sns"]
        )
        (mail,) = [content for vendor, content in told if vendor == "mail"]
        self.assertRegex(mail["Subject"], "^TrainwatchdTest$")
        self.assertIn("nothing is wrong", mail.get_body(("plain",)).get_content())


if __name__ == "__main__":
    harness.main()
