#!/usr/bin/python3
"""Compares what Prometheus and Alertmanager hold with what the simulator says is true.

    demo_check.py --truth URL (--prometheus URL --alertmanager URL | --metrics URL) --within SECONDS

Ends with 0 as soon as every job has played its scenario and nothing differs; with 1 when the time
is over, after naming each difference. With --metrics it reads the daemon itself and no alerts.
"""

import argparse
import datetime
import json
import re
import sys
import time
import urllib.parse
import urllib.request

PREFIX = "sagemaker_training_job_"
IDENTITY = ("training_job", "account_id", "aws_region")
# What Prometheus adds to each series of a target.
OF_THE_TARGET = ("__name__", "instance", "job")
ANY = object()  # the value is not the simulator's to know
DELETING = ("status", (("status", "Deleting"),))
# The families that the simulator knows the truth of: the default set. Others may be switched on.
COMPARED = {
    "status", "secondary_status", "outcome", "created_timestamp_seconds",
    "started_timestamp_seconds", "ended_timestamp_seconds", "last_transition_timestamp_seconds",
    "deadline_timestamp_seconds", "training_seconds", "billable_seconds", "instances",
    "interruptions_total",
}
STATES = {"status", "secondary_status"}


# All of it is on this machine: no proxy of the environment has a say.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def fetch(url):
    with _open(url, timeout=10) as answer:
        return answer.read().decode()


# ---- what is ----------------------------------------------------------------------------------


def series_of_prometheus(url):
    """[(name, labels, value)] of every per-job series that is current in Prometheus."""
    query = urllib.parse.urlencode({"query": f'{{__name__=~"{PREFIX}.+"}}'})
    answer = json.loads(fetch(f"{url}/api/v1/query?{query}"))
    for entry in answer["data"]["result"]:
        labels = entry["metric"]
        kept = {name: text for name, text in labels.items() if name not in OF_THE_TARGET}
        yield labels["__name__"], kept, float(entry["value"][1])


def series_of_text(text):
    """The same from the text of /metrics."""
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if match and match[1].startswith(PREFIX):
            pairs = re.findall(r'(\w+)="((?:\\.|[^"\\])*)"', match[2] or "")
            labels = {name: re.sub(r"\\(.)", unescape, value) for name, value in pairs}
            yield match[1], labels, float(match[3])


def unescape(match):
    return "\n" if match[1] == "n" else match[1]


# How a job ended. What goes on with one (near its deadline, stuck, …) comes and goes with time.
ENDS = (
    "TrainingJobFailed", "TrainingJobMaxRuntimeExceeded", "TrainingJobMaxWaitExceeded",
    "TrainingJobStopped",
)


def alerts_of_alertmanager(url):
    """[(alertname, job, created)] of the alerts about jobs that Alertmanager holds."""
    alerts = json.loads(fetch(f"{url}/api/v2/alerts?active=true&silenced=true&inhibited=true"))
    for alert in alerts:
        labels = alert["labels"]
        if "training_job" not in labels:
            continue
        created = datetime.datetime.fromisoformat(labels["created"].replace("Z", "+00:00"))
        yield labels["alertname"], labels["training_job"], round(created.timestamp(), 3)


# ---- what should be ---------------------------------------------------------------------------


def owners(truth):
    """The newest life of each name: it owns the name's series."""
    newest = {}
    for job in truth["jobs"]:
        if job["changes"] and job["created"] <= truth["now"]:
            key = (job["name"], job["account"], job["region"])
            if key not in newest or newest[key]["created"] < job["created"]:
                newest[key] = job
    return newest


def expected_series(job, seen):
    """{(name without prefix, its own labels): value} of one job; ANY for a free value."""
    entered = [change for change in job["changes"] if change["change"] == "transition"]
    statuses = [change["status"] for change in job["changes"] if "status" in change]
    # The last moments of a job that is gone: a poll may have missed them.
    if not job["exists"] and statuses[-1] == "Deleting" and DELETING not in seen:
        statuses = [status for status in statuses if status != "Deleting"]
    series = {}

    def expect(name, value, **labels):
        series[name, tuple(sorted(labels.items()))] = value

    expect("status", 1, status=statuses[-1])
    expect("secondary_status", 1, secondary_status=entered[-1]["secondary_status"])
    expect("created_timestamp_seconds", job["created"])
    expect("last_transition_timestamp_seconds", entered[-1]["at"])
    interruptions = [c for c in entered if c["secondary_status"] == "Interrupted"]
    expect("interruptions_total", len(interruptions))
    for instance_type, count in job["instances"].items():
        expect("instances", count, instance_type=instance_type)
    if job["training_started_at"] is not None:
        expect("started_timestamp_seconds", job["training_started_at"])
    for member, name in (("training_seconds", "training_seconds"),
                         ("billable_seconds", "billable_seconds")):
        if job[member] is not None:
            expect(name, job[member] if job["ended"] else ANY)
    if job["ended"]:
        expect("outcome", 1, outcome=job["outcome"])
        expect("ended_timestamp_seconds", job["ended_at"])
    else:
        for limit, at in deadlines(job):
            expect("deadline_timestamp_seconds", at, limit=limit)
    return series


