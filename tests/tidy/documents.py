"""Every document has exactly one title, in its first line."""

import re


def check(text):
    fenced = False
    titles = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(r" {0,3}(```|~~~)", line):
            fenced = not fenced
        elif not fenced and re.match(r"# \S", line):
            titles.append(number)
    if not lines or titles[:1] != [1]:
        yield 1, "a document opens with its title: `# …`"
    for number in titles[1:]:
        yield number, "a second title: make it a `## …`"
    if fenced:
        yield len(lines), "a code block is never closed"
