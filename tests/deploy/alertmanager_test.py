"""What deploy/alertmanager ships: checked by amtool, and told to fakes by the real Alertmanager."""

import datetime
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
SHIPPED = ROOT / "deploy" / "alertmanager"
EXPECTED = pathlib.Path(__file__).parent / "notifications"
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(pathlib.Path(__file__).parent)]
import os  # noqa: E402

os.environ.setdefault("TRAINWATCH_BUILD_DIR", "/nonexistent")  # nothing of it is run here
import harness  # noqa: E402
from vendors import Vendors  # noqa: E402

START = datetime.datetime(2026, 11, 24, 9, 12, tzinfo=datetime.timezone.utc)
FAILED = {
    "labels": {
        "alertname": "TrainingJobFailed", "severity": "critical", "training_job": "resnet-1",
        "created": "2026-11-24T08:00:00.000Z", "account_id": "111122223333",
        "aws_region": "eu-west-1", "watch_list": "nightly", "failure_class": "out_of_memory",
    },
    "annotations": {
        "summary": "Training job resnet-1 failed after 1h12m (out of memory): CUDA out of memory.",
        "failure_reason": "AlgorithmError: CUDA out of memory.\nTried to allocate 2.00 GiB",
        "ended_at": "2026-11-24T09:12:00.000Z",
        "phases": "Starting 1m20s, Downloading 40s, Training 1h10m in 3 parts",
        "cost": "78.64",
        "same_reason": "same reason as 3 others since 2026-11-24 08:31:00 UTC",
        "description": "Job resnet-1 in account 111122223333, region eu-west-1, on 2 x ml.p4d.24xlarge. "
        "It failed for the same reason as 3 others since 2026-11-24 08:31:00 UTC.",
        "console_url": "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/resnet-1",
        "logs_url": "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:"
        "log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dresnet-1$252F",
        "runbook_url": "https://wiki.example.com/training?a=1&b=2",
    },
}
# Colours, a line turned around, an order to Slack, markup, lines of a mail's header, a code block's
# end, a BEL, a C1 control, and more emoji than anybody reads.
HOSTILE = (
    "\x1b[31;1mAlgorithmError\x1b[0m: <!channel> <https://evil.example|click> & <script>alert(1)</script>"
    " ```*bold*\r\nBcc: all@example.com\r\n\r\nevil\u202egnp.exe\u061c\u2028next\u2029\ufeff\x07\u009b2J{{ .Status }}" + "\U0001F4A3" * 1024
)
EVERYWHERE = {
    name: HOSTILE
    for name in ("failure_reason", "summary", "description", "phases", "cost", "same_reason")
}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def other(alert, annotations=None, **labels):
    return {
        "labels": {k: v for k, v in {**alert["labels"], **labels}.items() if v is not None},
        "annotations": {**alert["annotations"], **(annotations or {})},
    }


def failed(job, minutes, **labels):
    """So many minutes after START."""
    ended = START + datetime.timedelta(minutes=minutes)
    return other(
        FAILED,
        {"summary": f"Training job {job} failed after 1h12m (out of memory): CUDA out of memory.",
         "ended_at": ended.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "failure_reason": f"AlgorithmError: {job}"},
        training_job=job, **labels,
    )


def jobs_of(text):
    """Whom a notification tells in full, in its order."""
    return re.findall(r"trainwatchd explain ([a-z0-9-]+)", text)


def text_of(mail, kind):
    """With the line ends of this machine: the ones of mail are CR LF."""
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