def deadlines(job):
    """(limit, time) of a live job; ANY for a spot job, whose clock stands while it is interrupted."""
    limits, started = job["limits"], job["training_started_at"]
    if "max_runtime" in limits and started is not None:
        yield "max_runtime", ANY if job["spot"] else started + limits["max_runtime"]
    if "max_wait" in limits:
        yield "max_wait", job["created"] + limits["max_wait"]
    if "max_pending" in limits and started is None:
        yield "max_pending", job["created"] + limits["max_pending"]


def expected_alerts(truth):
    for job in truth["jobs"]:
        if job["ended"]:
            for name in job["expected_alerts"]:
                yield name, job["name"], job["created"]


# ---- the comparison ---------------------------------------------------------------------------


def same(expected, actual):
    return expected is ANY or abs(expected - actual) < 0.002


def show(name, labels):
    inside = ",".join(f'{label}="{value}"' for label, value in labels)
    return PREFIX + name + (f"{{{inside}}}" if inside else "")


def compare_info(job, found):
    if len(found) != 1:
        yield f"{len(found)} info series instead of one"
        return
    labels = found[0]
    spot = "true" if job["spot"] else "false"
    for label, wanted in (("training_job_arn", job["arn"]), ("spot", spot)):
        if labels.get(label) != wanted:
            yield f"info says {label}={labels.get(label)!r}, true is {wanted!r}"
    if not labels.get("watch_list"):
        yield "info does not name the watch list"


def compare_job(job, series):
    """Yields what differs between one job's truth and its [(name, labels, value)]."""
    yield from compare_info(job, [labels for name, labels, _ in series if name == "info"])
    seen = {}
    for name, labels, value in series:
        if name not in COMPARED:
            continue
        # Of a state set the zeros are not the present state.
        if name in STATES and value == 0:
            continue
        # How a failure is classed is the daemon's word; that it is classed is checked.
        if name == "outcome" and not labels.pop("failure_class", ""):
            yield "outcome without a failure_class"
        seen[name, tuple(sorted(labels.items()))] = value
    wanted = expected_series(job, seen)
    for key in sorted(wanted.keys() - seen.keys()):
        yield f"{show(*key)} is missing"
    for key in sorted(seen.keys() - wanted.keys()):
        yield f"{show(*key)} should not be there"
    for key in sorted(seen.keys() & wanted.keys()):
        if not same(wanted[key], seen[key]):
            yield f"{show(*key)} is {seen[key]}, true is {wanted[key]}"


def compare_series(truth, series):
    by_job = {}
    for name, labels, value in series:
        if all(label in labels for label in IDENTITY):
            key = tuple(labels[label] for label in IDENTITY)
            rest = {n: v for n, v in labels.items() if n not in IDENTITY}
            by_job.setdefault(key, []).append((name.removeprefix(PREFIX), rest, value))
    jobs = owners(truth)
    for key in sorted(by_job.keys() - jobs.keys()):
        yield f"{key[0]}: has series, but there is no such job"
    for key, job in sorted(jobs.items()):
        for difference in compare_job(job, by_job.get(key, [])):
            yield f"{job['name']}: {difference}"


def compare_alerts(truth, alerts):
    alerts = list(alerts)
    found = sorted(alert for alert in alerts if alert[0] in ENDS)
    ended = {(job["name"], round(job["created"], 3)) for job in truth["jobs"] if job["ended"]}
    for alert in sorted(set(alerts) - set(found)):
        # What a rule found stays for a day.
        if alert[1:] in ended and alert[0] != "TrainingJobRuleIssue":
            yield f"{alert[1]}: Alertmanager still has {alert[0]}, and the job has ended"
    wanted = sorted(expected_alerts(truth))
    for alert in sorted(set(wanted) - set(found)):
        yield f"{alert[1]}: Alertmanager does not have {alert[0]}"
    for alert in sorted(set(found) - set(wanted)):
        yield f"{alert[1]}: Alertmanager has {alert[0]}, which nothing calls for"
    for alert in sorted({alert for alert in found if found.count(alert) > 1}):
        yield f"{alert[1]}: Alertmanager has {alert[0]} {found.count(alert)} times"


def still_playing(truth):
    return [job["name"] for job in truth["jobs"] if job["planned"]]


# ---- the loop ---------------------------------------------------------------------------------


def look(options):
    """(the truth, what differs from it now)"""
    truth = json.loads(fetch(options.truth))
    if options.metrics:
        found = list(series_of_text(fetch(options.metrics)))
        return truth, list(compare_series(truth, found))
    found = list(series_of_prometheus(options.prometheus))
    alerts = list(alerts_of_alertmanager(options.alertmanager))
    return truth, [*compare_series(truth, found), *compare_alerts(truth, alerts)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("truth", "prometheus", "alertmanager", "metrics"):
        parser.add_argument("--" + name, metavar="URL")
    parser.add_argument("--within", type=float, default=180, metavar="SECONDS")
    options = parser.parse_args()
    deadline = time.monotonic() + options.within
    while True:
        try:
            truth, differences = look(options)
            playing = still_playing(truth)
        except OSError as error:
            truth, differences, playing = None, [f"no answer: {error}"], []
        if not differences and not playing:
            alerts = len(list(expected_alerts(truth)))
            held = "" if options.metrics else f", and Alertmanager exactly the {alerts} alerts"
            print(f"check: right for all {len(owners(truth))} jobs{held}")
            return 0
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    for name in playing:
        print(f"check: {name}: its scenario is not over after {options.within:.0f} s")
    for difference in differences:
        print(f"check: {difference}")
    print(f"check: {len(differences) + len(playing)} differences")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
