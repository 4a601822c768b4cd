"""The one-shot commands as a user meets them: exit codes, streams, messages."""

import harness
from harness import KEYS, TRAINWATCHD


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