def amtool(*arguments):
    done = subprocess.run(
        ["amtool", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def receivers_of(configuration, **labels):
    code, text = amtool(
        "config", "routes", "test", f"--config.file={configuration}",
        *(f"{name}={value}" for name, value in labels.items()),
    )
    assert code == 0, text
    return text.splitlines()[0].split(",")


class Configuration(unittest.TestCase):
    def test_is_taken_as_it_ships(self):
        code, text = amtool("check-config", SHIPPED / "alertmanager.yml")
        self.assertEqual(code, 0, text)

    def test_gives_each_alert_to_whom_its_severity_says(self):
        shipped = SHIPPED / "alertmanager.yml"
        for severity in ("critical", "warning", "info"):
            for name in ("TrainingJobFailed", "TrainingJobMaxRuntimeExceeded",
                         "TrainingJobMaxWaitExceeded", "TrainingJobStopped"):
                self.assertEqual(
                    receivers_of(shipped, alertname=name, severity=severity), [severity + "/ended"]
                )
            for name in ("TrainingJobNearDeadline", "TrainingJobStuck", "TrainwatchdStale"):
                self.assertEqual(receivers_of(shipped, alertname=name, severity=severity), [severity])
        self.assertEqual(receivers_of(shipped, alertname="TrainingJobFailed", severity="x"), ["warning/ended"])
        self.assertEqual(receivers_of(shipped, alertname="TrainingJobStuck", severity="x"), ["warning"])
        self.assertEqual(
            receivers_of(shipped, alertname="TrainwatchdTest", severity="info"),
            ["critical", "warning", "info"],
        )
        self.assertEqual(
            receivers_of(shipped, alertname="TrainwatchdHeartbeat", severity="none"), ["nobody/heartbeat"]
        )

    def test_tells_no_end_of_what_does_not_pass(self):
        shipped = yaml.safe_load((SHIPPED / "alertmanager.yml").read_text())
        for receiver in shipped["receivers"]:
            told = {
                way["send_resolved"]
                for kind, ways in receiver.items() if kind.endswith("_configs")
                for way in ways
            }
            is_quiet = receiver["name"].endswith("/ended") or receiver["name"] == "nobody/heartbeat"
            self.assertEqual(told, {not is_quiet}, receiver["name"])


class Shipped(harness.EndToEnd):
    """The shipped file in the real Alertmanager, with addresses on loopback."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.vendors = Vendors()
        self.addCleanup(self.vendors.close)
        self.alertmanager = self.start_shipped()

    def start_shipped(self):
        shutil.copy(SHIPPED / "trainwatchd.tmpl", self.directory)
        self.write("key", "k" * 32)
        configuration = yaml.safe_load((SHIPPED / "alertmanager.yml").read_text())
        configuration["templates"] = [str(self.directory / "*.tmpl")]
        configuration["global"] = {
            "slack_api_url": self.vendors.url + "/slack",
            "pagerduty_url": self.vendors.url + "/pagerduty",
            "smtp_smarthost": self.vendors.smarthost,
            "smtp_from": "alertmanager@example.com",
            "smtp_require_tls": False,
        }
        for receiver in configuration["receivers"]:
            for page in receiver.get("pagerduty_configs", []):
                page["routing_key_file"] = str(self.directory / "key")
            for topic in receiver.get("sns_configs", []):
                topic["api_url"] = self.vendors.url + "/sns"
                topic["sigv4"] = {"region": "eu-west-1", "access_key": "A", "secret_key": "B"}
            for hook in receiver.get("webhook_configs", []):
                hook["url"] = self.vendors.url + "/switch"
        route = configuration["route"]
        route.update(group_wait="1s", group_interval="1s")
        path = self.write("alertmanager.yml", yaml.safe_dump(configuration, sort_keys=False))
        port = harness.free_port()
        child = self.start(
            ["prometheus-alertmanager", f"--config.file={path}",
             f"--storage.path={self.directory / 'alertmanager'}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
             "--web.external-url=http://alertmanager.example"]
        )
        child.url = f"http://127.0.0.1:{port}"
        harness.wait_until(child.is_ready, "Alertmanager")
        return child

    def tell(self, *alerts, starts=START, ends=None):
        body = [
            {**alert, "startsAt": starts.isoformat(), "endsAt": ends or "2099-01-01T00:00:00Z"}
            for alert in alerts
        ]
        status, answer = harness.get(
            self.alertmanager.url + "/api/v2/alerts", "POST", body, {"Content-Type": "application/json"}
        )
        self.assertEqual(status, 200, answer)



class Inhibitions(Shipped):
    def quiet(self, *alerts):
        """Which of these alerts are kept quiet, by name."""
        now = datetime.datetime.now(datetime.timezone.utc)
        self.tell(*alerts, starts=now)
        held = harness.get_json(self.alertmanager.url + "/api/v2/alerts")
        self.assertEqual(len(held), len(alerts))
        return sorted(a["labels"]["alertname"] for a in held if a["status"]["inhibitedBy"])

    def near(self, **labels):
        return other(FAILED, alertname="TrainingJobNearDeadline", failure_class=None, **labels)

    def watcher(self, name, **labels):
        common = {"alertname": name, "severity": "warning", "connection": "research",
                  "aws_region": "eu-west-1", "replica": "left"}
        return {"labels": {**common, **labels}, "annotations": {}}

    def test_keep_what_is_near_quiet_once_it_is_past(self):
        past = other(FAILED, alertname="TrainingJobPastDeadline", severity="page")
        self.assertEqual(
            self.quiet(past, self.near(), self.near(training_job="bert", severity="warning")),
            ["TrainingJobNearDeadline"],
        )

    def test_tell_the_worst_of_one_job(self):
        stuck = other(FAILED, alertname="TrainingJobStuck", severity="warning", failure_class=None)
        self.assertEqual(self.quiet(FAILED, stuck), ["TrainingJobStuck"])

    def test_tell_of_another_job_and_of_its_next_run(self):
        stuck = other(FAILED, alertname="TrainingJobStuck", severity="warning", failure_class=None)
        self.assertEqual(
            self.quiet(FAILED, other(stuck, training_job="bert"), other(stuck, created="2026-11-25T08:00:00.000Z")),
            [],
        )

    # Labels that both lack are equal to an inhibition.
    def test_never_hold_between_alerts_without_a_job(self):
        overdue = {"labels": {"alertname": "TrainingJobOverdue", "severity": "critical", "watch_list": "nightly"},
                   "annotations": {}}
        stale = self.watcher("TrainwatchdStale", connection=None, aws_region=None)
        stale["labels"] = {k: v for k, v in stale["labels"].items() if v}
        self.assertEqual(self.quiet(overdue, stale), [])

    def test_tell_of_a_lost_connection_once(self):
        self.assertEqual(
            self.quiet(
                self.watcher("TrainwatchdConnectionDown"),
                self.watcher("TrainwatchdStale", watch_list="nightly"),
                self.watcher("TrainwatchdStale", watch_list="nightly", replica="right"),
            ),
            ["TrainwatchdStale"],
        )


class Notifications(Shipped):
    """As the vendors got them."""

    def expect(self, name, text):
        """The text equals the file of that name; TRAINWATCH_WRITE_EXPECTED=1 writes it."""
        path = EXPECTED / name
        if os.environ.get("TRAINWATCH_WRITE_EXPECTED"):
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def test_of_one_failed_job_say_what_and_why_everywhere(self):
        self.tell(FAILED)
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        self.expect("failed.slack.txt", f"{chat['title']}\n{chat['title_link']}\n{chat['color']}\n\n{chat['text']}")
        page = told["pagerduty"]
        self.assertEqual(page["event_action"], "trigger")
        shown = {k: v for k, v in page["payload"].items() if k not in ("custom_details", "source")}
        self.expect(
            "failed.pagerduty.txt",
            "".join(f"{k}: {v}\n" for k, v in sorted(shown.items()))
            + f"client_url: {page['client_url']}\n\n{page['payload']['custom_details']['jobs']}",
        )
        self.expect("failed.sns.txt", f"{told['sns']['Subject']}\n\n{told['sns']['Message']}")

    def test_of_forty_two_jobs_are_one_with_five_told(self):
        # What began long ago does not wait for the others of its group.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.tell(*(other(FAILED, training_job=f"sweep-{n:02}") for n in range(42)), starts=now)
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        self.assertEqual(chat["title"], "TrainingJobFailed: 42 of nightly, the latest: sweep-00")
        self.assertEqual(chat["title_link"], "http://alertmanager.example")
        self.assertEqual(chat["text"].count("trainwatchd explain"), 5)
        self.assertNotIn("Earlier:", chat["text"])
        self.assertIn("Five of 42, the latest first; all of them: http://alertmanager.example/#/alerts?receiver=", chat["text"])
        self.assertTrue(
            told["pagerduty"]["payload"]["summary"].startswith("TrainingJobFailed: 42 of nightly; the latest: ")
        )
        self.assertEqual(told["sns"]["Subject"], "TrainingJobFailed: 42 of nightly, the latest: sweep-00")

    # While an incident is open, what joins it wakes nobody: README.md says how each can be its own.
    def test_of_failures_are_one_incident_or_by_the_readme_one_each(self):
        now = datetime.datetime.now(datetime.timezone.utc)

        def incidents(**labels):
            keys = []
            for minutes, job in ((0, "alpha"), (20, "zulu")):
                self.tell(failed(job, minutes, **labels), starts=now + datetime.timedelta(minutes=minutes))
                told = self.vendors.next("slack", "pagerduty", "sns")
                keys.append(told["pagerduty"]["dedup_key"])
                counted = told["slack"]["attachments"][0]["title"]
            return len(set(keys)), counted

        self.assertEqual(incidents(), (1, "TrainingJobFailed: 2 of nightly, the latest: zulu"))
        (routes,) = re.findall("(?s)```yaml\n(.*?)```", (SHIPPED / "README.md").read_text())
        routes = routes.replace('"nightly"', '"releases"')
        path = self.directory / "alertmanager.yml"
        configuration = yaml.safe_load(path.read_text())
        (ends,) = [r for r in configuration["route"]["routes"] if r["receiver"] == "warning/ended"]
        ends["routes"][:0] = yaml.safe_load(routes)
        path.write_text(yaml.safe_dump(configuration, sort_keys=False))
        status, answer = harness.get(self.alertmanager.url + "/-/reload", "POST")
        self.assertEqual(status, 200, answer)
        self.assertEqual(incidents(watch_list="releases"), (2, "TrainingJobFailed: zulu"))

    # How a job ended fires for a day, and Alertmanager orders a group by labels: zulu is its last.
    def test_of_a_seventh_failure_name_it_first_everywhere(self):
        # What began long ago does not wait for the others of its group: so these begin now.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.tell(*(failed(f"alpha-{n}", n) for n in range(1, 7)), starts=now)
        self.vendors.next("slack", "pagerduty", "sns")
        self.tell(failed("zulu", 26), starts=now + datetime.timedelta(minutes=20))
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        self.expect("seventh.slack.txt", f"{chat['title']}\n{chat['title_link']}\n\n{chat['text']}")
        self.assertEqual(jobs_of(chat["text"]), ["zulu", "alpha-1", "alpha-2", "alpha-3", "alpha-4"])
        page = told["pagerduty"]["payload"]
        self.assertEqual(
            page["summary"],
            "TrainingJobFailed: 7 of nightly; the latest: Training job zulu failed after 1h12m "
            "(out of memory): CUDA out of memory.",
        )
        self.assertEqual(told["sns"]["Subject"], "TrainingJobFailed: 7 of nightly, the latest: zulu")
        for text in (page["custom_details"]["jobs"], told["sns"]["Message"]):
            self.assertTrue(text.startswith("Training job zulu failed"), text)
            self.assertEqual(jobs_of(text), jobs_of(chat["text"]))
            self.assertIn("\nEarlier:\n\nTraining job alpha-1 failed", text)
            self.assertIn("\nFive of 7, the latest first; all of them: http", text)

    def test_of_a_later_job_name_it_first_in_mail(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        labels = {"severity": "info", "alertname": "TrainingJobStopped"}
        self.tell(failed("alpha", 1, **labels), starts=now)
        self.vendors.next("mail")
        self.tell(failed("zulu", 26, **labels), starts=now + datetime.timedelta(minutes=20))
        mail = self.vendors.next("mail")["mail"]
        self.assertEqual(mail["Subject"], "TrainingJobStopped: 2 of nightly, the latest: zulu")
        self.expect("later.mail.html", text_of(mail, "html"))
        for kind in ("plain", "html"):
            self.assertEqual(jobs_of(text_of(mail, kind)), ["zulu", "alpha"])

    def test_of_jobs_one_after_the_other_are_told_latest_first(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        order = [3, 1, 7, 2, 6, 4, 5]
        body = [
            {**failed(f"job-{n}", minute, severity="warning"), "endsAt": "2099-01-01T00:00:00Z",
             "startsAt": (now + datetime.timedelta(minutes=minute)).isoformat()}
            for minute, n in enumerate(order)
        ]
        status, answer = harness.get(
            self.alertmanager.url + "/api/v2/alerts", "POST", body, {"Content-Type": "application/json"}
        )
        self.assertEqual(status, 200, answer)
        (chat,) = self.vendors.next("slack")["slack"]["attachments"]
        self.assertEqual(jobs_of(chat["text"]), [f"job-{n}" for n in reversed(order)][:5])
        self.assertNotIn("Earlier:", chat["text"])

    # A condition that has ended is what is new, though it began before the others.
    def test_of_what_ended_while_others_go_on_tell_the_end_first(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        stuck = {"alertname": "TrainingJobStuck", "failure_class": None}
        zulu = failed("zulu", 0, **stuck)
        self.tell(zulu, *(failed(f"alpha-{n}", n, **stuck) for n in range(1, 7)), starts=now)
        self.vendors.next("slack", "pagerduty", "sns")
        ends = datetime.datetime.now(datetime.timezone.utc)
        self.tell(zulu, starts=now, ends=ends.isoformat())
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        self.assertEqual(chat["title"], "TrainingJobStuck: 7 of nightly, the latest: zulu")
        self.assertTrue(chat["text"].startswith("Over: Training job zulu"), chat["text"])
        summary = told["pagerduty"]["payload"]["summary"]
        self.assertTrue(
            summary.startswith("TrainingJobStuck: 7 of nightly; the latest: Over: Training job zulu"), summary
        )

    def test_of_one_cause_say_once_how_many_have_it(self):
        self.tell(FAILED)
        told = self.vendors.next("slack", "pagerduty", "sns")
        (chat,) = told["slack"]["attachments"]
        for text in (chat["text"], told["sns"]["Message"], told["pagerduty"]["payload"]["custom_details"]["jobs"]):
            self.assertEqual(text.count("same reason as 3 others"), 1, text)

    # Where the job runs is on the page that the title leads to.
    def test_of_what_goes_on_say_in_slack_what_can_be_done(self):
        near = {
            "labels": {"alertname": "TrainingJobNearDeadline", "severity": "warning", "training_job": "resnet-1",
                       "watch_list": "nightly"},
            "annotations": {
                "summary": "Training job resnet-1 has used 80 % of its MaxRuntimeInSeconds of 10h.",
                "description": "Job resnet-1 in account 111122223333, region eu-west-1, on 2 x ml.p4d.24xlarge, was "
                               "created at 2026-11-24 01:12:00 UTC and has trained since 2026-11-24 01:13:00 UTC. "
                               "See that it saves checkpoints."},
        }
        self.tell(near)
        (chat,) = self.vendors.next("slack")["slack"]["attachments"]
        self.assertEqual(chat["text"].strip().splitlines()[-1], "See that it saves checkpoints.")
        self.tell(near, ends="2026-11-24T10:00:00Z")
        (chat,) = self.vendors.next("slack")["slack"]["attachments"]
        self.assertNotIn("checkpoints", chat["text"])

    def test_by_mail_have_both_forms(self):
        self.tell(other(FAILED, severity="info", alertname="TrainingJobStopped"))
        mail = self.vendors.next("mail")["mail"]
        self.assertEqual(mail["Subject"], "TrainingJobStopped: resnet-1")
        self.expect("stopped.mail.txt", text_of(mail, "plain"))
        self.expect("stopped.mail.html", text_of(mail, "html"))

    def test_of_a_watcher_need_no_job(self):
        stale = {
            "labels": {"alertname": "TrainwatchdStale", "severity": "warning", "connection": "research",
                       "aws_region": "eu-west-1", "watch_list": "nightly", "replica": "left"},
            "annotations": {"summary": "What is known is older than the promised 1m."},
        }
        self.tell(stale)
        (chat,) = self.vendors.next("slack")["slack"]["attachments"]
        self.expect("stale.slack.txt", f"{chat['title']}\n{chat['title_link']}\n{chat['color']}\n\n{chat['text']}")
        self.tell(stale, ends="2026-11-24T10:00:00Z")
        (chat,) = self.vendors.next("slack")["slack"]["attachments"]
        self.assertEqual((chat["title"], chat["color"]), ("Over: TrainwatchdStale: nightly", "good"))
        self.assertTrue(chat["text"].startswith("Over: What is known"))

    # Severities are the configuration's own: "page" is as bad as critical.
    def test_of_a_severity_of_ones_own_have_the_color_of_the_worst(self):
        stuck = {"alertname": "TrainingJobStuck", "failure_class": None}
        colors = {}
        for severity in ("page", "ticket"):
            self.tell(other(FAILED, severity=severity, watch_list=severity, **stuck))
            (chat,) = self.vendors.next("slack")["slack"]["attachments"]
            colors[severity] = chat["color"]
        self.assertEqual(colors, {"page": "danger", "ticket": "warning"})

    def test_of_a_runbook_with_marks_of_slack_have_one_link(self):
        self.tell(other(FAILED, {"runbook_url": "https://wiki.example/a?b=<c>|d&e"}))
        (chat,) = self.vendors.next("slack", "pagerduty", "sns")["slack"]["attachments"]
        self.assertIn("<https://wiki.example/a?b=%3Cc%3E%7Cd&amp;e|runbook>", chat["text"])

    def test_of_a_test_reach_everybody_at_once(self):
        self.tell({"labels": {"alertname": "TrainwatchdTest", "severity": "info", "test": "1"},
                   "annotations": {"summary": "This is only a test: nothing is wrong."}})
        told = [self.vendors.told.get(timeout=harness.PATIENCE) for _ in range(5)]
        self.assertEqual(
            sorted(vendor for vendor, _ in told), ["mail", "pagerduty", "slack", "slack", "sns"]
        )

    def test_of_a_hostile_reason_are_safe_in_slack(self):
        self.tell(other(FAILED, EVERYWHERE))
        (chat,) = self.vendors.next("slack", "pagerduty", "sns")["slack"]["attachments"]
        self.assertNotRegex(chat["text"], CONTROLS)
        # Slack obeys what stands between < and >: only our own links may.
        self.assertEqual(
            [re.split(r"[|]", inner)[-1] for inner in re.findall(r"<([^>]*)>", chat["text"])],
            ["console", "logs", "runbook"],
        )
        # The reason cannot end its block.
        self.assertEqual(chat["text"].count("```"), 2)
        self.assertIn("AlgorithmError: &lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; ", chat["text"])
        self.assertIn("{{ .Status }}", chat["text"])
        self.assertLess(len(re.search("```(?s:.*)```", chat["text"]).group()), 800)

    def test_of_a_hostile_reason_are_safe_in_pages_and_topics(self):
        self.tell(other(FAILED, EVERYWHERE))
        told = self.vendors.next("slack", "pagerduty", "sns")
        page = told["pagerduty"]["payload"]
        for text in (page["summary"], page["custom_details"]["jobs"], told["sns"]["Message"]):
            self.assertNotRegex(text, CONTROLS)
            self.assertNotIn("[31", text)
        self.assertNotIn("\n", page["summary"])
        self.assertLessEqual(len(page["summary"]), 1024)

    def test_of_a_hostile_reason_are_safe_in_mail(self):
        self.tell(other(
            FAILED, {**EVERYWHERE, "console_url": "javascript:alert(1)"},
            severity="info", alertname="TrainingJobStopped",
        ))
        mail = self.vendors.next("mail")["mail"]
        self.assertEqual(mail["Subject"], "TrainingJobStopped: resnet-1")
        self.assertIsNone(mail["Bcc"])
        html = text_of(mail, "html")
        for text in (html, text_of(mail, "plain")):
            self.assertNotRegex(text, CONTROLS)
        self.assertNotIn("<script", html)
        self.assertNotIn('href="javascript', html)
        self.assertIn("&lt;script&gt;", html)

    def test_of_a_long_name_fit_into_the_subject_of_a_topic(self):
        self.tell(other(
            FAILED, alertname="TrainingJobMaxRuntimeExceeded", training_job="x" * 63, watch_list="ü" * 64
        ), other(
            FAILED, alertname="TrainingJobMaxRuntimeExceeded", training_job="y" * 63, watch_list="ü" * 64
        ))
        subject = self.vendors.next("slack", "pagerduty", "sns")["sns"]["Subject"]
        self.assertRegex(subject, r"^TrainingJobMaxRuntimeExceeded: 2 of \?+\.*$")
        self.assertLess(len(subject), 100)


if __name__ == "__main__":
    unittest.main(verbosity=2)
