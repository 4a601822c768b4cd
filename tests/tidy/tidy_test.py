"""The checks bite: each one on a bad example, with the cure in its message, and not on a good one."""

import pathlib
import tempfile
import unittest

import calls
import documents
import includes
import source
import tidy


def include(path, *names):
    text = "#pragma once\n" + "".join(f"#include {name}\n" for name in names)
    return [f"{line}: {message}" for line, message in includes.check(path, text)]


def call(path, text):
    return [f"{line}: {message}" for line, message in calls.check(path, source.code_of(text))]


class IncludeGraph(unittest.TestCase):
    def refused(self, path, name, cure):
        found = include(path, name)
        self.assertEqual(len(found), 1, f"{path} may include {name}")
        self.assertIn(cure, found[0])
        self.assertTrue(found[0].startswith("2: "), found[0])

    def allowed(self, path, *names):
        self.assertEqual(include(path, *names), [])

    def test_layers_see_what_is_below_them(self):
        self.allowed("daemon/core/engine.cpp", '"core/event.hpp"', '"domain/job.hpp"', "<map>")
        self.allowed("daemon/app/driver.cpp", '"core/engine.hpp"', '"io/clock.hpp"')
        self.allowed("daemon/io/http_client.cpp", '"wire/http_codec.hpp"', '"proto/x.hpp"')

    def test_layers_do_not_see_sideways_or_up(self):
        for path, name in (
            ("daemon/io/notifier.cpp", '"core/action.hpp"'),
            ("daemon/core/engine.cpp", '"io/clock.hpp"'),
            ("daemon/core/engine.cpp", '"wire/sigv4.hpp"'),
            ("daemon/wire/sigv4.cpp", '"core/event.hpp"'),
            ("daemon/proto/retry.cpp", '"wire/url.hpp"'),
            ("daemon/domain/job.hpp", '"core/event.hpp"'),
            ("daemon/base/text.cpp", '"domain/job.hpp"'),
            ("tests/sim/model.cpp", '"io/clock.hpp"'),
            ("tests/simulator/main.cpp", '"core/engine.hpp"'),
            ("tests/domain/job_test.cpp", '"core/engine.hpp"'),
        ):
            self.refused(path, name, "does not see")

    def test_the_daemon_does_not_see_its_tests(self):
        self.refused("daemon/io/log.cpp", '"tests/support/x.hpp"', "does not include its tests")
        self.allowed("tests/io/log_test.cpp", '"tests/support/x.hpp"', '"loop.hpp"')

    def test_own_headers_are_named_with_their_layer(self):
        self.refused("daemon/io/log.cpp", '"log.hpp"', '"io/log.hpp"')

    def test_heavy_libraries_stay_in_their_file(self):
        for name, home, elsewhere in (
            ("<boost/beast/http.hpp>", "daemon/wire/http_codec.cpp", "daemon/io/http_client.cpp"),
            ("<boost/asio/ssl.hpp>", "daemon/io/tls_transport.cpp", "daemon/wire/http_codec.cpp"),
            ("<boost/json.hpp>", "daemon/wire/sagemaker.cpp", "daemon/io/sagemaker_client.cpp"),
            ("<boost/url.hpp>", "daemon/wire/url.cpp", "daemon/io/http_client.cpp"),
            ("<openssl/evp.h>", "daemon/wire/sigv4.cpp", "daemon/core/engine.cpp"),
            ("<openssl/ssl.h>", "daemon/io/tls_transport.cpp", "daemon/wire/sigv4.cpp"),
            ("<yaml-cpp/yaml.h>", "daemon/wire/settings_yaml.cpp", "daemon/app/options.cpp"),
            ("<spdlog/spdlog.h>", "daemon/io/log.cpp", "daemon/app/wiring.cpp"),
            ("<systemd/sd-daemon.h>", "daemon/io/service_manager.cpp", "daemon/app/main.cpp"),
            ("<sqlite3.h>", "daemon/io/store_sqlite.cpp", "daemon/io/log.cpp"),
            ("<prometheus/metric_family.h>", "daemon/wire/exposition.cpp", "daemon/io/log.cpp"),
            ("<CLI/CLI.hpp>", "daemon/app/options.cpp", "daemon/io/log.cpp"),
            ("<gtest/gtest.h>", "tests/core/engine_test.cpp", "daemon/core/engine.cpp"),
            ("<benchmark/benchmark.h>", "tests/bench/poll.cpp", "tests/core/engine_test.cpp"),
            ("<sys/socket.h>", "daemon/io/listener.cpp", "daemon/wire/url.cpp"),
        ):
            self.allowed(home, name)
            self.assertEqual(len(include(elsewhere, name)), 1, f"{elsewhere}: {name}")

    def test_headers_name_nothing_heavy(self):
        for name in (
            "<boost/beast/http.hpp>", "<boost/asio/ssl.hpp>", "<boost/asio/steady_timer.hpp>",
            "<boost/json.hpp>", "<yaml-cpp/yaml.h>", "<spdlog/spdlog.h>", "<sqlite3.h>",
            "<openssl/evp.h>", "<prometheus/metric_family.h>",
        ):
            for layer in includes.LAYERS:
                self.assertEqual(len(include(f"daemon/{layer}/x.hpp", name)), 1, name)
        self.allowed("daemon/io/x.hpp", "<boost/asio/awaitable.hpp>")
        self.refused("daemon/io/x.hpp", '"io/socket_stream.hpp"', "in the .cpp")

    def test_the_core_has_no_clock_thread_or_stream(self):
        for name in ("<thread>", "<mutex>", "<atomic>", "<iostream>", "<random>", "<unistd.h>",
                     "<boost/asio/awaitable.hpp>", "<openssl/sha.h>"):
            self.assertEqual(len(include("daemon/core/engine.cpp", name)), 1, name)

    def test_an_unknown_library_has_to_be_entered(self):
        self.refused("daemon/io/log.cpp", "<fmt/format.h>", "a new dependency")
        self.refused("daemon/io/log.cpp", "<boost/regex.hpp>", "a new dependency")

    def test_beast_does_not_meet_tls(self):
        found = include("daemon/wire/beast.cpp", "<boost/beast/src.hpp>", "<boost/asio/ssl.hpp>")
        self.assertIn("1: Beast and ssl_stream", found[-1])

    def test_a_source_includes_its_own_header_first(self):
        for path, own in (
            ("daemon/core/tracker.cpp", '"core/tracker.hpp"'),
            ("tests/simulator/truth.cpp", '"tests/simulator/truth.hpp"'),
            ("tests/sim/world.cpp", '"world.hpp"'),
        ):
            def found(*names, path=path, has_header=True):
                text = "// What it is.\n" + "".join(f"#include {name}\n" for name in names)
                return [
                    f"{line}: {message}"
                    for line, message in includes.own_header_comes_first(path, text, has_header)
                ]

            self.assertEqual(found(own, "<map>"), [])
            self.assertEqual(found("<map>", has_header=False), [])
            self.assertIn("2: include ", found("<map>", own)[0])
            self.assertIn("1: include ", found()[0])
        self.assertEqual(
            list(includes.own_header_comes_first("daemon/core/x.hpp", "#pragma once\n", True)), []
        )

    def test_a_header_guards_itself(self):
        self.assertEqual(len(list(includes.check("daemon/base/x.hpp", "int x;\n"))), 1)


