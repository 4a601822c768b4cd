#!/usr/bin/python3
"""What the hardening flags promise, read from the program itself: hardening.py PROGRAM."""

import re
import subprocess
import sys

# (promise, readelf's view of it, pattern that has to be there, what brings it)
PROMISES = [
    ("loads at a random address", "-hW", r"Type:\s+DYN", "-fPIE -pie"),
    ("relocations become read-only", "-lW", r"GNU_RELRO", "-Wl,-z,relro"),
    ("every symbol is bound before main", "-dW", r"BIND_NOW|FLAGS_1.*NOW", "-Wl,-z,now"),
    ("stack is not executable", "-lW", r"GNU_STACK.* RW +0x", "no executable-stack object"),
    ("stack frames are checked", "--dyn-syms -W", r"__stack_chk_fail", "-fstack-protector-strong"),
    ("libc calls are checked", "--dyn-syms -W", r"__\w+_chk@", "-D_FORTIFY_SOURCE"),
    ("containers are checked", "--dyn-syms -W", r"__glibcxx_assert_fail", "-D_GLIBCXX_ASSERTIONS"),
]


def main(program):
    broken = 0
    for promise, view, pattern, bringer in PROMISES:
        seen = subprocess.run(
            ["readelf", *view.split(), program], capture_output=True, text=True, check=True
        ).stdout
        if not re.search(pattern, seen):
            print(f"{program}: not so: {promise} (missing {bringer})")
            broken += 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
