#!/usr/bin/python3
"""What would break the house, as a test: tidy.py [ROOT]. Each line names a place and its cure."""

import pathlib
import sys

import calls
import documents
import includes
import source


def complaints(root):
    root = pathlib.Path(root)
    for path in source.files(root, ".cpp", ".hpp"):
        text = (root / path).read_text(encoding="utf-8")
        code = source.code_of(text)
        has_header = (root / path).with_suffix(".hpp").exists()
        for line, message in [
            *includes.check(path, text),
            *includes.own_header_comes_first(path, text, has_header),
            *calls.check(path, code),
        ]:
            yield path, line, message
    for path in source.files(root, *calls.SCRIPT_SLEEPS):
        if path.startswith("tests/") and not path.startswith("tests/tidy/"):
            for line, message in calls.check_script(path, (root / path).read_text("utf-8")):
                yield path, line, message
    for path in source.files(root, ".md"):
        for line, message in documents.check((root / path).read_text(encoding="utf-8")):
            yield path, line, message


def main(root):
    found = 0
    for path, line, message in complaints(root):
        print(f"{path}:{line}: {message}")
        found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]))
