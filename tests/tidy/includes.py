"""Who may include whom: the graph of daemon/README.md, for our own headers and everybody else's."""

import fnmatch
import re

# Our own layers. A layer sees itself and what stands here; nothing sees more.
LAYERS = {
    "base": set(),
    "domain": {"base"},
    "core": {"domain", "base"},
    "proto": {"domain", "base"},
    "wire": {"domain", "base"},
    "io": {"wire", "proto", "domain", "base"},
    "app": {"core", "io", "wire", "proto", "domain", "base"},
}
EVERYTHING = set(LAYERS)
# The tests of a layer see what it sees; these see something else. The simulator is the oracle of
# the end-to-end tests: it must not share an opinion with the engine.
TESTS = {
    "core": LAYERS["core"] | {"wire"},
    "proto": LAYERS["proto"] | {"wire"},
    "fuzz": {"wire", "domain", "base"},
    "sim": {"core", "wire", "domain", "base"},
    "simulator": {"io", "wire", "proto", "domain", "base"},
    "bench": EVERYTHING,
    "e2e": EVERYTHING,
    "support": EVERYTHING,
}

# Other people's headers: where each may be named, as patterns of our files, and why not elsewhere.
# The first pattern that matches the included name decides.
SHELL = ["daemon/io/*", "daemon/app/*", "tests/io/*", "tests/app/*", "tests/simulator/*",
         "tests/e2e/*", "tests/bench/*", "tests/support/*"]
SHELL_TESTS = [pattern for pattern in SHELL if pattern.startswith("tests/")]
SHELL_CPP = ["daemon/io/*.cpp", "daemon/app/*.cpp"] + SHELL_TESTS
EXTERNAL = [
    ("boost/beast/*", ["daemon/wire/http_codec.cpp", "daemon/wire/beast.cpp"],
     "Beast costs 5 s a file: go through wire/http_codec.hpp"),
    ("boost/asio/awaitable.hpp", SHELL, "coroutines live in io/ and app/driver.cpp"),
    ("boost/asio/any_io_executor.hpp", SHELL, "coroutines live in io/ and app/driver.cpp"),
    ("boost/asio/as_tuple.hpp", SHELL, "coroutines live in io/ and app/driver.cpp"),
    ("boost/asio/use_awaitable.hpp", SHELL, "coroutines live in io/ and app/driver.cpp"),
    ("boost/asio/io_context.hpp", SHELL_CPP + ["daemon/app/*"], "an executor is enough"),
    ("boost/asio/signal_set.hpp", ["daemon/app/*"] + SHELL_TESTS, "signals are wiring's"),
    ("boost/asio/ssl*", ["daemon/io/*.cpp", "tests/io/*", "tests/bench/*"],
     "TLS hides behind io/byte_stream.hpp"),
    ("boost/asio/*", SHELL_CPP + ["daemon/io/control_line.hpp", "daemon/io/dial.hpp", "daemon/io/socket_stream.hpp"],
     "Asio is the shell's; a header names awaitable<> and executors, not streams and timers"),
    ("boost/json*", ["daemon/wire/*.cpp", "tests/*"], "JSON is decoded in a .cpp of wire/"),
    ("boost/url*", ["daemon/wire/*.cpp", "tests/*"], "use wire/url.hpp"),
    ("boost/static_string/*", ["daemon/wire/*.cpp"], "a bounded text without an allocation is for decoders"),
    ("boost/property_tree/*", ["daemon/wire/xml_tree.cpp"], "go through wire/xml_tree.hpp"),
    ("boost/system/*", ["*"], ""),
    ("openssl/ssl.h", ["daemon/io/*.cpp"] + SHELL_TESTS, "TLS hides behind io/byte_stream.hpp"),
    ("openssl/*", ["daemon/wire/*.cpp", "daemon/io/*.cpp", "tests/*"],
     "digests are wire's, TLS is io's, both in a .cpp"),
    ("yaml-cpp/*", ["daemon/wire/settings_yaml*.cpp", "tests/simulator/scenario*.cpp"],
     "go through wire/settings_yaml.hpp"),
    ("re2/*", ["daemon/core/failure_reason.cpp", "daemon/core/claims.cpp",
               "daemon/wire/settings_yaml*.cpp"],
     "patterns of the configuration: checked in wire/, applied in core/failure_reason.hpp and "
     "core/claims.hpp"),
    ("zlib.h", ["daemon/wire/deflate.cpp"], "go through wire/deflate.hpp"),
    ("spdlog/*", ["daemon/io/log.cpp"], "go through io/log.hpp"),
    ("systemd/*", ["daemon/io/service_manager.cpp"], "go through io/service_manager.hpp"),
    ("sqlite3.h", ["daemon/io/store_sqlite.cpp", "tests/io/store_*", "tests/support/faulty_disk.*",
                    "tests/bench/ledger_*.cpp"], "go through io/store.hpp"),
    ("prometheus/*", ["daemon/wire/*.cpp", "tests/wire/*.cpp", "tests/bench/*.cpp"],
     "metrics are rendered by wire/exposition.hpp"),
    ("CLI/*", ["daemon/app/options*.cpp", "tests/simulator/*.cpp", "tests/sim/*.cpp",
               "tests/bench/*.cpp"], "argv is read in app/options.cpp"),
    ("gtest/*", ["tests/*"], "GoogleTest is for tests"),
    ("gmock/*", ["tests/*"], "GoogleTest is for tests"),
    ("benchmark/*", ["tests/bench/*"], "benchmarks live in tests/bench"),
]
# The system's own C headers: the shell's business.
POSIX = re.compile(r"((sys|netinet|arpa|linux|net)/)?\w+\.h")
POSIX_ALLOWED = ["daemon/io/*.cpp", "daemon/app/*.cpp", "tests/*"]