class BannedCalls(unittest.TestCase):
    def only_in(self, home, elsewhere, text):
        self.assertEqual(call(home, text), [], home)
        found = call(elsewhere, "\n" + text)
        self.assertEqual(len(found), 1, f"{elsewhere}: {text}")
        self.assertTrue(found[0].startswith("2: "), found[0])

    def test_clocks(self):
        for text in ("steady_clock::now();", "clock_gettime(x, &y);", "std::time(nullptr);"):
            self.only_in("daemon/io/clock.cpp", "daemon/io/deadline.cpp", text)
            self.assertEqual(len(call("tests/core/engine_test.cpp", text)), 1)

    def test_environment(self):
        self.only_in("daemon/app/options_environment.cpp", "daemon/io/log.cpp", 'std::getenv("HOME");')

    def test_chance(self):
        for text in ("int x = rand();", "std::mt19937 generator;"):
            self.only_in("daemon/base/random.cpp", "daemon/core/engine.cpp", text)
        self.only_in("daemon/app/wiring.cpp", "daemon/core/engine.cpp", "std::random_device d;")

    def test_coroutines(self):
        for text in ("co_await f(x);", "co_return x;", "co_yield x;"):
            self.only_in("daemon/app/driver.cpp", "daemon/app/wiring.cpp", text)
            self.only_in("daemon/io/http_client.cpp", "daemon/core/engine.cpp", text)

    def test_exceptions(self):
        self.only_in("daemon/wire/sagemaker.cpp", "daemon/core/engine.cpp", "throw x;")

    def test_sleeps_have_no_home(self):
        for text in ("std::this_thread::sleep_for(1s);", "::usleep(5);", "sleep(1);"):
            for path in ("daemon/io/clock.cpp", "tests/io/clock_test.cpp", "tests/bench/x.cpp"):
                self.assertEqual(len(call(path, text)), 1, text)

    def test_sleeps_in_scripts(self):
        for path, text in (
            ("tests/e2e/run.py", "import time\ntime.sleep(1)\n"),
            ("tests/e2e/run.sh", "start &\nwhile :; do sleep 0.1; done\n"),
            ("tests/simulator/sdk.mjs", "x\nawait new Promise(r => setTimeout(r, 5))\n"),
        ):
            found = list(calls.check_script(path, text))
            self.assertEqual([line for line, _ in found], [2], path)
        self.assertEqual(list(calls.check_script("tests/x.sh", "# never sleep 1\n")), [])

    def test_names_that_only_look_like_calls(self):
        for text in (
            "// steady_clock::now() is io's\n", 'log("co_await and getenv(x)");',
            "job.time(0);", "operand();", "config.random(seed);", "stream.sleep(x);",
            'R"(throw rand() ")";',
        ):
            self.assertEqual(call("daemon/core/engine.cpp", text), [], text)


