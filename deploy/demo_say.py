#!/usr/bin/python3
"""Reads trainwatchd's log (JSON, one line an event) and says it to a person; used by demo.sh."""

import json
import re
import sys

BOLD, DIM, RED, GREEN, YELLOW, PLAIN = (f"\x1b[{code}m" for code in (1, 2, 31, 32, 33, 0))
# Statuses in which a job is over, and how glad one is of it.
ENDINGS = {"Completed": GREEN, "Failed": RED, "MaxRuntimeExceeded": RED, "Stopped": YELLOW,
           "MaxWaitTimeExceeded": YELLOW, "Interrupted": YELLOW}
# Fields of a line that say what it is, not what happened.
FRAME = {"time", "ts", "level", "msg", "training_job", "aws_region", "watch_list"}


class speaker:
    """Keeps each job's last status, to say where a transition came from."""

    def __init__(self, colour):
        self._colour = colour
        self._last = {}

    def paint(self, colour, text):
        return f"{colour}{text}{PLAIN}" if self._colour and text else text

    def say(self, line):
        """The sentence for one log line, or None for what only an operator wants to read."""
        about = getattr(self, "_" + line["msg"], None)
        if about is not None:
            what = about(line)
        elif line.get("level") in ("warning", "warn", "error"):
            what = self.paint(YELLOW, self._rest(line))
        else:
            what = None
        if what is None:
            return None
        return f"{self.paint(DIM, clock(line))}  {what}"

    def _status(self, status):
        return self.paint(ENDINGS.get(status, BOLD), status)

    def _row(self, line, what, remark=""):
        job = f"{line['training_job']:<28}"
        return f"{job}  {what}" + (f"  {self.paint(DIM, remark)}" if remark else "")

    def _job_appeared(self, line):
        status = line["secondary_status"]
        self._last[line["training_job"]] = status
        over = ", since before we looked" if line["already_ended"] == "true" else ""
        return self._row(line, f"is {self._status(status)}{over}")

    def _transition(self, line):
        status = line["secondary_status"]
        before = self._last.get(line["training_job"])
        self._last[line["training_job"]] = status
        arrow = f"{before} → " if before and before != status else "→ "
        return self._row(line, arrow + self._status(status), short(line.get("message", ""), 60))

    def _job_ended(self, line):
        if line["outcome"] == "completed":
            return None  # its last transition said so
        return self._row(
            line, f"ended: {line['outcome'].replace('_', ' ')}",
            short(line.get("failure_reason", ""), 60),
        )

    def _name_reused(self, line):
        self._last.pop(line["training_job"], None)
        return self._row(line, "is a new job of the same name")

    def _job_missing(self, line):
        self._last.pop(line["training_job"], None)
        never = line.get("last_status") == "never seen"
        return self._row(line, "does not exist yet" if never else "has been deleted")

    def _alert_fired(self, line):
        # The identity of an alert is written name{label="value",…}.
        name, labels = line["alert"].split("{", 1)
        labels = dict(re.findall(r'(\w+)="((?:\\.|[^"\\])*)"', labels))
        remark = f"{labels.get('severity')}, failure_class {labels.get('failure_class')}"
        return self._row(labels, self.paint(RED, f"ALERT {name}"), remark)

    def _watching(self, line):
        return f"watching {line['jobs']} jobs, {line['live']} live, {line['alerts']} alerts"

    def _message_changed(self, line):
        return None

    def _rest(self, line):
        fields = " ".join(f"{k}={short(str(v), 80)}" for k, v in line.items() if k not in FRAME)
        return " ".join(part for part in (line["msg"], line.get("training_job"), fields) if part)


def clock(line):
    return re.sub(r".*T(\d\d:\d\d:\d\d).*", r"\1", line.get("time") or line.get("ts") or "")


def short(text, width):
    """One line of at most `width` characters, without what a terminal would obey."""
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def main():
    speak = speaker(sys.stdout.isatty())
    for text in sys.stdin:
        try:
            said = speak.say(json.loads(text))
        except (ValueError, KeyError):
            said = text.rstrip()  # not a line that we know: as it is
        if said is not None:
            print(said, flush=True)


if __name__ == "__main__":
    main()