# Headers of ours that name heavy ones: for the .cpp files of their layer.
HEAVY = {"io/control_line.hpp", "io/dial.hpp", "io/socket_stream.hpp"}

# Standard headers that bring a clock, a thread, a lock or the outside world.
STANDARD = [
    ({"thread", "stop_token"}, ["daemon/io/*.cpp", "tests/*"],
     "one thread decides; what blocks hides behind an interface of io/"),
    ({"mutex", "shared_mutex", "atomic", "condition_variable", "future", "semaphore", "latch",
      "barrier"}, ["daemon/io/*.cpp", "tests/*"], "one thread decides: there is nothing to lock"),
    ({"iostream", "fstream", "filesystem", "syncstream", "csignal"},
     ["daemon/io/*.cpp", "daemon/app/*.cpp", "tests/*"],
     "input and output are the shell's (io/, app/)"),
    ({"random"}, ["daemon/app/*.cpp", "tests/bench/*"],
     "std distributions differ between libraries: use base/random.hpp"),
]

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)


def _matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _own(path, name):
    """What is wrong with `path` including our header `name`, or None."""
    if name in HEAVY and path.endswith(".hpp"):
        return "it drags Asio's streams along: include it in the .cpp"
    where, part = path.split("/")[:2] if path.count("/") > 1 else (path.split("/")[0], "")
    target = name.split("/")
    if target[0] == "tests":
        return None if where == "tests" else "the daemon does not include its tests"
    if target[0] not in LAYERS:
        # A neighbour in the same folder of tests, or a generated header.
        return None if where == "tests" else f"say which layer: \"{part}/{name}\""
    if where == "tests":
        allowed = TESTS.get(part, LAYERS.get(part, EVERYTHING) | {part})
        allowed = allowed | {part}
    else:
        allowed = LAYERS.get(part, set()) | {part}
    if target[0] in allowed:
        return None
    seen = ", ".join(sorted(allowed & EVERYTHING)) or "nothing of ours"
    return f"{where}/{part} does not see {target[0]} (it sees {seen}); pass a value instead"


def _foreign(path, name):
    for pattern, places, cure in EXTERNAL:
        if fnmatch.fnmatchcase(name, pattern):
            return None if _matches(path, places) else cure
    for names, places, cure in STANDARD:
        if name in names:
            return None if _matches(path, places) else cure
    if POSIX.fullmatch(name):
        return None if _matches(path, POSIX_ALLOWED) else "the system is the shell's (io/, app/)"
    if "/" in name:
        return "a new dependency: say in tests/tidy/includes.py who may include it, and why"
    return None


def own_header_comes_first(path, text, has_header):
    """Yields (line, message) when `path` has a header of its name and includes another one first.

    That the source compiles proves its header complete then, and nobody compiles the header alone.
    """
    if not path.endswith(".cpp") or not has_header:
        return
    own = path[: -len(".cpp")].removeprefix("daemon/") + ".hpp"
    first = _INCLUDE.search(text)
    if first is None or first[2] not in (own, own.rsplit("/", 1)[-1]):
        line = text.count("\n", 0, first.start(2)) + 1 if first else 1
        yield line, f"include {own} first: compiling this file is what proves that header complete"


def check(path, text):
    """Yields (line, message) for each include of the C++ file `path` that the house forbids."""
    names = []
    for match in _INCLUDE.finditer(text):
        quote, name = match.groups()
        names.append(name)
        complaint = _own(path, name) if quote == '"' else _foreign(path, name)
        if complaint is not None:
            line = text.count("\n", 0, match.start(2)) + 1
            yield line, f"may not include {name}: {complaint}"
    if any(n.startswith("boost/beast/") for n in names) and any(
        n.startswith("boost/asio/ssl") for n in names
    ):
        yield 1, "Beast and ssl_stream in one file cost 25 s of compiling: split them"
    if path.endswith(".hpp") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "a header says #pragma once"
