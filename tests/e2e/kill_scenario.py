"""Some hundreds of jobs that end in every way while a daemon is killed: drawn from a seed."""

import random

SPEED = 60  # a scenario's minute is a second
LOOKBACK_HOURS = 1

# (share, kind, length in seconds, keys): the lengths are what the keys make of the kind.
KINDS = (
    (6, "failed", 5, "durations: {Starting: 1m, Downloading: 1m, Training: 2m, Uploading: 1m}"),
    (2, "failed_before_start", 2, "durations: {Starting: 2m}"),
    (3, "max_runtime_exceeded", 7,
     "durations: {Starting: 1m, Downloading: 1m, Stopping: 1m, Uploading: 1m},"
     " limits: {max_runtime: 3m}, late: 1m"),
    (1, "reused_name", 5,
     "durations: {Starting: 1m, Downloading: 1m, Training: 2m, Uploading: 1m, Deleting: 10s},"
     " deleted_after: 12m, gap: 1m"),
    (1, "max_wait_time_exceeded", 3, "limits: {max_wait: 3m, max_runtime: 2m}"),
    (3, "completed", 5, "durations: {Starting: 1m, Downloading: 1m, Training: 2m, Uploading: 1m}"),
    (1, "quick_phases", 1, "volume_gb: 30"),
    (1, "message_rewrites", 5, "durations: {Starting: 1m, Training: 2m}"),
    (1, "stopped_by_user", 5, "durations: {Starting: 1m, Training: 2m}"),
    (1, "stopped_while_starting", 3, "durations: {Starting: 1m}"),
    (2, "spot", 8,
     "cycles: 1, durations: {Starting: 1m, Downloading: 30s, Training: 1m, Interrupted: 1m}"),
    (1, "in_progress", 0, "volume_gb: 30"),
)


def draw(seed, jobs, seconds):
    """(YAML, names that are watched by name): ends spread over `seconds`, a quarter in bursts."""
    dice = random.Random(f"{seed} jobs")
    lines = []
    named = []
    burst = None
    for number in range(jobs):
        (_, kind, length, keys), = dice.choices(KINDS, [share for share, *_ in KINDS])
        if number % 20 == 0:
            burst = dice.uniform(0, seconds)
        end = burst if number % 20 < 5 else dice.uniform(0, seconds)
        name = f"{kind.replace('_', '-')}-{number}"
        # A name appears when it is created: until then, AWS does not know it.
        created = f"{round((end - length) * SPEED * 1000)}ms"
        lines.append(f"  - {{name: {name}, kind: {kind}, created: {created}, {keys}}}")
        if dice.random() < 0.2:
            named.append(name)
    # These ended before anybody watched: they are shown and never alerted.
    days = LOOKBACK_HOURS * SPEED / 24 + 1
    for number in range(5):
        lines.append(f"  - {{name: past-{number}, kind: failed, created: -{days:.0f}d}}")
    return "region: eu-west-1\njobs:\n" + "\n".join(lines) + "\n", named
