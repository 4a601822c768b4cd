"""The manual and the completion know what the program knows: each command, each flag."""

import re
import subprocess

import harness
from harness import ROOT, TRAINWATCHD

MANUAL = ROOT / "deploy" / "man" / "trainwatchd.1"
COMPLETION = ROOT / "deploy" / "completion" / "trainwatchd"


class Help(harness.EndToEnd):
    def help(self, *command):
        code, out, err = self.run_to_end(TRAINWATCHD, *command, "--help", environment={})
        self.assertEqual((code, err), (0, ""))
        return out

    def commands(self):
        listed = self.help().split("Subcommands:\n")[1].split("\n\n")[0]
        return re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)

    def flags(self, *command):
        return set(re.findall(r"^  (?:-h,)?(--[a-z.-]+)", self.help(*command), re.MULTILINE))

    def complete(self, *words):
        """What bash offers for the last of `words`."""
        script = (
            'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trainwatchd;'
            ' printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", script, "bash", str(COMPLETION), "trainwatchd", *words],
            capture_output=True, text=True, timeout=harness.PATIENCE, cwd=self.directory,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def test_lists_commands(self):
        self.assertGreater(len(self.commands()), 10)

    def test_is_the_completion_too(self):
        self.assertEqual(self.complete(""), {*self.commands(), *self.flags()})
        for command in self.commands():
            self.assertEqual(self.complete(command, "-"), self.flags(command), command)

    def test_values_are_completed(self):
        self.write("a.yaml", "")
        self.assertEqual(self.complete("run", "--log.level", "w"), {"warn"})
        self.assertEqual(self.complete("run", "--log.level", "=", "w"), {"warn"})
        self.assertEqual(self.complete("describe", "--output", "="), {"text", "json"})
        self.assertEqual(self.complete("test-alert", "--config.file", "a"), {"a.yaml"})
        self.assertEqual(self.complete("check-config", "a"), {"a.yaml"})
        self.assertEqual(self.complete("wait", "--timeout", ""), set())

    def test_is_the_manual_too(self):
        manual = MANUAL.read_text().replace("\\-", "-")
        commands, flags = manual.split(".SH COMMANDS")[1].split(".SH FLAGS")
        for command in self.commands():
            self.assertRegex(commands, rf"\n\.[A-Z]+ {command}[ \n]")
            for flag in self.flags(command):
                self.assertIn(flag, manual, f"{flag} of {command}")
        for flag in set(re.findall(r"--[a-z.]+[a-z-]*", flags)):
            known = self.flags().union(*(self.flags(command) for command in self.commands()))
            self.assertIn(flag, known)

    def test_manual_is_well_formed(self):
        done = subprocess.run(
            ["man", "--warnings", "-l", str(MANUAL)], capture_output=True, text=True,
            timeout=harness.PATIENCE,
            env=harness.clean_environment(MANWIDTH="80", MANPAGER="cat", LC_ALL="C.UTF-8"),
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("test-alert", done.stdout)


if __name__ == "__main__":
    harness.main()
