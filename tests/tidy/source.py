"""Source files as the checks want to see them: which there are, and their code without its text."""

import pathlib
import re

SKIPPED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__"}

# A comment, or a literal whose inside is nobody's call. Raw strings come first: they may hold
# anything, quotes included.
_TEXT = re.compile(
    r"""(?P<raw>R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)")"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<character>(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+')""",
    re.DOTALL,
)


def files(root, *suffixes):
    """All files below `root` with one of the suffixes, as sorted relative paths."""
    found = []
    folders = [pathlib.Path(root)]
    while folders:
        for entry in folders.pop().iterdir():
            if entry.is_dir() and not entry.is_symlink():
                if entry.name not in SKIPPED_FOLDERS:
                    folders.append(entry)
            elif entry.suffix in suffixes:
                found.append(entry.relative_to(root).as_posix())
    return sorted(found)


def code_of(text):
    """C++ `text` with comments blanked and literals emptied; every line keeps its number."""

    def blank(match):
        kept = '""' if match["string"] or match["raw"] else "''" if match["character"] else " "
        return kept + "\n" * match[0].count("\n")

    return _TEXT.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