class AwaitedTemporaries(unittest.TestCase):
    def found(self, text):
        return call("daemon/io/x.cpp", text)

    def test_forms_that_the_compiler_destroys_twice(self):
        for text, cure in (
            ("co_await f([p = std::move(p)] { g(p); });", "lambda"),
            ("co_await f([&] { g(); });", "lambda"),
            ("co_await f(peer{host, port});", "braced"),
            ("co_await f({host, port});", "braced"),
            ("auto x = co_await f(a ? b : c);", "?:"),
            ("co_await f(std::string(view));", "temporary"),
            ('co_await connect("localhost", 80);', "temporary"),
            ("co_await f(a,\n    peer{host});", "braced"),
            ("if (auto x = co_await f(peer{host}); x) { g(); }", "braced"),
        ):
            found = self.found(text)
            self.assertEqual(len(found), 1, text)
            self.assertIn(cure, found[0])

    def test_named_variables_and_scalars(self):
        for text in (
            "co_await f(a, 5, std::move(b));",
            "auto [error, size] = co_await socket.async_read_some(buffer, token);",
            "if (co_await f(a)) { g(peer{host}); }",
            "while (!(co_await f(a[i]))) { x = y ? 1 : 2; }",
            "co_await f(a);\nauto b = peer{host};",
            "return_later(co_await f(a), x);",
        ):
            self.assertEqual(self.found(text), [], text)


class Documents(unittest.TestCase):
    def lines(self, text):
        return [line for line, _ in documents.check(text)]

    def test_one_title_in_the_first_line(self):
        self.assertEqual(self.lines("# Title\n\n## Part\n```\n# a comment\n```\n"), [])
        self.assertEqual(self.lines("Text\n"), [1])
        self.assertEqual(self.lines(""), [1])
        self.assertEqual(self.lines("# Title\n\n# Another\n"), [3])
        self.assertEqual(self.lines("\n# Late\n"), [1])
        self.assertEqual(self.lines("# Title\n```\nnever closed\n"), [3])


class WholeRun(unittest.TestCase):
    def test_names_file_line_and_cure(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for folder in ("daemon/core", "tests/e2e", "build/x"):
                (root / folder).mkdir(parents=True)
            (root / "daemon/core/engine.cpp").write_text("// engine\n#include <thread>\n")
            (root / "daemon/core/look.cpp").write_text('#include <map>\n#include "core/look.hpp"\n')
            (root / "daemon/core/look.hpp").write_text("#pragma once\n")
            (root / "tests/e2e/run.py").write_text("time.sleep(1)\n")
            (root / "README.md").write_text("no title\n")
            (root / "build/x/generated.cpp").write_text("#include <thread>\n")
            places = [f"{path}:{line}" for path, line, _ in tidy.complaints(root)]
        self.assertEqual(
            places,
            ["daemon/core/engine.cpp:2", "daemon/core/look.cpp:1", "tests/e2e/run.py:1", "README.md:1"],
        )


if __name__ == "__main__":
    unittest.main()
