"""deploy/install-deps.sh against a pretended Debian: dpkg-query, apt-get and the rest are fakes."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "deploy" / "install-deps.sh"

# Each fake reads and writes plain lists in $WORLD, so that a test states the world before and
# reads what became of it after.
FAKES = {
    "dpkg-query": 'grep -qx "${@: -1}" "$WORLD/installed" && printf installed',
    "apt-cache": """grep -qx "$2" "$WORLD/offered" && echo "  Candidate: 1.0" ||
        echo "  Candidate: (none)" """,
    "apt-get": """echo "$*" >>"$WORLD/apt"
        for word; do case $word in
        update) cat "$WORLD/offered-after-update" >>"$WORLD/offered" ;;
        install) seen=yes ;;
        -*) ;;
        *) [ -z "${seen:-}" ] || { grep -qx "$word" "$WORLD/offered" || exit 100
            echo "$word" >>"$WORLD/installed"; } ;;
        esac; done
        "$DPKG_ROOT/usr/sbin/policy-rc.d" x start; echo "policy $?" >>"$WORLD/apt" """,
    "update-rc.d": 'echo "$*" >>"$WORLD/services"',
    "id": 'cat "$WORLD/id"',
    "sudo": "exit 1",
    "npm": "",
}
BUILD = """g++ cmake ninja-build pkg-config libboost1.81-dev libboost-json1.81-dev
    libboost-url1.81-dev libboost-system1.81-dev libssl-dev libspdlog-dev libyaml-cpp-dev
    prometheus-cpp-dev libcli11-dev libsystemd-dev libre2-dev zlib1g-dev libsqlite3-dev libgtest-dev libgmock-dev""".split()


class InstallDeps(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.world = pathlib.Path(self.directory.name)
        (self.world / "bin").mkdir()
        (self.world / "usr/sbin").mkdir(parents=True)
        for name, body in FAKES.items():
            fake = self.world / "bin" / name
            fake.write_text(f"#!/bin/bash\n{body}\n")
            fake.chmod(0o755)
        for name in ("offered", "offered-after-update", "installed"):
            self.state(name, [])
        self.state("id", ["0"])

    def state(self, name, lines):
        (self.world / name).write_text("".join(line + "\n" for line in lines))

    def lines(self, name):
        path = self.world / name
        return path.read_text().splitlines() if path.exists() else []

    def run_script(self, *groups):
        path = f"{self.world}/bin:/usr/bin:/bin"
        environment = {"PATH": path, "WORLD": str(self.world), "DPKG_ROOT": str(self.world)}
        return subprocess.run(
            [SCRIPT, *groups], env=environment, capture_output=True, text=True, check=False
        )

    @property
    def policy(self):
        return self.world / "usr/sbin/policy-rc.d"

    def test_nothing_missing_is_silent_and_touches_nothing(self):
        self.state("installed", BUILD)
        done = self.run_script("build")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.lines("apt"), [])

    def test_installs_only_what_is_missing_and_without_an_update(self):
        self.state("installed", BUILD[1:])
        self.state("offered", BUILD)
        done = self.run_script("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "deploy/install-deps.sh: apt-get install g++\n")
        self.assertEqual(len([line for line in self.lines("apt") if "install" in line]), 1)
        self.assertEqual(self.run_script("build").stdout, "")

    def test_updates_the_lists_when_they_do_not_offer_a_package(self):
        self.state("offered-after-update", BUILD)
        done = self.run_script("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("apt-get update", done.stdout.splitlines()[0])
        self.assertEqual(set(self.lines("installed")), set(BUILD))

    def test_takes_the_next_boost_where_the_first_is_not_offered(self):
        newer = [name.replace("1.81", "1.83") for name in BUILD]
        self.state("offered", newer)
        done = self.run_script("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.lines("installed")), set(newer))
        self.assertEqual(self.run_script("build").stdout, "")

    def test_a_package_that_nobody_has_fails_with_its_name(self):
        self.state("offered", BUILD[1:])
        done = self.run_script("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("g++", done.stdout)
        self.assertFalse(self.policy.exists())

    def test_without_root_it_prints_the_command_and_fails(self):
        self.state("id", ["1000"])
        self.state("installed", BUILD[2:])
        self.state("offered", BUILD)
        done = self.run_script("build")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("apt-get install --no-install-recommends cmake g++\n", done.stderr)
        self.assertEqual(self.lines("apt"), [])

    def test_without_root_and_nothing_missing_it_is_silent(self):
        self.state("id", ["1000"])
        self.state("installed", BUILD)
        self.assertEqual(self.run_script("build").returncode, 0)

    def test_services_are_forbidden_while_it_installs_and_off_afterwards(self):
        self.state("offered", ["prometheus", "prometheus-alertmanager"])
        done = self.run_script("prometheus")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.lines("apt")[-1], "policy 101")
        self.assertFalse(self.policy.exists())
        self.assertEqual(
            self.lines("services"), ["prometheus disable", "prometheus-alertmanager disable"]
        )

    def test_a_service_that_was_there_before_is_left_as_it_is(self):
        self.state("installed", ["prometheus"])
        self.state("offered", ["prometheus-alertmanager"])
        self.run_script("prometheus")
        self.assertEqual(self.lines("services"), ["prometheus-alertmanager disable"])

    def test_an_administrators_policy_stays(self):
        theirs = "#!/bin/sh\nexit 101\n"
        self.policy.write_text(theirs)
        self.policy.chmod(0o755)
        self.state("offered", BUILD)
        self.assertEqual(self.run_script("build").returncode, 0)
        self.assertEqual(self.policy.read_text(), theirs)

    def test_what_a_killed_run_left_behind_is_removed(self):
        self.state("offered", BUILD)
        self.policy.write_text(
            "#!/bin/sh\n# written by trainwatchd's deploy/install-deps.sh while it installs; "
            "safe to delete\nexit 101\n"
        )
        self.assertEqual(self.run_script("build").returncode, 0)
        self.assertFalse(self.policy.exists())

    def test_npm_is_left_alone_where_there_is_one(self):
        test_group = "python3 python3-boto3 python3-jsonschema python3-yaml curl systemd".split()
        test_group += ["binutils", "sqlite3", "man-db"]
        services = ["prometheus", "prometheus-alertmanager"]
        self.state("installed", test_group + services)
        self.assertEqual(self.run_script("test").stdout, "")

    def test_an_unknown_group_is_a_usage_error(self):
        done = self.run_script("everything")
        self.assertEqual(done.returncode, 2)
        self.assertIn("GROUP", done.stderr)


if __name__ == "__main__":
    unittest.main()
