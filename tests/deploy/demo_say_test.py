"""deploy/demo_say.py: what a person reads for the lines that the daemon writes."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "deploy"))
import demo_say  # noqa: E402

TIME = "2026-11-24T09:12:00.123Z"


class Sentences(unittest.TestCase):
    def setUp(self):
        self.speaker = demo_say.speaker(colour=False)

    def say(self, msg, level="info", **fields):
        line = {"time": TIME, "level": level, "msg": msg, "training_job": "bert", **fields}
        said = self.speaker.say(line)
        return said and " ".join(said.split())

    def test_a_transition_says_where_from(self):
        self.say("job_appeared", secondary_status="Starting", already_ended="false")
        self.assertEqual(
            self.say("transition", secondary_status="Training", message="go\n\x1b[31mnow"),
            "09:12:00 bert Starting → Training go [31mnow",
        )

    def test_a_new_job_of_the_same_name_starts_from_nothing(self):
        self.say("transition", secondary_status="Completed")
        self.say("name_reused")
        self.assertEqual(self.say("transition", secondary_status="Starting"),
                         "09:12:00 bert → Starting")

    def test_an_end_says_how_unless_it_went_well(self):
        self.assertIsNone(self.say("job_ended", outcome="completed"))
        self.assertEqual(self.say("job_ended", outcome="max_runtime_exceeded"),
                         "09:12:00 bert ended: max runtime exceeded")

    def test_an_alert_stands_out(self):
        alert = 'TrainingJobFailed{failure_class="data",severity="critical",training_job="bert"}'
        self.assertEqual(self.say("alert_fired", "warning", alert=alert, failure_reason="why"),
                         "09:12:00 bert ALERT TrainingJobFailed critical, failure_class data")

    def test_missing_before_and_after_its_life(self):
        self.assertIn("does not exist yet", self.say("job_missing", last_status="never seen"))
        self.assertIn("has been deleted", self.say("job_missing", last_status="Completed"))

    def test_trouble_is_passed_on_and_chatter_is_not(self):
        self.assertIn("poll_failed bert error=transient",
                      self.say("poll_failed", "warning", error="transient"))
        self.assertIsNone(self.say("message_changed"))
        self.assertIsNone(self.say("listening"))


if __name__ == "__main__":
    unittest.main()
