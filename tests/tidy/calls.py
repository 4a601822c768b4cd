"""Calls that belong to one file, and coroutine forms that the compiler gets wrong."""

import fnmatch
import re

from source import line_of

CLOCKED_TESTS = ["tests/bench/*", "tests/e2e/*", "tests/simulator/*", "tests/io/*",
                 "tests/support/*"]
# (what, where it may stand, what to do instead), over code without comments and literals.
CALLS = [
    (r"::now\s*\(|\b(?:clock_gettime|gettimeofday|timespec_get)\s*\(|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)",
     ["daemon/io/clock.cpp"] + CLOCKED_TESTS,
     "time is an argument; only io/clock.cpp asks the machine"),
    (r"\b(?:sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep)\s*\(|(?<![\w.>])(?:::)?sleep\s*\(",
     [], "wait for the event itself; in tests move a virtual clock or read what the other side says"),
    # A program that is started inherits the environment; nothing is read there.
    (r"\b(?:secure_)?getenv\s*\(|\benviron\b",
     ["daemon/app/options*.cpp", "daemon/io/program_spawn.cpp", "tests/*"],
     "the environment is read once, under app/options"),
    (r"(?<![\w.>])(?:std::|::)?s?rand(?:om)?(?:_r)?\s*\(\s*\)|\bsrand\s*\(|\bstd::(?:mt19937|minstd_rand|default_random_engine|uniform_\w+_distribution)\b",
     ["daemon/base/random.cpp"], "use base/random.hpp: the same seed gives the same run everywhere"),
    (r"\brandom_device\b", ["daemon/app/*.cpp", "tests/bench/*"],
     "a seed comes in as an argument; only app/ draws one"),
    (r"\bco_(?:await|return|yield)\b",
     ["daemon/io/*", "daemon/app/driver.cpp", "tests/io/*", "tests/app/*", "tests/simulator/*",
      "tests/e2e/*", "tests/bench/*", "tests/support/*"],
     "coroutines live in io/ and app/driver.cpp; everything else computes and returns"),
    (r"\bthrow\b(?!\s*\()", ["daemon/base/failure.cpp", "daemon/wire/*.cpp", "daemon/app/*.cpp", "tests/*"],
     "the world's failures are result<T>, our bugs are CHECK"),
]
_CALLS = [(re.compile(what), places, cure) for what, places, cure in CALLS]

# Statements that wait for time to pass, in the languages that the tests use besides C++.
SCRIPT_SLEEPS = {
    ".py": re.compile(r"\b(?:time|asyncio)\.sleep\s*\(|\bfrom time import .*\bsleep\b"),
    ".sh": re.compile(r"(?:^|[;&|(]|\bdo\b|\bthen\b)\s*sleep\s+[\d.$]", re.MULTILINE),
    ".mjs": re.compile(r"\bsetTimeout\s*\("),
    ".js": re.compile(r"\bsetTimeout\s*\("),
}

_AWAIT = re.compile(r"\bco_await\b")
_CAPTURE = re.compile(r"(?<![\w\)\]])\[\s*[^\]\s]")
_TEMPORARY = re.compile(r"\bstd::(?:string|vector|map|optional|function|shared_ptr|unique_ptr)\b"
                        r"(?:<[^;{}]*>)?\s*\(")


def awaited(code, start):
    """The expression awaited at `start`, up to its `;` or the bracket that encloses it."""
    depth = 0
    for end in range(start, len(code)):
        character = code[end]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return code[start:end]
        elif character == ";" and depth <= 0:
            return code[start:end]
    return code[start:]


def check_awaits(code):
    """GCC 12.2 destroys temporaries of an awaited expression twice; each cure is a name above."""
    for match in _AWAIT.finditer(code):
        expression = awaited(code, match.end())
        line = line_of(code, match.start())
        if _CAPTURE.search(expression):
            yield line, "a lambda with captures in a co_await: give it a name on the line above"
        elif "{" in expression:
            yield line, "a braced temporary in a co_await: give it a name on the line above"
        if re.search(r"\?(?!\?)", expression):
            yield line, "a ?: in a co_await: choose on the line above"
        if '"' in expression or _TEMPORARY.search(expression):
            yield line, "a temporary string or container in a co_await: name it on the line above"


def check(path, code):
    """Yields (line, message) for the C++ file `path`; `code` has no comments and literals."""
    for pattern, places, cure in _CALLS:
        if any(fnmatch.fnmatchcase(path, place) for place in places):
            continue
        for match in pattern.finditer(code):
            yield line_of(code, match.start()), f"{match[0].strip('( ')}: {cure}"
    yield from check_awaits(code)


def check_script(path, text):
    """Yields (line, message) for a script of the tests that sleeps."""
    pattern = SCRIPT_SLEEPS.get(path[path.rfind(".") :])
    for match in pattern.finditer(text) if pattern else ():
        yield line_of(text, match.end()), (
            "sleeps: wait for the event itself (a line of output, a file descriptor, an answer)"
        )
