"""Compares what receivers were told with what is true: nothing lost, nothing twice, nothing ended.

Pure: no process and no clock. `told` is a Counter of what was heard, so that a thousand repetitions
cost one entry; `expected` comes from the simulator's truth alone, never from the daemon.
"""

import collections
import dataclasses
import datetime
import json


@dataclasses.dataclass(frozen=True, order=True)
class Told:
    """One alert of one message, or as a receiver shows it."""

    by: str  # where it was heard
    key: tuple  # (alertname, job, created in milliseconds)
    identity: str  # all of its labels
    starts_at: int  # milliseconds since the epoch
    firing: bool


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def key_of(labels):
    return labels["alertname"], labels["training_job"], milliseconds(labels["created"])


# How a job ended; each is told once and stays.
ENDS = ("TrainingJobFailed", "TrainingJobMaxRuntimeExceeded", "TrainingJobMaxWaitExceeded", "TrainingJobStopped")


def told(by, labels, starts_at, firing):
    """None for what may come and go: what a daemon says of itself, and of jobs that go on."""
    if "training_job" not in labels or labels["alertname"] not in ENDS:
        return None
    identity = json.dumps(labels, sort_keys=True)
    return Told(by, key_of(labels), identity, milliseconds(starts_at), firing)


def expected_of(truth, not_before):
    """The keys that the jobs of /truth call for; what ended before `not_before` is the past."""
    return {
        (alert, job["name"], round(job["created"] * 1000))
        for job in truth["jobs"] if job["ended"] and job["ended_at"] >= not_before
        for alert in job["expected_alerts"]
    }


def name_of(key):
    alertname, job, created = key
    when = datetime.datetime.fromtimestamp(created / 1000, datetime.timezone.utc)
    return f"{alertname} of {job}, created {when:%H:%M:%S.%f}"


def lost(expected, heard, holders):
    """Each alert that is called for and missing at one of `holders`."""
    have = {(each.by, each.key) for each in heard if each.firing}
    for key in sorted(expected):
        for holder in holders:
            if (holder, key) not in have:
                yield f"LOST: {name_of(key)} never reached {holder}"


def uncalled_for(expected, heard):
    for by, key in sorted({(each.by, each.key) for each in heard}):
        if key not in expected:
            yield f"FALSE: {name_of(key)} at {by}, though nothing calls for it"


def doubled(heard):
    """An alert with two sets of labels, or two beginnings: receivers take these for two."""
    identities = collections.defaultdict(set)
    beginnings = collections.defaultdict(set)
    for each in heard:
        identities[each.key].add(each.identity)
        beginnings[each.key].add(each.starts_at)
    for key, variants in sorted(identities.items()):
        if len(variants) > 1:
            yield f"DUPLICATE: {name_of(key)} has {len(variants)} identities: " + " ".join(
                sorted(variants)
            )
    for key, times in sorted(beginnings.items()):
        if len(times) > 1:
            yield f"MOVED: startsAt of {name_of(key)} was " + ", then ".join(
                map(str, sorted(times))
            )


def ended(heard):
    """A terminal alert is held for a day: no test lasts so long."""
    for by, key in sorted({(each.by, each.key) for each in heard if not each.firing}):
        yield f"FALSE RESOLVE: {name_of(key)} was ended at {by}"


def paged_again(heard, pager, most):
    """`most`: a page, and one more for each time that the Alertmanager itself was stopped."""
    pages = collections.Counter()
    for each, times in heard.items():
        if each.by == pager and each.firing:
            pages[each.key] += times
    for key, times in sorted(pages.items()):
        if times > most:
            yield f"PAGED {times} times: {name_of(key)}, at most {most} may be"


def told_before_kept(heard, kept):
    """What left before it was on the disk; `kept`: {key: startsAt} of the ledger after a kill."""
    sent = {(each.key, each.starts_at) for each in heard if each.firing}
    for key, starts_at in sorted(sent):
        if kept.get(key) != starts_at:
            yield f"NOT KEPT: {name_of(key)} was told and the ledger has {kept.get(key)} of it"


def ends_of(truth, not_before):
    """{outcome: how many jobs ended so}, of those that ended since."""
    return collections.Counter(
        job["outcome"] for job in truth["jobs"]
        if job["ended"] and job["ended_at"] >= not_before
    )


def complaints(expected, heard, holders):
    """Each difference as a sentence that names the job; none when all is as it should be."""
    return [
        *lost(expected, heard, holders), *uncalled_for(expected, heard), *doubled(heard),
        *ended(heard),
    ]
