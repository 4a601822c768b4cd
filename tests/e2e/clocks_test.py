"""Clocks that disagree: whose time an alert's end is told in."""

import harness
from discovery_harness import ALL, FAILS, LIVE, Discovery
from harness import get_json, wait_until


class Alertmanagers(Discovery):
    """A real one, on this machine's clock, of which AWS' differs by ten minutes."""

    def holds(self, skew):
        simulator = self.simulate(f"  - {{name: other, {LIVE}}}\n", f"--clock-skew={skew}")
        alertmanager = self.start_alertmanager(self.webhook)
        configuration = self.configure(simulator, ALL, bound="1s")
        text = configuration.read_text()
        start = text.index("receivers:")
        configuration.write_text(
            text[:start]
            + f"receivers: [{{name: main, alertmanager: {{urls: ['{alertmanager.url}']}}}}]\n"
        )
        daemon = self.start_daemon(configuration)
        self.create(simulator, name="broken", region="eu-west-1", **FAILS)
        daemon.wait_for_line("alert_fired", "broken")
        accepted = 'trainwatchd_notifications_total{receiver="main"}'
        wait_until(
            lambda: any(
                line.startswith(accepted) and float(line.rsplit(" ", 1)[1]) > 0
                for line in self.metrics(daemon).splitlines()
            ),
            "the delivery",
        )
        wait_until(
            lambda: [v for _, v in self.series(daemon, "trainwatchd_notifications_unconfirmed")]
            == [0],
            "the confirmation",
        )
        return [
            alert["labels"]["training_job"]
            for alert in get_json(alertmanager.url + "/api/v2/alerts?active=true")
        ]

    def test_that_is_behind_aws_holds_the_alert(self):
        self.assertEqual(self.holds("10m"), ["broken"])

    # What it takes for over it answers with a 200 as well: the end has to be told in its own time.
    def test_that_is_ahead_of_aws_holds_the_alert(self):
        self.assertEqual(self.holds("-10m"), ["broken"])

    def test_that_is_hours_ahead_of_aws_holds_the_alert(self):
        self.assertEqual(self.holds("-5h"), ["broken"])

    # Of days AWS' own refusals tell: nothing was asked with success before.
    def test_that_is_days_behind_aws_holds_the_alert(self):
        self.assertEqual(self.holds("51h"), ["broken"])

    def test_that_is_days_ahead_of_aws_holds_the_alert(self):
        self.assertEqual(self.holds("-51h"), ["broken"])


if __name__ == "__main__":
    harness.main()
